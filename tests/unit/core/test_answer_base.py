"""An answer is read as its JSON, and says itself in words."""

import json
from dataclasses import FrozenInstanceError, dataclass

import numpy as np
import pytest

from instroom.core.answers import ABSENT, Absent, Answer, plain
from instroom.core.messages import Message


@dataclass(frozen=True)
class Bound:
    low: float
    high: float | Absent = ABSENT


@dataclass(frozen=True, eq=False, repr=False)
class Answered(Answer):
    estimate: float
    ci: tuple[float, float]
    reason: str | None = None
    by: tuple[Bound, ...] | Absent = ABSENT
    from_: str = "here"

    def summary(self, language: str = "nl") -> str:
        return f"{self.estimate} <{language}>"


def test_json_leaves_out_what_is_absent_and_nothing_else() -> None:
    found = Answered(0.1 + 0.2, (np.float64(1.0), float("nan")), by=(Bound(1),))
    assert json.loads(json.dumps(found.to_dict())) == {
        "estimate": 0.3,
        "ci": [1.0, None],
        "reason": None,
        "by": [{"low": 1}],
        "from": "here",
    }


def test_an_answer_reads_as_its_dictionary_and_cannot_be_changed() -> None:
    found = Answered(1.0, (0.0, 2.0))
    assert found["ci"] == [0.0, 2.0]
    assert dict(found) == found.to_dict()
    assert "by" not in found
    with pytest.raises(FrozenInstanceError):
        found.estimate = 2.0  # type: ignore[misc]


def test_a_notebook_shows_words_safely() -> None:
    found = Answered(1.0, (0.0, 2.0))
    assert repr(found) == "<Answered: 1.0 <nl>>"
    assert found._repr_html_() == "<p>1.0 &lt;nl&gt;</p>"


def test_arrays_and_messages_become_plain() -> None:
    assert plain({"a": np.arange(2), "b": Message("{n} rows", n=2)}) == {
        "a": [0, 1],
        "b": "2 rows",
    }
