"""What figures make of the claims of the programme, by rule: sentences, and which way series went.

No sentence here is typed with its numbers: the files of the claims name series and years, the
figures come from the index. A figure that is not there is said to be not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from instroom.core import periods
from instroom.core.series import Figure
from instroom.core.texts import Texts, capital
from instroom.definitions import models, registry
from instroom.monitoring import verdicts
from instroom.reports import words
from instroom.reports.blocks import VerdictMark
from instroom.reports.documents import first_screen, parts
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import Topic

Group = Literal["recomputed", "not_recomputable", "open"]
#: Which way a series went; ``unclear`` may be chance or bounds, ``none`` has no two years.
Way = Literal["less", "more", "unclear", "none"]
#: What figures make of a claim; never shown beside it, only counted for the first line.
Held = Literal["holds", "half", "fails", "unclear"]

_WAYS: dict[str, Way] = {
    "less": "less",
    "more": "more",
    "maybe_less": "unclear",
    "maybe_more": "unclear",
    "no_difference": "unclear",
}


@dataclass(frozen=True, slots=True)
class HeldSeries:
    """One series that a claim is held against, which way it went and the two years."""

    series: models.ComparedSeries
    topic: Topic
    way: Way
    mark: VerdictMark
    before: Figure | None = None
    now: Figure | None = None


@dataclass(frozen=True, slots=True)
class FoundClaim:
    """A claim with what was found: its group, its sentence, and what figures make of it."""

    claim: models.Claim
    group: Group
    sentence: str
    held: Held | None = None
    series: tuple[HeldSeries, ...] = ()


def answer(found: Sequence[FoundClaim], t: Texts) -> str:
    """Return the first line: only what the counts of these claims bear."""
    held = {one.held for one in found}
    said = [t("soms wel")] if "holds" in held else []
    said += [t("soms half")] if "half" in held else []
    said += [t("soms niet")] if "fails" in held else []
    said += [t("soms is het niet te zeggen")] if "unclear" in held else []
    without = sum(one.group == "not_recomputable" for one in found)
    if without * 2 > len(found):
        said.append(t("meestal is het niet na te rekenen"))
    elif without:
        said.append(t("soms is het niet na te rekenen"))
    if any(one.group == "open" for one in found):
        said.append(t("soms is er nog niet naar gekeken"))
    if not said:
        return t("Er zijn nog geen uitspraken.")
    *first, last = said
    text = t("{first}, en {last}", first=", ".join(first), last=last) if first else last
    return f"{capital(text)}."


def found_claim(writer: PageWriter, claim: models.Claim) -> FoundClaim:
    """Hold a claim against the figures at hand, or say why that cannot be done."""
    t = writer.t
    if claim.verdict == "open":
        return FoundClaim(claim, "open", t("Deze uitspraak is nog niet bekeken."))
    if claim.because:
        said = t("Niet na te rekenen: {reason}.", reason=t(claim.because))
        return FoundClaim(claim, "not_recomputable", said)
    if claim.facts:
        said, held = _said_of_shares(claim.facts.shares, t)
        return FoundClaim(claim, "recomputed", said, held)
    series = tuple(_held(writer, one) for one in claim.compared)
    known = [one for one in series if one.way != "none"]
    if not known:
        said = t("Niet na te rekenen: deze cijfers staan niet in deze uitgave.")
        return FoundClaim(claim, "not_recomputable", said, None, series)
    said = " ".join([_said_of_series(known, writer), *_said_of_missing(series, t)])
    return FoundClaim(claim, "recomputed", said, _together(series), series)


def _held(writer: PageWriter, one: models.ComparedSeries) -> HeldSeries:
    topic, t = topic_of(one), writer.t
    by = {"school_type": one.school_type} if one.school_type else {}
    figures = writer.index.known(topic, writer.region, **by)
    rule = verdicts.rule_of()
    if one.counts == "number":
        before, now = _two_years(figures, one)
        way = _way_of_numbers(before, now)
        mark = _mark_of_number(way, rule, t)
        return HeldSeries(one, topic, way, mark, before, now)
    found = verdicts.verdict(figures, one.since, rule)
    said = rule.outcomes[found.outcome]
    mark = VerdictMark(
        t(said.title), said.shape, verdicts.colour(found, one.indicator), t(said.note)
    )
    way = _WAYS.get(found.outcome, "none")
    return HeldSeries(one, topic, way, mark, found.before, found.now)


def topic_of(one: models.ComparedSeries | models.ClaimPicture) -> Topic:
    """Return the indicator, stage and default classification that a claim's file names."""
    indicator = registry.indicators()[one.indicator]
    stage = (one.stage or indicator.default_stage) if len(indicator.stages) > 1 else None
    kind = indicator.default_classification if indicator.classification else None
    return Topic(one.indicator, stage, kind)


