"""Whom a request comes from when proxies stand in front, as ``INSTROOM_PROXIES`` says."""

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.core.printing import printable

_MOST = 10


def proxies_of(given: str) -> int:
    """Return how many proxies add to ``X-Forwarded-For``; with 0 that header is never read.

    Raises
    ------
    UserError
        ``bad_proxies`` when this is no whole number from 0 to 10.

    Examples
    --------
    >>> proxies_of(""), proxies_of(" 1 ")
    (0, 1)
    """
    text = given.strip() or "0"
    if text.isascii() and text.isdecimal() and int(text[:9]) <= _MOST:
        return int(text)
    raise UserError(
        "this is no number of proxies",
        code="bad_proxies",
        where=Where(key="INSTROOM_PROXIES"),
        found=printable(given, 60),
        expected=Message("a whole number from 0 to {most}", most=_MOST),
        hint=Message("leave INSTROOM_PROXIES out when no proxy sets X-Forwarded-For itself"),
    )
