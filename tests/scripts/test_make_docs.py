"""The generated pages: every code has a why and what to do; the tables are as on the pages."""

import importlib.util
import re
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import make_docs  # noqa: E402
import refusals  # noqa: E402


@pytest.fixture(scope="module")
def page() -> str:
    return make_docs.error_codes()


def test_every_code_says_why_and_what_to_do() -> None:
    reasons = make_docs.reasons()
    codes = make_docs.by_code()
    assert codes.keys() - reasons["why"].keys() - make_docs.in_docstrings().keys() == set()
    helped = {code for code, raised in codes.items() if any(r.hint or r.expected for r in raised)}
    assert codes.keys() - helped - reasons["to_do"].keys() == set()


def test_no_reason_is_of_a_code_that_is_gone() -> None:
    for kept in make_docs.reasons().values():
        assert kept.keys() - make_docs.by_code().keys() == set()


def test_every_code_says_words() -> None:
    assert [
        code for code, raised in make_docs.by_code().items() if not any(r.said for r in raised)
    ] == []


def test_every_reason_is_one_sentence() -> None:
    for sentence in map(make_docs.why, make_docs.by_code()):
        assert re.fullmatch(r"[A-Z].*[^.]\.", sentence), sentence
        assert not re.search(r"\. [A-Z]", sentence), sentence


def test_every_code_has_an_anchor_and_stands_in_the_contents(page: str) -> None:
    headings = re.findall(r"^#{2,3} (.+)$", page, re.MULTILINE)
    slugs = [heading.lower().replace(" ", "-") for heading in headings]
    assert len(slugs) == len(set(slugs)), "a second heading of one name has another anchor"
    assert make_docs.by_code().keys() <= set(slugs)
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= set(slugs)


def test_codes_stand_by_chapter_and_then_by_name(page: str) -> None:
    for part in re.split(r"^## Chapter .*$", page, flags=re.MULTILINE)[1:]:
        codes = re.findall(r"^### (.+)$", part, re.MULTILINE)
        assert all(one < other for one, other in pairwise(codes))
    names = re.findall(r"^## Chapter (.+)$", page, re.MULTILINE)
    assert (
        names.index("core") < names.index("stats") < names.index("cli") < names.index("web shared")
    )


def test_a_format_of_a_number_is_not_on_the_page(page: str) -> None:
    assert re.findall(r"`[^`\n]*\{\w+[:!][^`\n]*`", page) == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("which_sheet", "which sheet holds the scores?"),  # one call, two codes
        ("disk_full", "the disk is full"),  # from a table
        ("too_slow", "this file asks more than a file may ask"),  # through a helper
        ("too_slow", "This takes too long"),  # a page for errors, in English
        ("source_unavailable", "{url}: this is no JSON"),  # words in the words of a helper
        ("usage", "no option '{clean}'"),  # a variable that is given to a helper
        ("usage", "{name} takes no value"),  # a table that is looked through
    ],
)
def test_words_are_found_wherever_they_are_said(code: str, said: str) -> None:
    assert said in {text for one in make_docs.by_code()[code] for text in one.said}


def test_a_helper_gives_the_hint_of_its_own_call() -> None:
    hints = {text for one in make_docs.by_code()["bad_email"] for text in one.hint}
    assert hints == {"for example anna@voorbeeld.nl"}


def test_a_kind_has_the_code_it_has_in_the_library() -> None:
    kinds = make_docs.kinds()
    own = refusals.codes_of_kinds()
    assert {name: own[name] for name in kinds} == {name: k.code for name, k in kinds.items()}


def test_docstrings_share_a_reason_between_the_codes_before_it() -> None:
    said = "``bad_shape`` or ``bad_p`` when numbers differ; ``bad_effect`` for more than that one."
    found = make_docs.occasions(said)
    assert found == [
        ("bad_shape", "when numbers differ"),
        ("bad_p", "when numbers differ"),
        ("bad_effect", "for more than that one"),
    ]
    assert make_docs.occasions("``damaged`` when it is gone.") == [], "what is it?"
    assert make_docs.occasions("``bad_p``; ``bad_shape`` when lengths differ.") == [
        ("bad_shape", "when lengths differ")
    ]


def test_the_pages_are_up_to_date_and_in_english() -> None:
    for path, make in make_docs.PAGES.items():
        assert path.read_text("utf-8") == make().rstrip() + "\n", f"{path.name}: make docs"


def test_titles_are_dutch_with_the_english_beside_them() -> None:
    title = "Aandeel leerlingen met een technisch profiel"
    assert make_docs.titled(title) == f"{title} (Share of pupils with a technical profile)"
    assert make_docs.titled("Twente") == "Twente"


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    """Load the script under another name: there is a package that is called coverage."""
    spec = importlib.util.spec_from_file_location(
        "coverage_script", ROOT / "scripts" / "coverage.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "pupils", "treated"), [("helft", 25, 0.5), ("drie-op-tien", 60, 0.3)]
)
def test_the_script_of_coverage_writes_the_table_that_is_on_the_page(
    simulation: ModuleType, name: str, pupils: int, treated: float
) -> None:
    text = simulation.PAGE.read_text("utf-8")
    kept = text.split(simulation.START.format(name))[1].split(simulation.END)[0].strip() + "\n"
    rows = [[cell.strip(" *%") for cell in line.split("|")[1:-1]] for line in kept.splitlines()]
    cells = {}
    for design, (_, _, zero, *shares) in zip(
        simulation.designs(pupils, treated), rows[2:], strict=True
    ):
        tally = simulation.Tally(1000, 10 * int(zero))
        tally.hits = {
            method: round(10 * float(share))
            for method, share in zip(simulation.METHODS, shares, strict=True)
        }
        cells[design] = tally
    assert simulation.table(cells) == kept
