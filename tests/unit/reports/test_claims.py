"""The page of claims: quoted to the letter, held against figures by rule, else with a reason."""

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from pydantic import ValidationError

from instroom.core.quantities import Count, Share
from instroom.core.series import Figure, Series
from instroom.core.texts import Texts, languages
from instroom.definitions import models, registry
from instroom.privacy.published import publish
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
        "Scholen in Twente: het aantal daalde op havo en vmbo, steeg op vwo. "
        "Opleidingen in Twente (ook studenten van elders): "
        "het aantal daalde op hbo, steeg op mbo en wo. "
        "Het aandeel daalde op havo en hbo, bleef zonder zeker verschil op vwo, vmbo, mbo en wo."
    )
    rows = {(row.label, row.counts): row for row in block.rows}
    numbers = {name: (row.before, row.now, row.mark.shape) for (name, of), row in rows.items()
               if of == "aantal"}  # fmt: skip
    assert numbers == {
        "havo": ("1.006", "832–874", "down"),
        "vwo": ("656", "662–689", "up"),
        "vmbo": ("547", "479–494", "down"),  # counted in another way until 2018-2019
        "mbo": ("5.082", "5.763", "up"),
        "hbo": ("1.351", "1.304", "down"),
        "wo": ("1.769", "2.508", "up"),
    }
    assert rows["vmbo", "aantal"].years == "2018-2019 → 2023-2024"
    assert rows["havo", "aandeel"].national == f"39,6 → 35,6–37,5{NT}"
    known = {figure.id: figure for figure in packaged().published.figures}
    for row in block.rows:
        assert row.figure in known


def test_other_figures_make_another_sentence() -> None:
    early = writer(lambda f: f.period < "2015" or f.indicator != "technical_profile_share")
    said = found_claim(early, registry.claims()[FALLING])
    assert "Scholen" not in said.sentence, "one year is no change"
    assert said.sentence.endswith(
        "Het aandeel daalde op hbo, bleef zonder zeker verschil op mbo en wo. "
        "Op havo, vwo en vmbo zijn er geen twee jaren om te vergelijken."
    )
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
        f"Duitsland: op dezelfde manier geteld 41{NT}, niet 30{NT}. "
        f"30{NT} past bij 26 EU-landen samen."
    )
    assert "Tellingen van Eurostat, niet door ons geteld" in block.caption
    assert block.links[0].url.startswith("https://ec.europa.eu/")


def test_what_cannot_be_recomputed_says_why() -> None:
    for name, block in blocks(page()).items():
        claim = registry.claims()[name]
        if claim.because:
            assert claim.because in block.sentence


# --- figures of one's own: what is missing, the opposite, bounds, a break ----------------------

PROFILE = "technical_profile_share"
SINCE, NEWEST = "2014-2015", "2023-2024"


def profile(name: str, period: str, part: Count | int, whole: int = 10_000) -> Figure:
    part = part if isinstance(part, Count) else Count(part)
    rest = Count(whole - part.high, whole - part.low)
    found = Share.of(part, rest)
    return Figure(
        PROFILE, period, "twente", "ok" if part.exact else "bounded", "exam", "monitor",
        by=(("school_type", name),), value=found.low if part.exact else None, low=found.low,
        high=found.high, numerator=part, denominator=part + rest, sources=("a" * 64,),
    )  # fmt: skip


def series(name: str, says: str, counts: str = "share", since: str = SINCE) -> dict[str, str]:
    return {
        "label": name, "indicator": PROFILE, "stage": "exam", "school_type": name,
        "counts": counts, "since": since, "says": says,
    }  # fmt: skip


def held(figures: list[Figure], *compared: dict[str, str]) -> FoundClaim:
    """Hold a claim of these series against these figures and no other."""
    made = publish(
        [Series(PROFILE, "pupils", tuple(figures), "exam", "monitor",
                open_data=True, audience="public")]
    )  # fmt: skip
    index = FigureIndex(Results("twente", made, {}))
    t = Texts("nl")
    claim = changed(FALLING, compared=list(compared), picture=None)
    return found_claim(PageWriter(index, t, PictureQueue(t, example=False)), claim)


def went(**to: int | Count) -> list[Figure]:
    """Return figures of school types from 4000 of 10,000 to this many."""
    return [
        figure
        for name, part in to.items()
        for figure in (profile(name, SINCE, 4000), profile(name, NEWEST, part))
    ]


