"""The register of releases: it only grows, it shows changes, it keeps few people unseen in time."""

import json
from pathlib import Path

import pytest

from instroom.core.errors import DataError, PrivacyError
from instroom.privacy.releases import earlier, held_back, remember
from instroom.privacy.suppression import protect


def figure(n: int | None, school: str = "A", **more: object) -> dict:
    return {"dims": {"school": school}, "n": n, **more}


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "releases.jsonl"
    remember(path, [figure(25), figure(None, "B", status="protected")], name="first")
    remember(path, [figure(40), figure(31, "B", lo=28, hi=32)], name="second")
    return path


def test_an_absent_register_is_empty(tmp_path: Path) -> None:
    assert earlier(tmp_path / "none.jsonl") == []


def test_all_that_was_published_comes_back(register: Path) -> None:
    assert earlier(register) == [
        figure(25),
        figure(None, "B"),
        figure(40),
        figure(31, "B", lo=28, hi=32),
    ]


def test_the_order_of_figures_does_not_matter(tmp_path: Path) -> None:
    marks = {
        remember(tmp_path / str(i), figures, name="x")
        for i, figures in enumerate(([figure(25), figure(30, "B")], [figure(30, "B"), figure(25)]))
    }
    assert len(marks) == 1


def test_the_same_release_again_changes_nothing(register: Path) -> None:
    before = register.read_bytes()
    remember(register, [figure(40), figure(31, "B", lo=28, hi=32)], name="second")
    assert register.read_bytes() == before


def test_a_name_is_used_once(register: Path) -> None:
    with pytest.raises(DataError) as caught:
        remember(register, [figure(41)], name="second")
    assert caught.value.code == "release_name"


def test_a_register_only_grows(register: Path) -> None:
    before = register.read_bytes()
    remember(register, [figure(60)], name="third")
    assert register.read_bytes().startswith(before)
    assert len(register.read_bytes()) > len(before)


@pytest.mark.parametrize("change", ["number", "line", "order", "no json"])
def test_a_changed_register_is_refused(register: Path, change: str) -> None:
    first, second = register.read_text("utf-8").splitlines()
    text = {
        "number": [first.replace("25", "26"), second],
        "line": [second],
        "order": [second, first],
        "no json": [first, second[:-5]],
    }[change]
    register.write_text("\n".join(text) + "\n", "utf-8")
    with pytest.raises(PrivacyError) as caught:
        earlier(register)
    assert caught.value.code == "register_changed"
    with pytest.raises(PrivacyError):
        remember(register, [figure(1)], name="third")


def test_the_register_holds_no_number_that_was_hidden(tmp_path: Path) -> None:
    path = tmp_path / "releases.jsonl"
    figures = [
        {"dims": {}, "n": 6371},
        {"dims": {"g": "f"}, "n": 7},
        {"dims": {"g": "m"}, "n": 6364},
    ]
    remember(path, protect(figures), name="first")
    shown = [f["n"] for f in json.loads(path.read_text("utf-8"))["figures"]]
    assert sorted(shown, key=str) == [6371, None, None]


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (25, None),
        (26, "changed_little"),
        (16, "changed_little"),
        (34, "changed_little"),
        (35, None),
        (15, None),
    ],
)
def test_a_group_that_changed_by_a_few_is_held_back(now: int, reason: str | None) -> None:
    assert held_back([figure(now)], [figure(25)], 10) == [reason]


def test_every_earlier_number_counts() -> None:
    assert held_back([figure(27)], [figure(25), figure(60)], 10) == ["changed_little"]


def test_what_was_hidden_last_stays_hidden() -> None:
    assert held_back([figure(50)], [figure(25), figure(None)], 10) == ["hidden_before"]
    assert held_back([figure(50)], [figure(None), figure(25)], 10) == [None]
