"""``instroom compress``: the sums of a study, to share without its pupils, and what they say."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from instroom.core.answers import ABSENT, Absent, Answer
from instroom.core.errors import DataError, UserError, Where
from instroom.core.messages import Message
from instroom.core.output_files import output_file
from instroom.core.texts import Texts
from instroom.crossproducts.compress import Compressed, Span
from instroom.crossproducts.crossproducts import CrossProducts, from_arrays
from instroom.monitoring.designs import AnalysisPlan, choose, plan
from instroom.monitoring.effect_answer import EffectAnswer, PooledFrom
from instroom.monitoring.estimates import Choices, answer
from instroom.monitoring.score_files import columns_of, names_of
from instroom.monitoring.studies import Study
from instroom.monitoring.study_rows import StudyQuestion
from instroom.monitoring.wording import silence
from instroom.privacy.sums_file import Sums, pool_sums, read_sums, write_sums
from instroom.sources.columns import Columns


def sums(planned: AnalysisPlan, *, keep_labels: bool = False) -> CrossProducts:
    """Return the cross-products of a plan, with the names of its groups when asked for."""
    cross = from_arrays(
        planned.columns, planned.groups, slope=planned.slope, keep_labels=keep_labels
    )
    if not keep_labels:
        return cross
    labels = tuple(
        tuple(planned.names[level][int(label)] for label in names)
        if level in planned.names and names is not None
        else names
        for level, names in zip(cross.levels, cross.labels, strict=True)
    )
    return replace(cross, labels=labels)


def study_of(data: Columns, question: StudyQuestion, planned: AnalysisPlan) -> Study:
    """Return what the columns of a plan mean."""
    return Study(
        design=question.design,
        outcome=planned.outcome,
        target=planned.target,
        label=question.outcome,
        treatment=planned.treatment,
        baseline=planned.baseline,
        slope=planned.slope,
        absorb=planned.absorb,
        interactions=planned.interactions,
        rows=data.rows,
        arms=_arms(data, question),
        said=question.said,
        time=question.time or "",
        moments=_moments(planned, question),
    )


def _moments(planned: AnalysisPlan, question: StudyQuestion) -> tuple[float, float] | None:
    """Return the first and last moment of a group that is followed without comparison."""
    if question.design != "one_group" or question.baseline or not question.time:
        return None
    times = planned.columns[question.time]
    return float(times.min()), float(times.max())


def _arms(data: Columns, question: StudyQuestion) -> dict[str, dict[str, int]]:
    """Count, per arm, who was there at the start and who misses the outcome.

    Rows of ``did`` and ``growth`` are moments, not pupils; who left cannot be told from them.
    """
    if question.design in ("did", "growth"):
        return {}
    missing = np.isnan(data.numbers(question.outcome))
    arm = data.numbers(question.treatment) if question.treatment else np.zeros(data.rows)
    known = ~np.isnan(arm)
    if question.baseline:
        known &= ~np.isnan(data.numbers(question.baseline))
    return {
        f"{value:g}": {
            "n": int((known & (arm == value)).sum()),
            "missing": int((known & (arm == value) & missing).sum()),
        }
        for value in np.unique(arm[known])
    }


@dataclass(frozen=True, slots=True)
class MergedGroups:
    """Groups of one level that were too small alone and were added together."""

    level: str
    within: tuple[str, ...]
    groups: int


@dataclass(frozen=True, slots=True)
class RefusedGroup:
    """A group whose sums do not go out, and why."""

    level: str
    name: tuple[str, ...]
    code: str
    column: str | None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class CompressAnswer(Answer):
    """Sums per group in a file that holds no pupils (``contracts``: ``instroom compress``)."""

    file: str
    n: int
    dropped: int
    groups: Mapping[str, int]
    merged: tuple[MergedGroups, ...]
    refused: tuple[RefusedGroup, ...]
    signed: bool
    replaced: bool
    warnings: tuple[Message, ...] | Absent = ABSENT

    def summary(self, language: str = "nl") -> str:
        """Return how many rows were added up, and where the sums are."""
        t = Texts(language)
        rows = t.number(self.n)
        said = t("{n} rijen, opgeteld per groep, in {file}", n=rows, file=self.file)
        return f"{said} {t('(vervangen)')}" if self.replaced else said


def compress(
    file: Any = None,
    *,
    outcome: str | None = None,
    out: str | Path,
    key: str | Path | None = None,
    baseline: str | None = None,
    treatment: str | None = None,
    covariate: str | Sequence[str] = (),
    category: str | Sequence[str] = (),
    groups: str | Sequence[str] = (),
    design: str | None = None,
    time: str | None = None,
    pupil: str | None = None,
    by: str | None = None,
    start: float | None = None,
    nested: bool = False,
    yes: str | None = None,
    sheet: str | None = None,
) -> CompressAnswer:
    """Write the sums per group of a study to a file that holds no pupils.

    Such sums are fewer personal data, not none: share them as you would share results of small
    groups. Classes that are too small are added together, schools that are too small are left
    out, and the answer says which.

    Parameters
    ----------
    file, outcome, baseline, treatment, covariate, category, groups, design, time, pupil, by,
    start, nested, yes, sheet
        As for :func:`effect`.
    out
        The file to write; what was there is replaced, and the answer says so.
    key
        File with the key to sign with (16 bytes or more).

    Returns
    -------
    CompressAnswer
        Where the sums are, of how many rows, and what was added together or left out.

    Raises
    ------
    PrivacyError
        When no group is large enough to share its sums.
    """
    if file is None or not outcome:
        raise UserError("name a file and the column of the outcome (--outcome)")
    inputs = [one for one in (file, key) if isinstance(one, str | Path)]
    replaced = output_file(out, inputs=inputs).exists()
    data = columns_of(file, sheet).recoded(filter(None, [outcome, baseline, treatment]), yes)
    covariate, category = names_of(covariate), names_of(category)
    question = StudyQuestion(
        outcome=outcome, baseline=baseline, treatment=treatment,
        covariates=tuple(dict.fromkeys((*covariate, *category))), categories=category,
        groups=names_of(groups), design=choose(design, treatment, baseline, time), time=time,
        pupil=pupil, by=by, start=start, nested=nested,
    )  # fmt: skip
    planned = plan(data, question)
    if planned.crossed:
        why = silence("crossed", **planned.crossed)["en"]
        raise DataError(why, code="crossed_groups", where=Where(data.file))
    study = study_of(data, question, planned)
    spans = {
        name: Span(float(v.min()), float(v.max()), bool((v == np.round(v)).all()))
        for name, v in planned.columns.items()
    }
    dropped = study.rows - int(planned.used.sum())
    made = Compressed(sums(planned, keep_labels=True), dropped, spans)
    meaning = json.dumps(replace(study, rows=0, arms={}).to_dict(), sort_keys=True)
    counts = json.dumps({"rows": study.rows, "arms": study.arms}, sort_keys=True)
    said, also = {"study": meaning}, {"counts": counts}
    kept = write_sums(made, out, definition=said, description=also, key=_key(key))
    return CompressAnswer(
        file=str(out),
        n=kept.cross.n,
        dropped=dropped,
        groups=dict(zip(kept.cross.levels, kept.cross.sizes, strict=True)),
        merged=tuple(MergedGroups(m.level, tuple(m.path), m.groups) for m in kept.merged),
        refused=tuple(RefusedGroup(r.level, tuple(r.path), r.code, r.column) for r in kept.refused),
        signed=key is not None,
        replaced=replaced,
        warnings=planned.unused or ABSENT,
    )


def _key(file: str | Path | None) -> bytes | None:
    if file is None:
        return None
    path = Path(file)
    if not path.is_file():
        raise DataError(
            "there is no file '{file}'", code="no_file", where=Where(str(file)), file=file
        )
    return path.read_bytes().strip()


def pooled(files: Sequence[str | Path], key: str | Path | None, choices: Choices) -> EffectAnswer:
    """Return the answer of pooled sums; what was merged or left out is said in ``pooled``."""
    missing = [str(f) for f in files if not Path(f).is_file()]
    if missing:
        raise DataError(
            "there is no file '{missing}'",
            code="no_file",
            where=Where(missing[0]),
            missing=missing[0],
        )
    secret = _key(key)
    parts = [read_sums(file, key=secret) for file in files]
    whole = pool_sums(parts)
    found = answer(whole.cross, _study(whole, parts), choices)
    names = tuple(part.name for part in parts)
    behind = PooledFrom(names, whole.signed, len(whole.merged), len(whole.refused))
    return replace(found, missing=None, pooled=behind)


def _study(whole: Sums, parts: Sequence[Sums]) -> Study:
    """Return the study that pooled sums are of, with the counts of all files."""
    try:
        study = Study(**json.loads(whole.definition["study"]))
        counts = [json.loads(part.description["counts"]) for part in parts]
        rows = sum(int(c["rows"]) for c in counts)
        arms = {
            arm: {k: sum(int(c["arms"].get(arm, {}).get(k, 0)) for c in counts) for k in _COUNTED}
            for arm in sorted({arm for c in counts for arm in c["arms"]})
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        raise DataError(
            "these sums do not say what their columns mean",
            code="no_study",
            where=Where(parts[0].name, key="definition.study"),
            hint=Message("make them with instroom compress"),
        ) from None
    return replace(study, rows=rows, arms=arms)


_COUNTED = ("n", "missing")
