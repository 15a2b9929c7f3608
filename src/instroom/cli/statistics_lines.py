"""What the statistical commands print for people."""

from collections.abc import Iterator, Sequence

from instroom.core.answers import ABSENT
from instroom.core.texts import Texts
from instroom.learning.meta_answer import MetaAnswer
from instroom.monitoring.effect_answer import EffectAnswer, EffectAnswers
from instroom.monitoring.power_answer import PowerAnswer
from instroom.monitoring.scales import ReliabilityAnswer
from instroom.monitoring.sums import CompressAnswer
from instroom.monitoring.wording import digits_of
from instroom.stats.status import ESTIMATED

#: With fewer studies chance alone looks lopsided (Cochrane Handbook, 13.3.5.4).
_ENOUGH_FOR_A_SIDE = 10


def _n(value: float | None, t: Texts, digits: int = 2) -> str:
    return "–" if value is None else t.number(value, digits=digits)


def _span(ci: Sequence[float | None] | None, t: Texts, digits: int = 2) -> str:
    if not ci or ci[0] is None or ci[1] is None:
        return "–"
    return f"{t.number(ci[0], digits=digits)} … {t.number(ci[1], digits=digits)}"


def effect_lines(found: EffectAnswer | EffectAnswers, language: str) -> list[str]:
    """Return the sentence, the numbers behind it, and why no more may be said."""
    if isinstance(found, EffectAnswers):
        lines = [line for one in found.outcomes for line in (*effect_lines(one, language), "")]
        return lines[:-1]
    t = Texts(language)
    lines = [found.summary(language)]
    if found.reason and found.reason != found.wording["en"]:
        lines.append(_ended(found.status, found.reason, t))
    if found.estimate is None or found.ci is None or found.status not in ESTIMATED:
        return lines + _why(found, language)
    digits = digits_of(*found.ci) + 1
    facts, name = _points(found, t)
    facts += [
        (name, f"{_n(found.estimate, t, digits)}  ({_span(found.ci, t, digits)})"),
        (t("standaardfout"), f"{_n(found.se, t, digits)}  df {_n(found.df, t, 1)}"),
        (
            t("in standaarddeviaties"),
            f"{_n(found.hedges_g, t)}  ({_span(found.hedges_g_ci, t)})",
        ),
        (t("kleinste te vinden effect"), _n(found.mdes, t)),
        (t("rijen"), _rows(found.n, found.dropped, t)),
        (t("Maryland-niveau"), f"{found.maryland_level} / 5"),
        *_further(found, t, digits),
    ]
    wide = max(len(name) for name, _ in facts) + 2
    lines += ["", *(f"{name:<{wide}}{value}" for name, value in facts)]
    lines += [
        f"  {group.group:<{wide - 2}}{_n(group.estimate, t, 3)}  ({_span(group.ci, t, 3)})"
        for group in found.by or ()
    ]
    return lines + _why(found, language)


def _rows(used: int, dropped: int, t: Texts) -> str:
    """Return how many rows there were, and how many were left out."""
    return f"{t.number(used)}  " + t("({n} weggelaten)", n=t.number(dropped))


def _further(found: EffectAnswer, t: Texts, digits: int) -> Iterator[tuple[str, str]]:
    """Yield what only some answers have: a corrected p, a trend, schools that were left out."""
    if found.p_adjusted is not ABSENT:
        yield t("p, na correctie"), _n(found.p_adjusted, t, 3)
    if trend := found.trend_before:
        words = f"{_n(trend.difference, t, digits)}  p {_n(trend.p, t, 3)}"
        yield t("verschil in trend voor de start"), words
    if found.pooled and found.pooled.refused:
        yield t("scholen te klein om te delen"), t.number(found.pooled.refused)
    if found.pooled and found.pooled.merged:
        yield t("scholen met samengevoegde klassen"), t.number(found.pooled.merged)


def _points(found: EffectAnswer, t: Texts) -> tuple[list[tuple[str, str]], str]:
    """Return a difference in percentage points, if any, and what the estimate itself is called."""
    if points := found.average_marginal_effect:
        digits = digits_of(*points.ci)
        size = f"{_n(points.points, t, digits)}  ({_span(points.ci, t, digits)})"
        return [(t("verschil in procentpunt"), size)], t("log-odds")
    if found.unit_of_time:
        return [], t("verandering per {time}", time=found.unit_of_time)
    return [], t("verschil")


def _why(found: EffectAnswer, language: str) -> list[str]:
    """Return the reasons of the level that are not in the sentence itself."""
    said = found.wording.get(language, "")
    told = [r.text.get(language, r.text["nl"]) for r in found.reasons or ()]
    return [f"  {text}" for text in told if text not in said] + _warned(found, Texts(language))


def _warned(found: EffectAnswer | CompressAnswer | MetaAnswer, t: Texts) -> list[str]:
    """Return what counted for nothing, and what may have been meant otherwise."""
    return [f"  {t.say(one)}" for one in found.warnings or ()]


