"""Every card of a computed site: each number on it is the one of its page, of the same years."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from instroom.core.quantities import Share
from instroom.core.texts import Texts
from instroom.drawing.canvas import text_width
from instroom.drawing.cards import FactCard, label_size
from instroom.monitoring.facts import ClassifiedCounts
from instroom.reports import site, words
from instroom.reports.documents.school_compared import hundred
from instroom.reports.fact_cards import CardOrigin, beside, card_of, headline_block
from instroom.reports.results import PACKAGE, Results, compute_results, load
from instroom.reports.stored_rows import StoredFigureRow

pytest_plugins = ("unit.monitoring.reading",)
ORIGIN = CardOrigin("https://voorbeeld.nl/nl/", "2026-11-29")
AMOUNT = re.compile(r"\d[\d.,]*(?:–\d[\d.,]*)?(?:\s?%)?")
Shown = tuple[dict[str, Any], FactCard, list[StoredFigureRow]]


def cards_of(results: Results, language: str = "nl") -> list[Shown]:
    """Return every page that has a card, as it is stored, its card and what that is made of."""
    results = replace(results, published=results.published.shown_to("public"))
    rows: dict[tuple[str, str], list[StoredFigureRow]] = {}
    for row in site._figures(results.published.series, example=results.example):
        rows.setdefault((row["id"].partition(":")[0], row["place"]), []).append(row)
    found = []
    for page in site.documents(results, language)[0]:
        body = json.loads(json.dumps(page.to_dict()))
        method = (headline_block(body["key"], body) or {}).get("method") or {}
        name = method.get("figure") or next((p["figure"] for p in method.get("parts", ())), "")
        series, _, rest = name.partition(":")
        places = dict.fromkeys([rest.partition(":")[0], beside(body)])
        figures = [f for place in places for f in rows.get((series, place), [])]
        figures.sort(key=lambda one: one["period"])
        if card := card_of(body["key"], body, figures, ORIGIN, language):
            found.append((body, card, figures))
    return found


def amount(figure: StoredFigureRow, t: Texts) -> str:
    """Return a stored figure as it is written."""
    write = t.number if figure["denominator"] is None else t.percent
    return write(figure["low"] or 0.0, figure["high"])


def texts(part: Any) -> Iterator[str]:
    """Yield every text of a stored page."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list | tuple):
        for one in part.values() if isinstance(part, dict) else part:
            yield from texts(one)


def faults_of_school(body: dict[str, Any], card: FactCard, language: str) -> Iterator[str]:
    """Yield where a number of a school's card is another than that of its page."""
    t, blocks = Texts(language), [b for b in body["blocks"] if b.get("half")]
    if not card.rows or len(card.rows) < min(len(blocks), 2):
        yield f"{len(card.rows)} rows of {len(blocks)} figures"
    for row, block in zip(card.rows, blocks, strict=False):
        (table,) = block["tables"]
        own, last = table["rows"][0], table["rows"][-1]
        said = hundred(Share(row.low, row.high), t)
        if not row.label.startswith(block["heading"]):
            yield f"{row.label!r} is not {block['heading']!r}"
        if row.amount != own[1]["text"]:
            yield f"bar {row.amount}, page {own[1]['text']}"
        if not (said in card.sentence and said in block["sentence"]):
            yield f"bar {said} of 100, said {card.sentence!r}"
        country = words.place_name(beside(body), t) if beside(body) else ""
        there = last[1]["text"] if last[0]["text"] == country else ""
        if there != row.label.removeprefix(block["heading"]).removeprefix(f" · {country} "):
            yield f"country {row.label!r}, page {there!r}"


def faults(shown: list[Shown], language: str = "nl") -> dict[str, list[str]]:
    """Return the cards with a number that is neither on their page nor of a year they name."""
    wrong = {}
    for body, card, figures in shown:
        named = " ".join(texts(asdict(card)))
        numbered = [f for f in figures if f["low"] is not None]
        # an exam counts in the second year of a school year, 1 October in the first
        known = [f for f in numbered if any(y in named for y in f["period"].split("-"))]
        page = " ".join([*texts(body), *(amount(f, Texts(language)) for f in known)])
        said = [*(row.amount for row in card.rows), *(line.amounts for line in card.lines)]
        said += [line.national for line in card.lines]
        of = [n for text in (*said, *card.aside) for n in AMOUNT.findall(text)]
        mine = [f"{one} is not on the page" for one in of if one.rstrip(".,") not in page]
        mine += [
            f"{row.label!r} stands over {row.amount}"
            for row in card.rows
            if text_width(row.label, label_size(row)) + text_width(row.amount, 26, bold=True) > 1070
        ]
        if body.get("head"):
            mine += faults_of_school(body, card, language)
        if mine:
            wrong[body["key"]] = mine
    return wrong


def schools_with_years_together(shown: list[Shown]) -> int:
    """Return how many cards have a number of several years."""
    return sum(any(" samen" in row.label for row in card.rows) for _, card, _ in shown)


def test_each_card_of_the_region_says_what_its_page_says() -> None:
    shown = cards_of(load(PACKAGE))
    assert len(shown) > 50 and schools_with_years_together(shown)
    assert faults(shown) == {}


def test_so_does_each_card_of_the_example(example_results: Results) -> None:
    assert faults(cards_of(example_results, "en"), "en") == {}


def test_so_does_each_card_of_the_publishers_own_files(real_facts: ClassifiedCounts) -> None:
    shown = cards_of(compute_results("twente", real_facts))
    assert schools_with_years_together(shown)
    assert faults(shown) == {}