def _two_years(
    figures: Sequence[Figure], one: models.ComparedSeries
) -> tuple[Figure | None, Figure | None]:
    """Return the figures of the first year and the newest one, without a break between them."""
    start = periods.parse(one.since)
    known = [f for f in figures if f.numerator is not None]
    before = parts.same_year(known, one.since)
    later = [f for f in known if periods.parse(f.period) > start]
    now = max(later, key=lambda f: periods.parse(f.period), default=None)
    indicator = registry.indicators()[one.indicator]
    if now and indicator.broken_since(one.school_type, now.period) > one.since:
        return None, None
    return before, now


def _way_of_numbers(before: Figure | None, now: Figure | None) -> Way:
    """Return which way a number went: only what the bounds of both years leave no doubt about."""
    then, last = (f.numerator if f else None for f in (before, now))
    if then is None or last is None:
        return "none"
    if last.high < then.low:
        return "less"
    return "more" if last.low > then.high else "unclear"


def _mark_of_number(way: Way, rule: models.VerdictRule, t: Texts) -> VerdictMark:
    """Return the verdict on a number: chance is about shares, so there is no word about it."""
    if way == "unclear":
        return VerdictMark(t("Niet zeker"), "even")
    said = rule.outcomes["not_measured" if way == "none" else way]
    return VerdictMark(t(said.title), said.shape)


def _together(series: Sequence[HeldSeries]) -> Held:
    """Return what all series of a claim make of it: one without two years may go any way."""
    ways = [one.way == one.series.says for one in series]
    if all(ways):
        return "holds"
    if any(ways):
        return "half"
    return "unclear" if any(one.way in ("unclear", "none") for one in series) else "fails"


def _said_of_missing(series: Sequence[HeldSeries], t: Texts) -> list[str]:
    """Return which series have no two years to compare: both measures of one name are one."""
    of: dict[str, set[str]] = {}
    for one in series:
        if one.way == "none":
            of.setdefault(t(one.series.label), set()).add(one.series.counts)
    both, number, share = (
        words.listed([name for name, mine in of.items() if mine == measures], t)
        for measures in ({"number", "share"}, {"number"}, {"share"})
    )
    said = []
    if both:
        said.append(t("Op {list} zijn er geen twee jaren om te vergelijken.", list=both))
    if number:
        said.append(
            t("Van het aantal op {list} zijn er geen twee jaren om te vergelijken.", list=number)
        )
    if share:
        said.append(
            t("Van het aandeel op {list} zijn er geen twee jaren om te vergelijken.", list=share)
        )
    return said


def _said_of_series(known: Sequence[HeldSeries], writer: PageWriter) -> str:
    """Return what the numbers did where their people are counted, then what the shares did."""
    numbers = [one for one in known if one.series.counts == "number"]
    where = dict.fromkeys(registry.indicators()[one.topic.indicator].place_of for one in numbers)
    said = [
        _number_sentence(
            place_of,
            [o for o in numbers if registry.indicators()[o.topic.indicator].place_of == place_of],
            writer,
        )
        for place_of in where
    ]
    if shares := [one for one in known if one.series.counts == "share"]:
        said.append(_share_sentence(shares, writer.t))
    return " ".join(said)


