"""The rows of a file that answer a question: complete, and as numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from instroom.core.errors import DataError, UserError, Where
from instroom.core.messages import Message
from instroom.monitoring import score_rows
from instroom.sources.columns import Columns, bad_name

Floats = NDArray[np.float64]
Keys = NDArray[np.generic]
Design = Literal["ancova", "did", "one_group", "growth"]
#: A column of texts becomes one 0/1 column per text; with more texts it is no factor.
MOST_LEVELS = 30
#: From this chance on, two measurements count as those of one pupil.
SURE = 0.80


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyQuestion:
    """What is asked of a file: the options of ``instroom effect``, checked together."""

    outcome: str
    baseline: str | None = None
    treatment: str | None = None
    covariates: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    design: Design = "ancova"
    time: str | None = None
    pupil: str | None = None
    by: str | None = None
    start: float | None = None
    nested: bool = False
    link: str | None = None
    said: str = ""

    @property
    def levels(self) -> tuple[str, ...]:
        """The columns of school and class; ``none`` says that there are none."""
        return () if self.groups == ("none",) else self.groups


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The complete rows of a file for one question; ``unused`` says why others are left out."""

    data: Columns
    numbers: dict[str, Floats]
    factors: dict[str, dict[str, Floats]]
    keys: dict[str, Keys]
    used: NDArray[np.bool_]
    unused: tuple[Message, ...]

    @classmethod
    def of(cls, data: Columns, question: StudyQuestion) -> "Rows":
        """Read the columns that are asked for and keep the rows that have them all."""
        named = (question.outcome, question.baseline, question.treatment, question.time)
        numbers = {
            name: score_rows.numbers(data, name, arm=name == question.treatment)
            for name in named
            if name
        }
        texts: dict[str, NDArray[np.object_]] = {}
        for name in (*question.covariates, *([question.by] if question.by else [])):
            if name in question.categories:
                texts[name] = data.words(name)
                continue
            try:
                numbers[name] = data.numbers(name)
            except DataError as error:
                if error.code != "not_a_number":
                    raise
                texts[name] = data.words(name)
        keys, filled = cls._keys(data, question)
        filled |= {name: np.isfinite(values) for name, values in numbers.items()}
        filled |= {name: words != "" for name, words in texts.items()}
        linked = sure(data, question.link)
        present = np.logical_and.reduce([linked, *filled.values()])
        if not present.any():
            raise DataError(
                "no row has all the columns that are asked for",
                code="no_complete_rows",
                where=Where(data.file),
                found=Message("{rows} rows, each with a missing value", rows=data.rows),
                hint=Message("leave out a covariate, or check how missing values are written"),
            )
        if question.pupil:
            moment = [numbers[question.time]] if question.time else []
            score_rows.check_repeats(data, [*keys.values(), *moment], present)
        return cls(
            data,
            {name: values[present] for name, values in numbers.items()},
            {name: _dummies(name, words[present], data.file) for name, words in texts.items()},
            {name: group[present] for name, group in keys.items()},
            present,
            (*_unlinked(question.link, linked), *score_rows.left_out(filled)),
        )

    @staticmethod
    def _keys(
        data: Columns, question: StudyQuestion
    ) -> tuple[dict[str, Keys], dict[str, NDArray[np.bool_]]]:
        """Return the names of schools, classes and pupils, and which rows have each."""
        keys: dict[str, Keys] = {}
        filled: dict[str, NDArray[np.bool_]] = {}
        for name in (*question.levels, *([question.pupil] if question.pupil else [])):
            keys[name], filled[name] = data.keys(name)
            if name != question.pupil:
                score_rows.check_names(data, name, keys[name][filled[name]])
        return keys, filled

    def covariates(self, names: Sequence[str], centred: bool = False) -> dict[str, Floats]:
        """Return covariates as columns; a column of texts becomes 0/1 columns."""
        found: dict[str, Floats] = {}
        for name in names:
            found |= self.factors[name] if name in self.factors else {name: self.numbers[name]}
        return {k: v - v.mean() for k, v in found.items()} if centred else found


