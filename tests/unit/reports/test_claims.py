"""The page of claims: quoted to the letter, held against figures by rule, else with a reason."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from pydantic import ValidationError

from instroom.core.series import Figure
from instroom.core.texts import Texts, languages
from instroom.definitions import models, registry
from instroom.reports.blocks import ClaimBlock, Document, TextBlock
from instroom.reports.documents import claims
from instroom.reports.documents.claim_findings import FoundClaim, answer, found_claim
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import FigureIndex
from instroom.reports.picture_queue import PictureQueue, draw
from instroom.reports.results import PACKAGE, Results, load

FALLING, GERMANY, YOUTH = "06_falling_choice", "08_germany", "01_youth_decline"
NT = "\u00a0%"


@cache
def packaged() -> Results:
    return load(PACKAGE)


def writer(keep: Callable[[Figure], bool] | None = None, language: str = "nl") -> PageWriter:
    found = packaged()
    if keep is not None:
        found = replace(found, published=found.published.only(figures=keep))
    t = Texts(language)
    return PageWriter(FigureIndex(found), t, PictureQueue(t, example=False))


def blocks(page: Document) -> dict[str, ClaimBlock]:
    return {b.anchor: b for b in page.blocks if isinstance(b, ClaimBlock)}


@cache
def page(language: str = "nl") -> Document:
    return claims.claims_page(writer(language=language))


def changed(name: str, **other: object) -> models.Claim:
    kept = registry.claims()[name].model_dump()
    return models.Claim.model_validate(kept | other)


# --- what stands on the page ----------------------------------------------------------------


@pytest.mark.parametrize("language", languages())
def test_every_claim_is_quoted_to_the_letter_with_where_it_stands(language: str) -> None:
    found = blocks(page(language))
    assert found.keys() == registry.claims().keys()
    for name, claim in registry.claims().items():
        assert found[name].quote == claim.quote
        assert found[name].stands == Texts(language)(claim.seed)
        assert bool(found[name].note) == (language != "nl")


def test_no_claim_gets_a_stamp() -> None:
    for block in blocks(page()).values():
        words = re.findall(r"\w+", f"{block.heading} {block.sentence} {block.chip}".casefold())
        assert not {"waar", "onwaar", "fout", "goed"} & set(words)


def test_the_counts_add_up_and_each_leads_to_the_first_of_its_kind() -> None:
    summary = page().blocks[0]
    assert isinstance(summary, TextBlock)
    said = {link.text.rpartition(": ")[0]: link for link in summary.links}
    numbers = {name: int(link.text.rpartition(": ")[2]) for name, link in said.items()}
    assert sum(numbers.values()) == len(registry.claims())
    anchors = list(blocks(page()))
    at = 0
    for name, link in said.items():
        assert link.url == (f"#{anchors[at]}" if numbers[name] else ""), name
        at += numbers[name]


# --- the sentence comes from figures ---------------------------------------------------------


def test_the_falling_choice_is_said_from_our_own_figures() -> None:
    block = blocks(page())[FALLING]
    assert block.sentence == (
        "Het aantal op havo en vwo daalde. "
        "Het aandeel daalde op havo en hbo, niet zeker op vwo, mbo en wo."
    )
    rows = {(row.label, row.counts): row for row in block.rows}
    number = rows["havo en vwo", "aantal"]
    assert (number.before, number.now) == ("1.662", "1.494–1.563")
    assert number.mark.shape == "down"
    assert rows["havo", "aandeel"].national == f"39,6 → 35,6–37,5{NT}"
    known = {figure.id: figure for figure in packaged().published.figures}
    for row in block.rows:
        assert row.figure in known


def test_other_figures_make_another_sentence() -> None:
    early = writer(lambda f: f.period < "2015" or f.indicator != "technical_profile_share")
    said = found_claim(early, registry.claims()[FALLING])
    assert "aantal" not in said.sentence, "one year is no change"
    assert said.sentence == "Het aandeel daalde op hbo, niet zeker op mbo en wo."
    assert said.held == "half"


def test_without_figures_the_claim_says_so_and_is_not_counted_as_recomputed() -> None:
    none = writer(lambda _: False)
    found = found_claim(none, registry.claims()[FALLING])
    assert found.group == "not_recomputable"
    assert "niet in deze uitgave" in found.sentence
    shown = blocks(claims.claims_page(none))
    assert shown[YOUTH].picture is None
    assert "niet in deze uitgave" in shown[YOUTH].caption
    assert all(row.now == "geen cijfer" for row in shown[FALLING].rows)


def test_a_year_that_is_not_there_is_a_word_and_no_bar() -> None:
    some = writer(lambda f: f.period != "2018-2019")
    claims.claims_page(some)
    job = next(j for j in some.pictures.jobs if FALLING in j.name)
    bars = {bar.label: bar for bar in job.items}
    assert (bars["2018-2019"].text, bars["2018-2019"].low) == ("geen cijfer", None)
    assert bars["2023-2024"].low == 1494
    assert "2018-2019: geen cijfer" in job.options["description"]
    assert "geen cijfer" in draw(job)[1]


def test_the_german_pair_is_read_from_counts_of_eurostat() -> None:
    block = blocks(page())[GERMANY]
    assert block.sentence == (
        f"18{NT} klopt voor Nederland. "
        f"Op dezelfde manier geteld heeft Duitsland 41{NT}, niet 30{NT}. "
        f"30{NT} past bij de EU samen."
    )
    assert "Tellingen van Eurostat, niet door ons geteld" in block.caption
    assert block.links[0].url.startswith("https://ec.europa.eu/")


def test_what_cannot_be_recomputed_says_why() -> None:
    for name, block in blocks(page()).items():
        claim = registry.claims()[name]
        if claim.because:
            assert claim.because in block.sentence


# --- the first line ---------------------------------------------------------------------------


def finding(group: str, held: str | None = None) -> FoundClaim:
    return FoundClaim(registry.claims()[FALLING], group, "", held)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([("recomputed", "holds")], "Soms wel."),
        ([("recomputed", "half"), ("recomputed", "holds")], "Soms wel, en soms half."),
        (
            [("recomputed", "half"), ("not_recomputable", None), ("not_recomputable", None)],
            "Soms half, en meestal is het niet na te rekenen.",
        ),
        (
            [("recomputed", "fails"), ("recomputed", "unclear"), ("not_recomputable", None)],
            "Soms niet, soms is het niet te zeggen, en soms is het niet na te rekenen.",
        ),
        ([("open", None)], "Soms is er nog niet naar gekeken."),
        ([], "Er zijn nog geen uitspraken."),
    ],
)
def test_the_first_line_says_no_more_than_the_counts(
    found: list[tuple[str, str | None]], said: str
) -> None:
    assert answer([finding(*one) for one in found], Texts("nl")) == said


def test_the_first_line_of_the_programme() -> None:
    opening = page().opening
    assert opening is not None
    assert opening.question == "Klopt wat het programma zegt?"
    assert opening.answer == ("Soms half, en meestal is het niet na te rekenen.",)


# --- provisional until a person stands for it ---------------------------------------------------


def test_all_is_provisional_until_a_person_confirms_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {block.chip for block in blocks(page()).values()} == {"voorlopig"}
    named = changed(YOUTH, confirmed_by="Anna de Vries", confirmed_on=date(2026, 12, 1))
    monkeypatch.setattr(registry, "claims", lambda: {YOUTH: named})
    block = blocks(claims.claims_page(writer()))[YOUTH]
    assert block.chip == "bevestigd"
    assert block.status == "Bevestigd door Anna de Vries op 1 december 2026."


def test_a_claim_nobody_looked_at_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = changed(YOUTH, verdict="open", because="", found="", checked=None)
    monkeypatch.setattr(registry, "claims", lambda: {YOUTH: fresh})
    found = claims.claims_page(writer())
    assert blocks(found)[YOUTH].chip == "nog niet bekeken"
    assert isinstance(found.blocks[0], TextBlock)
    assert found.blocks[0].links[2].text == "Nog niet bekeken: 1"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        (YOUTH, {"because": ""}),
        (YOUTH, {"confirmed_by": "Anna"}),
        (YOUTH, {"confirmed_on": date(2026, 12, 1)}),
        (YOUTH, {"checked": None}),
        (YOUTH, {"verdict": "open", "because": ""}),
        (YOUTH, {"verdict": "recomputed", "because": ""}),
        (FALLING, {"compared": []}),
        (FALLING, {"because": "zomaar"}),
    ],
)
def test_a_claim_that_does_not_say_what_it_rests_on_is_refused(
    name: str, other: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        changed(name, **other)


@pytest.mark.parametrize("counts", [{"part": 3, "whole": 2}, {"part": 1, "whole": 0}])
def test_a_part_larger_than_its_whole_is_refused(counts: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        models.ClaimedShare(label="x", **counts)