def _number_sentence(place_of: str, numbers: Sequence[HeldSeries], writer: PageWriter) -> str:
    """Return where the number fell and where it rose, and who is counted there."""
    t = writer.t
    ways = {way: [one for one in numbers if one.way == way] for way in ("less", "more", "unclear")}
    words_of = {
        "less": lambda names: t("daalde op {list}", list=names),
        "more": lambda names: t("steeg op {list}", list=names),
        "unclear": lambda names: t("is niet zeker anders op {list}", list=names),
    }
    said = [words_of[way](_names(mine, t)) for way, mine in ways.items() if mine]
    group = t(words.GROUPS[place_of], region=writer.region_name)
    who = t(first_screen.WHO_ELSE[place_of])
    return t(
        "{group}: het aantal {list}.",
        group=f"{group} ({who})" if who else group,
        list=", ".join(said),
    )


def _share_sentence(shares: Sequence[HeldSeries], t: Texts) -> str:
    """Return where the share went each way, whatever the claim says: no certain change is silent.

    What a claim says and what is found nowhere comes first.
    """
    claimed = dict.fromkeys(one.series.says for one in shares)
    went = {way: [one for one in shares if one.way == way] for way in ("less", "more", "unclear")}
    nowhere = {"less": t("daalde nergens zeker"), "more": t("steeg nergens zeker")}
    said = [nowhere[says] for says in claimed if not went[says]]
    for way in dict.fromkeys([*claimed, "less", "more"]):
        if mine := went[way]:
            names = _names(mine, t)
            said.append(
                t("daalde op {list}", list=names)
                if way == "less"
                else t("steeg op {list}", list=names)
            )
    if went["unclear"] and (went["less"] or went["more"]):
        said.append(t("bleef zonder zeker verschil op {list}", list=_names(went["unclear"], t)))
    return t("Het aandeel {list}.", list=", ".join(said))


def _names(series: Sequence[HeldSeries], t: Texts) -> str:
    return words.listed([t(one.series.label) for one in series], t)


def _said_of_shares(shares: Sequence[models.ClaimedShare], t: Texts) -> tuple[str, Held]:
    """Return which of the shares that a claim names the counts give, as precise as it says them."""
    claimed = [(s, s.says) for s in shares if s.says is not None]
    said, good = [], []
    for s, share in claimed:
        digits = _digits(share)
        unit = 10**digits
        told = words.of_hundred(share * unit, share * unit)[0]
        says, found = (
            t.percent(n / (100 * unit), digits=digits) for n in (told, _rounded(s, digits))
        )
        good.append(_rounded(s, digits) == told)
        if good[-1]:
            said.append(t("{says} klopt voor {label}.", says=says, label=t(s.label)))
            continue
        said.append(
            t(
                "{label}: op dezelfde manier geteld {share}, niet {says}.",
                label=t(s.label), share=found, says=says,
            )
        )  # fmt: skip
        said += [
            t("{says} past bij {label}.", says=says, label=t(other.label))
            for other in shares
            if other.says is None and _rounded(other, digits) == told
        ]
    return " ".join(capital(text) for text in said), "holds" if all(good) else "half" if any(
        good
    ) else "fails"


def _digits(says: float) -> int:
    """Return how many decimals a claim has in per cents: none, or one."""
    return int(round(says * 1000) % 10 != 0)


def _rounded(share: models.ClaimedShare, digits: int) -> int:
    """Return a share in per cents, or in tenths of them, a half always up: never by a float."""
    unit = 1000 if digits else 100
    return (2 * unit * share.part + share.whole) // (2 * share.whole)