def check_roles(question: StudyQuestion) -> None:
    """Refuse a column that is named for two things: one of them would not be done.

    ``by`` may be a covariate or the baseline too: then its own part is in the model already.

    Raises
    ------
    UserError
        Naming the column and both options.
    """
    q = question
    own = [("--outcome", q.outcome), ("--treatment", q.treatment)]
    named = [
        *own, ("--baseline", q.baseline), ("--time", q.time), ("--pupil", q.pupil),
        ("--link", q.link), *(("--groups", name) for name in q.levels),
        *(("--covariate", name) for name in q.covariates),
    ]  # fmt: skip
    if not_text := bad_name(name for _, name in (*named, ("--by", q.by)) if name is not None):
        raise not_text
    for pairs in (named, [*own, ("--by", q.by)]):
        option: dict[str, str] = {}
        for said, name in pairs:
            if name is not None and name in option:
                raise UserError(
                    "column '{name}' is named with {first} and with {second}",
                    found=name,
                    expected=Message("every column for one thing"),
                    hint=Message("leave it out of one of them"),
                    name=name,
                    first=option[name],
                    second=said,
                )
            option[name or ""] = said


#: Design -> what it has no use for.
_IDLE: Mapping[Design, tuple[str, ...]] = {
    "ancova": ("start",),
    "did": ("baseline", "by"),
    "one_group": ("treatment", "by", "start"),
    "growth": ("baseline", "by", "start"),
}


def idle(question: StudyQuestion) -> tuple[Message, ...]:
    """Return what was asked that the design has no use for, a sentence each.

    Examples
    --------
    >>> [str(one) for one in idle(StudyQuestion(outcome="post", treatment="t", start=2.0))]
    ["design 'ancova' does nothing with --start"]
    """
    names = list(_IDLE[question.design])
    if question.design == "ancova" and not question.pupil:
        names.append("time")  # with pupils the moment tells their rows apart
    if question.design == "one_group" and question.baseline:
        names.append("time")
    return tuple(
        Message(
            "design '{design}' does nothing with --{option}", design=question.design, option=name
        )
        for name in names
        if getattr(question, name) is not None
    )


def _unlinked(link: str | None, linked: NDArray[np.bool_]) -> tuple[Message, ...]:
    if link is None or linked.all():
        return ()
    return (
        Message(
            "rows left out because column '{name}' is empty or below {sure:g}: {n}",
            name=link,
            n=int((~linked).sum()),
            sure=SURE,
        ),
    )


def sure(data: Columns, link: str | None) -> NDArray[np.bool_]:
    """Return the rows whose two measurements surely belong together, shape (rows,).

    ``link`` is a column with the chance (0-1) that they do; without one every row counts.

    Raises
    ------
    DataError
        ``no_chance`` for a value below 0 or above 1.
    """
    if link is None:
        return np.ones(data.rows, dtype=bool)
    chance = data.numbers(link)
    wrong = (chance < 0) | (chance > 1)
    if wrong.any():
        raise DataError(
            "column '{link}' must hold chances",
            code="no_chance",
            where=Where(data.file, None, link),
            found=f"{chance[wrong][0]:g}",
            expected=Message("numbers from 0 to 1"),
            link=link,
        )
    found: NDArray[np.bool_] = chance >= SURE
    return found


def _dummies(name: str, words: NDArray[np.object_], file: str) -> dict[str, Floats]:
    levels = sorted(set(words.tolist()))
    if len(levels) > MOST_LEVELS:
        raise DataError(
            "column '{name}' has {n} different texts; that is no group of pupils",
            code="too_many_levels",
            where=Where(file, None, name),
            expected=Message(
                "numbers, or at most {most_levels} different texts", most_levels=MOST_LEVELS
            ),
            name=name,
            n=len(levels),
        )
    return {f"{name}={level}": (words == level).astype(float) for level in levels[1:]}


def binary(rows: Rows, name: str) -> Floats:
    """Return a column of zeros and ones, both of them.

    Raises
    ------
    DataError
        ``not_binary`` for another value, ``one_arm`` when all rows have the same.
    """
    values = rows.numbers[name]
    found = np.unique(values)
    if not np.isin(found, (0.0, 1.0)).all():
        raise DataError(
            "column '{name}' must say 0 (did not take part) or 1 (took part)",
            code="not_binary",
            where=Where(rows.data.file, None, name),
            found=", ".join(f"{v:g}" for v in found[:6]),
            expected=Message("0 and 1"),
            name=name,
        )
    if len(found) < 2:
        raise DataError(
            "column '{name}' is {seen:g} in every row: there is nobody to compare with",
            code="one_arm",
            where=Where(rows.data.file, None, name),
            hint=Message("leave out --treatment for a group without comparison (design one_group)"),
            name=name,
            seen=found[0],
        )
    return values
