"""What kind of browser somebody uses, from what it says of itself: enough to know it again."""

#: Mark in the text -> name. The first that fits counts: most call themselves Chrome or Safari too.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS": "Firefox",
    "Chrome/": "Chrome",
    "CriOS": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "Chromebook",
    "Macintosh": "Mac",
    "Linux": "Linux",
}


def kind_of_browser(agent: str) -> tuple[str, str]:
    """Return browser and machine by name; empty for one that is not known.

    Examples
    --------
    >>> kind_of_browser("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0")
    ('Firefox', 'Windows')
    >>> kind_of_browser("curl/8")
    ('', '')
    """
    return _first(_BROWSERS, agent), _first(_SYSTEMS, agent)


def _first(marks: dict[str, str], agent: str) -> str:
    return next((name for mark, name in marks.items() if mark in agent), "")