def compress_lines(found: CompressAnswer, language: str) -> list[str]:
    """Return where the sums are, and which rows and schools are not in them."""
    t = Texts(language)
    facts = [
        (t("rijen"), _rows(found.n, found.dropped, t)),
        (t("scholen te klein om te delen"), t.number(len(found.refused))),
        (t("scholen met samengevoegde klassen"), t.number(len(found.merged))),
    ]
    lines = [found.summary(language), *(f"{name}: {said}" for name, said in facts)]
    return lines + _warned(found, t)


def reliability_lines(found: ReliabilityAnswer, language: str) -> list[str]:
    """Return alpha, omega and a line per item."""
    t = Texts(language)
    if found.alpha is None:
        rows = f"{t('rijen')}: {_rows(found.n, found.dropped, t)}"
        return [found.summary(language), rows, *_told(found, t)]
    lines = [
        found.summary(language),
        f"{t('rijen')}: {_rows(found.n, found.dropped, t)}",
        f"{'item':<16}{'m':>8}{'sd':>8}{'r_rest':>8}{t('alfa -'):>8}",
    ]
    lines += [
        f"{item.item:<16}"
        + "".join(
            f"{_n(value, t):>8}" for value in (item.mean, item.sd, item.r_rest, item.alpha_without)
        )
        for item in found.items_
    ]
    if told := _told(found, t):
        lines += ["", *told]
    if any(i.r_rest is not None and i.r_rest < 0 for i in found.items_):
        lines += [t("Is een item andersom gesteld? Zeg het met --reverse.")]
    return lines


def _told(found: ReliabilityAnswer | PowerAnswer | MetaAnswer, t: Texts) -> list[str]:
    """Return how it ended when that is not the ordinary way."""
    if found.status == "ok" and not found.reason:
        return []
    return [_ended(found.status, found.reason, t)]


def _ended(status: str, reason: str | None, t: Texts) -> str:
    """Return how a computation ended, and why."""
    words = {
        "ok": t("let op"),
        "boundary": t("op de grens van wat kan"),
        "partial": t("niet alles is te berekenen"),
        "rank_deficient": t("niet alle kolommen tellen mee"),
        "smoothed": t("een beetje bijgesteld"),
        "bounded": t("alleen grenzen bekend"),
        "unbounded": t("aan een kant geen grens"),
        "separation": t("niet te schatten"),
        "too_few": t("te weinig gegevens"),
        "not_identified": t("niet eenduidig te bepalen"),
        "not_converged": t("geen oplossing gevonden"),
        "not_applicable": t("niets te vergelijken"),
        "not_supported": t("zo niet te berekenen"),
        "crossed": t("groepen lopen door elkaar"),
    }
    return f"{words[status]}: {t.say(reason)}" if reason else words[status]


def power_lines(found: PowerAnswer, language: str) -> list[str]:
    """Return the smallest effect a design finds, and its chance to find one that is asked."""
    t = Texts(language)
    if found.mdes is None:
        return [found.summary(language), *_told(found, t)]
    lines = [found.summary(language), f"{found.design}, df {_n(found.df, t, 0)}"]
    if found.power is not None:
        lines.append(t("kans om het te vinden: {p}", p=t.percent(found.power, digits=0)))
    return lines


def meta_lines(found: MetaAnswer, language: str) -> list[str]:
    """Return the pooled effect, what a new study may find, and how much studies differ."""
    t = Texts(language)
    rows = f"{t('rijen')}: {_rows(found.k, found.dropped, t)}"
    if found.estimate is None or found.status not in ESTIMATED:
        none = t("Deze studies geven samen geen antwoord.")
        return [none, *_told(found, t), rows, *_warned(found, t)]
    back = found.back_transformed
    lines = [found.summary(language)]
    if not found.moderated:  # else it holds only where all moderators are 0
        ahead = back.prediction if back else found.prediction
        lines.append(t("een nieuwe studie: tussen {interval}", interval=_span(ahead, t)))
    lines.append(f"tau² {_n(found.tau2, t, 3)}, I² {_n(found.i2, t)}")
    lines += _lopsided(found, t)
    if found.status == "boundary":
        lines.append(t("De verschillen tussen studies zijn op nul geschat."))
    else:
        lines += _told(found, t)
    return [*lines, rows, *_warned(found, t)]


def _lopsided(found: MetaAnswer, t: Texts) -> list[str]:
    """Return what trim and fill makes of it, when there are studies enough to see a side."""
    fill = found.trim_and_fill
    if not fill or not fill.missing or found.back_transformed or found.k < _ENOUGH_FOR_A_SIDE:
        return []
    becomes = _n(fill.estimate, t)
    if fill.missing == 1:
        return [t(
            "kleine studies liggen scheef: met 1 erbij die lijkt te ontbreken wordt het {d}",
            d=becomes,
        )]  # fmt: skip
    return [t(
        "kleine studies liggen scheef: met {n} erbij die lijken te ontbreken wordt het {d}",
        n=fill.missing, d=becomes,
    )]  # fmt: skip
