"""Every address that the site names is there, at once, and none fails."""

import tempfile
from pathlib import Path

from harness import Line, at_least, at_most, crawl, main, served

#: Addresses of the short form; the full form follows all.
SHORT = 300


def drill(full: bool) -> list[Line]:
    """Follow every link from the first page in all languages."""
    with tempfile.TemporaryDirectory(prefix="instroom-crawl-") as folder:
        room = Path(folder)
        with served(full, room) as (address, _):
            seen = crawl(address, 10**9 if full else SHORT)
    broken = [page for page, (status, _) in seen.items() if status >= 400]
    if broken:
        print("broken:", *broken[:10], sep="\n  ")
    slowest = max(seconds for _, seconds in seen.values())
    count = len(seen)
    return [
        at_least("addresses", count, count, 100 if full else 10),
        at_most("answers of 500 and up", count, sum(s >= 500 for s, _ in seen.values()), 0),
        at_most("links to nothing", count, len(broken), 0),
        at_most("seconds of the slowest", count, round(slowest, 2), 2),
    ]


if __name__ == "__main__":
    main("crawl", drill)
