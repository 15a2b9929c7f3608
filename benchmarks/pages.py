"""How fast pages are: eight readers, each asking the next page as soon as it has one.

Needs a running server: ``python benchmarks/pages.py --url http://127.0.0.1:8000``.
Finds its pages by following links, asks each once to warm up, then measures and stops.
"""

import argparse
import re
import threading
import time
from itertools import count
from urllib.parse import urljoin, urlsplit

import httpx

LINK = re.compile(r'href="(/[^"#]*)"')
PAGES, READERS = 200, 8


def crawl(client: httpx.Client, start: str, wanted: int) -> list[str]:
    """Return the addresses of ``wanted`` different pages, nearest first."""
    found, place = [start], 0
    while place < len(found) and len(found) < wanted:
        html = client.get(found[place], follow_redirects=True)
        place += 1
        for link in LINK.findall(html.text):
            address = urljoin(str(html.url), link.replace("&amp;", "&"))
            page = not urlsplit(address).path.startswith(("/static/", "/download/", "/api/"))
            if page and address not in found:
                found.append(address)
    return found[:wanted]


def read(addresses: list[str], turns: "count[int]", until: int, seconds: list[float]) -> None:
    """Ask pages one after the other and note how long each took."""
    with httpx.Client(timeout=30) as client:
        while (turn := next(turns)) < until:
            started = time.perf_counter()
            client.get(addresses[turn % len(addresses)])
            seconds.append(time.perf_counter() - started)


def percentile(ordered: list[float], share: float) -> float:
    """Return a percentile in milliseconds."""
    return 1000 * ordered[min(len(ordered) - 1, round(share * len(ordered)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--requests", type=int, default=4000)
    options = parser.parse_args()
    with httpx.Client(timeout=30) as client:
        addresses = crawl(client, options.url + "/", PAGES)
        sizes = [len(client.get(address, follow_redirects=True).content) for address in addresses]
    times: list[list[float]] = [[] for _ in range(READERS)]
    turns = count()
    threads = [
        threading.Thread(target=read, args=(addresses, turns, options.requests, own))
        for own in times
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - started
    ordered = sorted(second for own in times for second in own)
    print(
        f"{len(addresses)} pages, {sum(sizes) // len(sizes) // 1024} kB on average, "
        f"{READERS} readers, {len(ordered)} answers in {spent:.1f} s "
        f"({len(ordered) / spent:.0f} per second)"
    )
    for share in (0.50, 0.95, 0.99):
        print(f"p{share * 100:.0f} {percentile(ordered, share):6.1f} ms")


if __name__ == "__main__":
    main()
