"""Requests that nobody meant: no address, option, method or header makes the site fail or wait."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import httpx
import numpy as np
from harness import Line, at_least, at_most, crawl, main, served

SEED = 2026
T = TypeVar("T")
ODD = [
    ",",
    *(
        "",
        "0",
        "-1",
        "a" * 3000,
        "%00",
        "\x00",
        "\N{GRINNING FACE}",
        "\u202e",
        "..",
        "../../etc/passwd",
    ),
    *("a," * 5000, "twente," * 49, "1e309", "NaN", "null", "[]", "{}", "<script>alert(1)</script>"),
    *("' OR 1=1 --", "${7*7}", "2018-2019", "2018-2019:", ":", "::::", "9999-0000", "%", "%25%25"),
    *("_" * 200, "(a+)+$", "a" * 30 + "!", "\r\nX-Injected: 1", "GM0153", "havo+vwo", "school"),
]
NAMES = ["place", "by", "stage", "classification", "period", "school_type", "q", "page", "lang"]
METHODS = ["GET"] * 12 + ["HEAD", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"]
HEADERS = [
    {"Accept-Encoding": "gzip, br, *;q=0"},
    {"If-None-Match": "*"},
    {"If-None-Match": '"' + "x" * 4000 + '"'},
    {"If-Modified-Since": "yesterday"},
    {"Accept-Language": "nl-NL,nl;q=0.9,xx;q=y" * 40},
    {"Range": "bytes=0-,5-1,99999999999-"},
    {"Cookie": "a=" + "b" * 3000},
    {"X-Forwarded-Host": "example.org", "X-Forwarded-Proto": "https"},
    {"Host": "example.org"},
    {},
]


def _one(dice: np.random.Generator, among: Sequence[T]) -> T:
    return among[int(dice.integers(len(among)))]


def request(dice: np.random.Generator, pages: list[str]) -> tuple[str, str, dict[str, str]]:
    """Return a method, an address and headers."""
    page = _one(dice, pages)
    kind = int(dice.integers(5))
    if kind == 0:
        cut = int(dice.integers(1, len(page) + 1))
        page = page[:cut] + quote(_one(dice, ODD), safe=_one(dice, ["", "/:%"])) + page[cut:]
    elif kind == 1:
        known = ["series/technical_profile_share", "kpi", "pipeline", "indicators"]
        page = "/api/v1/" + quote(_one(dice, [*known * 4, *ODD])[:500])
    elif kind == 2:
        page = "/api/v1/explain/" + quote(_one(dice, [page, *ODD]), safe="/:=,")
    if kind != 4:
        chosen = [NAMES[i] for i in dice.permutation(len(NAMES))[: int(dice.integers(4))]]
        options = [f"{name}={quote(_one(dice, ODD))}" for name in chosen]
        page = page.partition("?")[0] + ("?" + "&".join(options) if options else "")
    return _one(dice, METHODS), page[:30_000], dict(_one(dice, HEADERS))


def drill(full: bool) -> list[Line]:
    """Send odd requests, one after the other."""
    number, dice = 5000 if full else 300, np.random.default_rng(SEED)
    slowest, failed, died = 0.0, 0, 0
    with tempfile.TemporaryDirectory(prefix="instroom-fuzz-") as folder:
        room = Path(folder)
        with (
            served(full, room) as (address, _),
            httpx.Client(timeout=30) as client,
        ):
            pages = sorted(crawl(address, 400 if full else 60))
            for _ in range(number):
                method, page, headers = request(dice, pages)
                started = time.perf_counter()
                try:
                    response = client.request(method, f"{address}{page}", headers=headers)
                    if response.status_code >= 500:
                        failed += 1
                        print(response.status_code, method, page[:200], headers)
                    if "X-Injected" in response.headers:
                        failed += 1
                except httpx.InvalidURL:
                    continue
                except httpx.HTTPError as error:
                    died += 1
                    print(repr(error), method, page[:200], headers)
                slowest = max(slowest, time.perf_counter() - started)
            alive = client.get(f"{address}/healthz").status_code == 200
    return [
        at_most("answers of 500 and up", number, failed, 0),
        at_most("connections cut", number, died, 0),
        at_most("seconds of the slowest", number, round(slowest, 2), 2),
        at_least("alive afterwards", 1, int(alive), 1),
    ]


if __name__ == "__main__":
    main("fuzz", drill)
