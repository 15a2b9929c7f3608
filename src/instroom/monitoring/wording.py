"""The words that go with an effect: never stronger than the design behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, isfinite, log10

from instroom.core.errors import ProgrammingError
from instroom.core.messages import Message
from instroom.core.texts import Texts, languages

#: What was seen, by design and direction. ``{x}`` is the size without its sign.
FINDINGS = {
    "ancova.up": "Leerlingen die meededen scoorden op {outcome} gemiddeld {x} punt hoger dan "
    "leerlingen die niet meededen ({interval}; {n} leerlingen).",
    "ancova.down": "Leerlingen die meededen scoorden op {outcome} gemiddeld {x} punt lager dan "
    "leerlingen die niet meededen ({interval}; {n} leerlingen).",
    "ancova.unclear": "Op {outcome} zagen we tussen leerlingen die wel en niet meededen geen "
    "verschil dat groter is dan toeval ({interval}; {n} leerlingen).",
    "equal_start.up": "Bij gelijke voormeting scoorden leerlingen die meededen op {outcome} "
    "gemiddeld {x} punt hoger dan leerlingen die niet meededen ({interval}; {n} leerlingen).",
    "equal_start.down": "Bij gelijke voormeting scoorden leerlingen die meededen op {outcome} "
    "gemiddeld {x} punt lager dan leerlingen die niet meededen ({interval}; {n} leerlingen).",
    "equal_start.unclear": "Bij gelijke voormeting zagen we op {outcome} tussen leerlingen die wel "
    "en niet meededen geen verschil dat groter is dan toeval ({interval}; {n} leerlingen).",
    "binary.up": "Het deel ‘{outcome}’ is bij leerlingen die meededen {x} procentpunt groter dan "
    "bij leerlingen die niet meededen ({interval}; {n} leerlingen).",
    "binary.down": "Het deel ‘{outcome}’ is bij leerlingen die meededen {x} procentpunt kleiner "
    "dan bij leerlingen die niet meededen ({interval}; {n} leerlingen).",
    "binary.unclear": "In het deel ‘{outcome}’ zagen we tussen leerlingen die wel en niet meededen "
    "geen verschil dat groter is dan toeval ({interval}; {n} leerlingen).",
    "did.up": "Op scholen die meededen ging {outcome} na de start gemiddeld {x} punt meer vooruit "
    "dan op andere scholen ({interval}; {n} antwoorden).",
    "did.down": "Op scholen die meededen ging {outcome} na de start gemiddeld {x} punt minder "
    "vooruit dan op andere scholen ({interval}; {n} antwoorden).",
    "did.unclear": "In de verandering van {outcome} zagen we tussen scholen die wel en niet "
    "meededen geen verschil dat groter is dan toeval ({interval}; {n} antwoorden).",
    "growth.up": "Leerlingen die meededen groeiden op {outcome} per {time} gemiddeld {x} punt meer "
    "dan leerlingen die niet meededen ({interval}; {n} leerlingen).",
    "growth.down": "Leerlingen die meededen groeiden op {outcome} per {time} gemiddeld {x} punt "
    "minder dan leerlingen die niet meededen ({interval}; {n} leerlingen).",
    "growth.unclear": "In de groei op {outcome} zagen we tussen leerlingen die wel en niet "
    "meededen geen verschil dat groter is dan toeval ({interval}; {n} leerlingen).",
    "one_group.up": "Leerlingen scoorden op {outcome} na afloop gemiddeld {x} punt hoger dan "
    "ervoor ({interval}; {n} leerlingen).",
    "one_group.down": "Leerlingen scoorden op {outcome} na afloop gemiddeld {x} punt lager dan "
    "ervoor ({interval}; {n} leerlingen).",
    "one_group.unclear": "Op {outcome} zagen we tussen voor en na geen verschil dat groter is dan "
    "toeval ({interval}; {n} leerlingen).",
    "moments.up": "Leerlingen gingen op {outcome} van {time} {first} tot {time} {last} gemiddeld "
    "{x} punt omhoog ({interval}; {n} leerlingen).",
    "moments.down": "Leerlingen gingen op {outcome} van {time} {first} tot {time} {last} gemiddeld "
    "{x} punt omlaag ({interval}; {n} leerlingen).",
    "moments.unclear": "Op {outcome} zagen we van {time} {first} tot {time} {last} geen "
    "verandering die groter is dan toeval ({interval}; {n} leerlingen).",
    "course.up": "Leerlingen gingen op {outcome} per {time} gemiddeld {x} punt omhoog "
    "({interval}; {n} leerlingen).",
    "course.down": "Leerlingen gingen op {outcome} per {time} gemiddeld {x} punt omlaag "
    "({interval}; {n} leerlingen).",
    "course.unclear": "Op {outcome} zagen we in de loop van de tijd geen verandering die groter is "
    "dan toeval ({interval}; {n} leerlingen).",
}
#: What it may be taken to mean, by Maryland level. Levels 1 and 2 speak of togetherness only.
MEANINGS = {
    "0.seen": "Er was geen vergelijkingsgroep. Dit is een samenhang in de tijd: of het door het "
    "programma komt, weten we niet.",
    "1.seen": "Dit is een samenhang. De groepen zijn niet goed te vergelijken, dus of het door het "
    "programma komt, weten we niet.",
    "2.seen": "Dit is een samenhang. De groepen kunnen ook op andere punten verschillen, dus of "
    "het door het programma komt, weten we niet.",
    "3.seen": "Dit past bij een effect van het programma. Andere verklaringen zijn niet "
    "uitgesloten.",
    "4.seen": "Waarschijnlijk is dit een effect van het programma.",
    "5.seen": "Het lot bepaalde wie meedeed. Dit is dus een effect van het programma.",
    "0.unclear": "Er was geen vergelijkingsgroep. Ook een duidelijk verschil zou hier alleen een "
    "samenhang zijn.",
    "1.unclear": "De groepen zijn niet goed te vergelijken. Of het programma iets doet, kan deze "
    "meting niet zeggen.",
    "2.unclear": "Of het programma iets doet, kan deze meting niet zeggen.",
    "3.unclear": "Een effect zo groot als de grenzen van het interval is niet uitgesloten.",
    "4.unclear": "Een effect zo groot als de grenzen van het interval is niet uitgesloten.",
    "5.unclear": "Een effect zo groot als de grenzen van het interval is niet uitgesloten.",
}
#: When there is no answer, why not.
SILENCES = {
    "too_few": "Er zijn te weinig scholen of leerlingen om hier iets over te zeggen.",
    "not_supported": "Deze vraag kan met deze opzet niet worden beantwoord.",
    "rank_deficient": "De gevraagde kolommen zeggen hetzelfde; het verschil is niet uit elkaar te "
    "halen.",
    "crossed": "{lower} {label} staat bij meer dan één {upper}. Zijn dat verschillende groepen met "
    "dezelfde naam, zeg dan --nested. Is het echt één groep, dan kan het effect met deze opzet "
    "niet worden berekend: gekruiste groepen worden niet ondersteund.",
    "exact": "De kolommen voorspellen de uitkomst precies. Dan is niet te zeggen hoe zeker het "
    "verschil is. Is een van de kolommen uit de uitkomst berekend?",
    "partial": "Het verschil rust op één school, dus hoe zeker het is, valt niet te zeggen.",
    "separation": "Een van de kolommen zegt precies wie ja en wie nee heeft, bijvoorbeeld omdat "
    "iedereen die meedeed ja zei. Hoe groot het verschil is, valt dan niet te berekenen.",
    "failed": "De berekening kwam niet tot een antwoord.",
}


@dataclass(frozen=True, slots=True)
class EffectFinding:
    """An effect as far as words need it; ``level`` is the strongest that may be said."""

    kind: str
    level: int
    comparison: bool
    outcome: str
    estimate: float
    ci: tuple[float, float]
    n: int
    time: str = ""
    first: str = ""
    last: str = ""
    clear: bool = True
    plain: tuple[float, float] | None = None

    @property
    def direction(self) -> str:
        """``up``, ``down``, or ``unclear`` when the interval holds zero or ``clear`` is not so."""
        if not self.clear:
            return "unclear"
        if self.ci[0] > 0:
            return "up"
        return "down" if self.ci[1] < 0 else "unclear"


def sentence(finding: EffectFinding, language: str, level: int | None = None) -> str:
    """Return what may be said, in one language, at a level or the strongest allowed.

    Raises
    ------
    ProgrammingError
        When a stronger sentence is asked for than the design supports.

    Examples
    --------
    >>> f = EffectFinding("ancova", 2, True, "interesse", 0.12, (0.02, 0.22), 480)
    >>> sentence(f, "nl").split(". ")[1]
    'Dit is een samenhang'
    """
    said = finding.level if level is None else level
    if not 1 <= said <= finding.level:
        raise ProgrammingError(
            "a sentence of level {said} is stronger than this study supports",
            found=str(said),
            expected=Message("1 to {level}", level=finding.level),
            hint=Message("the level follows from the design; see monitoring.strength"),
            said=said,
        )
    t = Texts(language)
    percent = finding.kind == "binary"
    scale = 100.0 if percent else 1.0
    digits = digits_of(finding.ci[0] * scale, finding.ci[1] * scale)
    interval = _interval(finding.ci, t, percent=percent)
    seen = t(
        FINDINGS[f"{finding.kind}.{finding.direction}"],
        outcome=finding.outcome,
        x=t.number(abs(finding.estimate) * scale, digits=digits),
        interval=interval,
        n=t.number(finding.n),
        time=finding.time,
        first=finding.first,
        last=finding.last,
    )
    clear = "unclear" if finding.direction == "unclear" else "seen"
    rung = said if finding.comparison else 0
    told = f"{seen} {t(MEANINGS[f'{rung}.{clear}'])}"
    if finding.plain is None:
        return told
    wider = t(
        "Dit interval telt mee dat scholen onderling kunnen verschillen, ook al was dat in deze "
        "gegevens niet te zien. Zonder dat was het smaller: {interval}.",
        interval=_interval(finding.plain, t, percent=percent),
    )
    return f"{told} {wider}"


def _interval(ci: tuple[float, float], t: Texts, *, percent: bool) -> str:
    scale = 100.0 if percent else 1.0
    digits = digits_of(ci[0] * scale, ci[1] * scale)
    low, high = (_number(x * scale, digits, t) for x in ci)
    return t(
        "95%-interval {low} tot {high} procentpunt"
        if percent
        else "95%-interval {low} tot {high} punt",
        low=low,
        high=high,
    )


def digits_of(low: float, high: float) -> int:
    """Return the decimals an interval needs: two significant digits of its half width.

    Examples
    --------
    >>> digits_of(0.28, 1.46), digits_of(0.0021, 0.0043), digits_of(-476.8, -31.3)
    (2, 4, 0)
    """
    half = abs(high - low) / 2
    if not (isfinite(half) and half > 0):
        return 2
    return min(9, max(0, 1 - floor(log10(half))))


def _number(value: float, digits: int, t: Texts) -> str:
    text = t.number(value, digits=digits)
    return text.replace("-", "\N{MINUS SIGN}")


def wording(finding: EffectFinding) -> tuple[dict[str, str], list[dict[str, object]]]:
    """Return (the strongest sentence per language, the weaker ones with their level)."""
    strongest = {language: sentence(finding, language) for language in languages()}
    weaker = [
        {"level": level, **{name: sentence(finding, name, level) for name in languages()}}
        for level in range(finding.level - 1, 0, -1)
    ]
    return strongest, weaker


def silence(status: str, **values: str) -> Mapping[str, str]:
    """Return why there is no answer, per language.

    Examples
    --------
    >>> silence("crossed", lower="klas", label="1A", upper="school")["nl"].split(".")[0]
    'klas 1A staat bij meer dan één school'
    """
    known = status if status in SILENCES else "failed"
    found = {}
    for language in languages():
        t = Texts(language)
        found[language] = t(SILENCES[known], **values)
    return found
