"""What pages say of versions, and what comes back from their forms."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from instroom.core.errors import DataError, UserError
from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.definitions.gazetteer import gazetteer
from instroom.programme.results import yardstick_of
from instroom.region.locate import home_region
from instroom.sources.store import Store
from instroom_web.accounts.models import Person
from instroom_web.programme import actions, queries
from instroom_web.programme.forms import AmountForm, gender_words, kind_words, label_of
from instroom_web.programme.models import APPROVED, SENT_BACK, TARGET, WAITS, AmountVersion


def places() -> dict[str, str]:
    """Return the region and its municipalities by their codes, the region first."""
    home = home_region(Store(settings.DATA))
    region = registry.regions()[home]
    return {home: region.title} | {code: gazetteer().name(code) for code in region.municipalities}


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version as a page shows it: whose, of what, and what became of it."""

    row: AmountVersion
    kind: str
    goal: str
    label: str
    whose: str
    share: str
    author: str
    decider: str
    state: str
    #: Whether a later approved version of the same replaced it.
    corrected: bool

    @property
    def at(self) -> str:
        """The moment of entering, as words are made of it."""
        return self.row.at.isoformat()

    @property
    def decided_at(self) -> str:
        """The moment of the decision, as words are made of it; empty while it waits."""
        return self.row.decided_at.isoformat() if self.row.decided_at else ""


def lines_of(rows: Iterable[AmountVersion], t: Texts) -> list[VersionLine]:
    """Return versions as lines, in the order given; those of a goal that is gone stay readable."""
    found = list(rows)
    names, towns = queries.names_of(found), places()
    counts = {row.pk for row in queries.counting(queries.approved())}
    return [_line(row, names, towns, counts, t) for row in found]


def _line(
    row: AmountVersion, names: dict[UUID, str], towns: dict[str, str], counts: set[int], t: Texts
) -> VersionLine:
    goal, label = row.yardstick.partition(":")[0], row.yardstick
    try:
        label = label_of(yardstick_of(row.yardstick), t)
        goal = t("Doel {n}", n=registry.kpis()[goal].number)
    except DataError:
        pass  # a definition that is gone: its code stands there
    whose = [towns.get(row.place, row.place)]
    whose += [gender_words(t)[row.gender]] if row.gender else []
    old = row.decided == APPROVED and row.pk not in counts
    return VersionLine(
        row,
        kind_words(t)[row.kind],
        goal,
        label,
        ", ".join(whose),
        shown_share(row.low, t),
        names.get(row.author, t("iemand van toen")),
        names.get(row.decided_by, "") if row.decided_by else "",
        _state(row, t, corrected=old),
        old,
    )


def _state(row: AmountVersion, t: Texts, *, corrected: bool) -> str:
    if row.decided == WAITS:
        return t("ambitie, niet vastgesteld") if row.kind == TARGET else t("nog niet goedgekeurd")
    if row.decided == SENT_BACK:
        return t("teruggestuurd")
    return t("vastgesteld, daarna verbeterd") if corrected else t("vastgesteld, op slot")


def shown_share(share: float, t: Texts) -> str:
    """Return a share as people say it, to one decimal."""
    return t.percent(share)


def proposed(form: AmountForm, person: Person, t: Texts) -> bool:
    """Enter what was filled in; what is refused stands at its field."""
    try:
        actions.propose(actions.GivenAmount(**form.given()), by=person.uuid)
    except UserError as error:
        key = error.where.key if error.where else None
        form.add_error(key if key in form.fields else None, t.say(error.message))
        return False
    return True


def decided(row: AmountVersion, decision: str, person: Person, t: Texts) -> str:
    """Decide of a version; return what is to be said of it."""
    if not actions.decide(row, decision, by=person.uuid):
        return t("Hierover is al beslist. Er is niets veranderd.")
    if decision == APPROVED:
        return t("Goedgekeurd. Het staat nu op slot.")
    return t("Teruggestuurd.")
