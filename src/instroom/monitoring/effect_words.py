"""An effect gets its words, or the reason why there are none."""

from collections.abc import Mapping
from dataclasses import replace

from instroom.core.errors import ProgrammingError
from instroom.monitoring.effect_answer import EffectAnswer, Estimated, SpokenSize
from instroom.monitoring.studies import Study
from instroom.monitoring.threats import SPOKEN
from instroom.monitoring.wording import EffectFinding, silence, wording


def known(line: Estimated) -> tuple[float, tuple[float, float]]:
    """Return an estimate and its interval, of which every number is known.

    Raises
    ------
    ProgrammingError
        When one is not: the caller should have been silent.
    """
    low, high = line.ci or (None, None)
    if line.estimate is None or low is None or high is None:
        raise ProgrammingError("an effect without an interval has no words")
    return line.estimate, (low, high)


def worded(study: Study, found: EffectAnswer, said: SpokenSize | None = None) -> EffectAnswer:
    """Add the sentences of an answer; ``said`` is what they speak of, else the estimate."""
    said = said or spoken_of(study, found)
    finding = EffectFinding(
        said.kind,
        found.maryland_level,
        study.comparison,
        study.said or study.label,
        said.size,
        said.ci,
        found.groups.get("pupil", found.n),
        time=study.time,
        first=f"{study.moments[0]:g}" if study.moments else "",
        last=f"{study.moments[1]:g}" if study.moments else "",
        clear=not any(r.key == "adjusted" for r in found.reasons or ()),
        plain=said.plain,
    )
    strongest, weaker = wording(finding)
    told = [r.text for r in found.reasons or () if r.key in SPOKEN]
    more = {language: "".join(f" {text[language]}" for text in told) for language in strongest}
    return replace(
        found,
        direction=finding.direction,
        wording={language: text + more[language] for language, text in strongest.items()},
        weaker=tuple(
            {key: f"{text}{more[key]}" if key in more else text for key, text in one.items()}
            for one in weaker
        ),
        spoken=said,
    )


def spoken_of(study: Study, found: EffectAnswer) -> SpokenSize:
    """Return what the words of an answer speak of: its estimate, over the moments asked about.

    Raises
    ------
    ProgrammingError
        Without an estimate or an interval: the caller should have been silent.
    """
    if found.estimate is None or found.ci is None:
        raise ProgrammingError("an effect without an interval has no words")
    size, (low, high) = found.estimate, found.ci
    if not study.moments:
        return SpokenSize(_kind(study), size, (low, high))
    length = study.moments[1] - study.moments[0]
    return SpokenSize("moments", size * length, (low * length, high * length))


def _kind(study: Study) -> str:
    """Return which finding is spoken of: what was estimated decides."""
    if study.design == "growth" and not study.comparison:
        return "course"
    return "equal_start" if study.design == "ancova" and study.baseline else study.design


def silent(found: EffectAnswer, status: str, why: str | None = None) -> EffectAnswer:
    """Return an answer without words about an effect; ``why`` is in SILENCES, else its status."""
    said = silence(why or status)
    return replace(
        found,
        status=status,
        reason=found.reason or said["en"],
        direction=None,
        wording=said,
        weaker=(),
        spoken=None,
    )


def refused(study: Study, n: int, status: str, said: Mapping[str, str]) -> EffectAnswer:
    """Return an answer that cannot be given; ``said`` is why, per language."""
    return EffectAnswer(
        n=n,
        dropped=study.rows - n,
        status=status,
        reason=said["en"],
        design=study.design,
        outcome=study.label,
        wording=said,
    )