@pytest.mark.parametrize(
    ("compared", "said"),
    [
        (
            [series("havo", "less"), series("vwo", "less")],
            "Het aandeel daalde op havo. "
            "Van het aandeel op vwo zijn er geen twee jaren om te vergelijken.",
        ),
        (
            [series("havo", "less"), series("havo", "less", "number"), series("vwo", "less"),
             series("vwo", "less", "number")],
            "Scholen in Twente: het aantal daalde op havo. Het aandeel daalde op havo. "
            "Op vwo zijn er geen twee jaren om te vergelijken.",
        ),
        (
            [series("havo", "less"), series("vwo", "less", "number")],
            "Het aandeel daalde op havo. "
            "Van het aantal op vwo zijn er geen twee jaren om te vergelijken.",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_lets_no_claim_hold(
    compared: list[dict[str, str]], said: str
) -> None:
    found = held(went(havo=2000), *compared)
    assert found.sentence == said
    assert found.held == "half"
    known = [one for one in compared if one["school_type"] == "havo"]
    assert held(went(havo=2000), *known).held == "holds", "with nothing missing it does hold"


def test_what_is_missing_lets_no_claim_fail() -> None:
    both = series("havo", "less"), series("vwo", "less")
    assert held(went(havo=6000), *both).held == "unclear"
    assert held(went(havo=6000, vwo=6000), *both).held == "fails"
    assert held([], *both).group == "not_recomputable"


@pytest.mark.parametrize("name", sorted(n for n, c in registry.claims().items() if c.compared))
def test_fewer_files_never_make_a_claim_more_certain(name: str) -> None:
    """Each school type or indicator alone, as after reading one of the files."""
    claim = registry.claims()[name]
    for one in claim.compared:
        by = (("school_type", one.school_type),) if one.school_type else ()
        some = writer(lambda f, i=one.indicator, by=by: f.indicator == i and f.by == by)
        found = found_claim(some, claim)
        assert found.held in ("half", "unclear", None), one.label


def test_chance_and_no_certain_change_is_no_refutation() -> None:
    found = held(went(havo=4001, vwo=6000), series("havo", "less"), series("vwo", "less"))
    assert found.held == "unclear"
    only = held(went(havo=4001), series("havo", "less"))
    assert (only.held, only.sentence) == ("unclear", "Het aandeel daalde nergens zeker.")


@pytest.mark.parametrize(
    ("says", "to", "sentence"),
    [
        ("more", {"havo": 2000, "vwo": 4001},
         "Het aandeel steeg nergens zeker, daalde op havo, bleef zonder zeker verschil op vwo."),
        ("less", {"havo": 6000, "vwo": 6000},
         "Het aandeel daalde nergens zeker, steeg op havo en vwo."),
        ("less", {"havo": 6000, "vwo": 2000}, "Het aandeel daalde op vwo, steeg op havo."),
        ("more", {"havo": 6000, "vwo": 2000}, "Het aandeel steeg op havo, daalde op vwo."),
    ],
)  # fmt: skip
def test_a_certain_change_the_other_way_is_said(
    says: str, to: dict[str, int], sentence: str
) -> None:
    assert held(went(**to), *(series(name, says) for name in to)).sentence == sentence


@pytest.mark.parametrize(
    ("to", "sentence", "as_said"),
    [
        ({"havo": 2000, "vwo": 6000}, "Het aandeel daalde op havo, steeg op vwo.", "holds"),
        ({"havo": 2000, "vwo": 2000},
         "Het aandeel steeg nergens zeker, daalde op havo en vwo.", "half"),
        ({"havo": 6000, "vwo": 2000}, "Het aandeel daalde op vwo, steeg op havo.", "fails"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("order", [1, -1])
def test_a_claim_of_both_ways_is_told_as_it_went(
    to: dict[str, int], sentence: str, as_said: str, order: int
) -> None:
    """Whichever series the file names first."""
    compared = [series("havo", "less"), series("vwo", "more")][::order]
    found = held(went(**to), *compared)
    assert found.held == as_said
    said, wanted = (
        {
            frozenset(part.split())
            for part in one.removeprefix("Het aandeel ").strip(".").split(", ")
        }
        for one in (found.sentence, sentence)
    )
    assert said == wanted


@pytest.mark.parametrize(
    ("now", "way"),
    [
        (Count(3900, 4000), "unclear"),
        (Count(3900, 3999), "less"),
        (Count(4100, 4200), "unclear"),
        (Count(4101, 4200), "more"),
    ],
)
def test_numbers_whose_bounds_touch_do_not_differ_for_certain(now: Count, way: str) -> None:
    figures = [profile("havo", SINCE, Count(4000, 4100)), profile("havo", NEWEST, now)]
    (one,) = held(figures, series("havo", "less", "number"), series("havo", "less")).series[:1]
    assert one.way == way


@pytest.mark.parametrize(
    ("since", "newest", "way"),
    [
        ("2014-2015", "2017-2018", "less"),
        ("2014-2015", "2018-2019", "none"),
        ("2014-2015", "2023-2024", "none"),
        ("2018-2019", "2023-2024", "less"),
    ],
)
def test_a_number_is_not_held_against_one_from_the_other_side_of_a_break(
    since: str, newest: str, way: str
) -> None:
    """The year of the break is the first that is counted the new way."""
    broken = registry.indicators()[PROFILE].breaks["vmbo"].period
    assert broken == "2018-2019"
    figures = [profile("vmbo", since, 4000), profile("vmbo", newest, 2000)]
    (one,) = held(figures, series("vmbo", "less", "number", since)).series
    assert one.way == way


# --- shares that a claim names -----------------------------------------------------------------


def of_shares(part: int, whole: int, says: float) -> FoundClaim:
    share = {"label": "Duitsland", "part": part, "whole": whole, "says": says}
    facts = registry.claims()[GERMANY].model_dump()["facts"] | {"shares": [share]}
    return found_claim(writer(), changed(GERMANY, facts=facts))


@pytest.mark.parametrize(
    ("part", "whole", "says", "sentence"),
    [
        (57, 200, 0.29, f"29{NT} klopt voor Duitsland."),
        (57, 200, 0.28, f"Duitsland: op dezelfde manier geteld 29{NT}, niet 28{NT}."),
        (25, 200, 0.12, f"Duitsland: op dezelfde manier geteld 13{NT}, niet 12{NT}."),
        (25, 200, 0.125, f"12,5{NT} klopt voor Duitsland."),
        (24, 200, 0.125, f"Duitsland: op dezelfde manier geteld 12,0{NT}, niet 12,5{NT}."),
        (499_999, 1_000_000, 0.50, f"50{NT} klopt voor Duitsland."),
    ],
)
def test_a_half_goes_up_and_a_claim_is_held_as_precisely_as_it_is_said(
    part: int, whole: int, says: float, sentence: str
) -> None:
    assert of_shares(part, whole, says).sentence == sentence


def test_no_two_shares_that_differ_are_written_alike() -> None:
    """Shares of 200, against every claim in half per cents."""
    for part in range(0, 201, 25):
        for halves in range(max(part - 3, 0), min(part + 4, 201)):
            found = of_shares(part, 200, halves / 200)
            if found.held == "fails":
                counted, said = re.findall(r"[\d,]+(?=\u00a0%)", found.sentence)
                assert counted != said, (part, halves)
            else:
                assert abs(part - halves) <= 1, "no farther than half a per cent"


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


# --- no side of the evidence is left out ------------------------------------------------------


def test_number_and_share_of_every_judged_stage_stand_beside_a_claim_about_either() -> None:
    """A claim held against our series shows all stages that goals judge, numbers and shares."""
    for name, claim in registry.claims().items():
        sides: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for one in claim.compared:
            mine = sides.setdefault((one.indicator, one.school_type), set())
            mine.add((one.counts, one.since))
        for key, mine in sides.items():
            assert {counts for counts, _ in mine} == {"number", "share"}, (name, key)
            assert len({since for _, since in mine}) == 1, (name, key)
        judged = {
            (stage.indicator, stage.school_type)
            for goal in registry.kpis().values()
            for stage in goal.stages
            if stage.indicator in {indicator for indicator, _ in sides}
        }
        assert judged <= sides.keys(), name


def test_numbers_say_where_they_fell_and_where_they_rose() -> None:
    found = found_claim(writer(), registry.claims()[FALLING])
    numbers = found.sentence.partition("Het aandeel")[0]
    for one in found.series:
        if one.series.counts == "number" and one.way in ("less", "more"):
            verb = {"less": "daalde", "more": "steeg"}[one.way]
            assert re.search(rf"{verb} op [^.]*?\b{one.series.label}\b", numbers), one.series.label
    assert "ook studenten van elders" in numbers, "hbo and wo are no count of our own youth"


@pytest.mark.parametrize("language", languages())
def test_each_sentence_of_a_finding_begins_with_a_capital(language: str) -> None:
    for block in blocks(page(language)).values():
        for sentence in re.split(r"(?<=[.!?]) (?=\D)", block.sentence):
            assert not sentence[:1].islower(), sentence


#: What stands beside claims 8 and 9, as countries and year in Eurostat's own table.
TECHNICAL = ("Natural sciences", "Information and comm", "Engineering")
UNION = {"European Union", "United Kingdom"}


@pytest.mark.parametrize(
    ("name", "label", "year", "only", "without"),
    [
        (GERMANY, "Nederland", "2015", "Netherlands", set()),
        (GERMANY, "Duitsland", "2015", "Germany", set()),
        (GERMANY, "26 EU-landen samen", "2015", "", {"France"}),
        ("09_other_countries", "26 EU-landen in 2015", "2015", "", {"France"}),
        ("09_other_countries", "dezelfde 26 landen in 2022", "2022", "", {"France"}),
        ("09_other_countries", "alle 27 EU-landen in 2022", "2022", "", set()),
        ("09_other_countries", "Nederland in 2022", "2022", "Netherlands", set()),
    ],
)
def test_counts_of_others_are_those_of_their_table(
    shared_data: Path, name: str, label: str, year: str, only: str, without: set[str]
) -> None:
    file = shared_data / "eurostat" / "D2_undergraduate_enrollment.csv"
    part, whole = 0.0, dict[str, float]()
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            country = row["Country"]
            if row["Year"] != year or country in UNION | without or only not in ("", country):
                continue
            whole[country] = float(row["Total"])
            if row["Field (ISCED-F 2013)"].startswith(TECHNICAL):
                part += float(row["Enrollment Count"] or 0)
    facts = registry.claims()[name].facts
    assert facts
    (share,) = (one for one in facts.shares if one.label == label)
    assert (share.part, share.whole) == (round(part), round(sum(whole.values())))
    counted = re.match(r"\D*(\d\d) ", label)
    assert not counted or len(whole) == int(counted[1]), "as many countries as it says"
