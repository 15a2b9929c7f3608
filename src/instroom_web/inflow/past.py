"""What happened to a school and its cooperations, in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Model

from instroom.core.texts import Texts
from instroom_web.accounts.models import Person
from instroom_web.inflow.models import Cooperation
from instroom_web.region.models import Organisation
from instroom_web.shared.history.queries import PastChange, history_of

#: How many lines a page shows.
MOST = 50


@dataclass(frozen=True, slots=True)
class PastLine:
    """One line of a history: when, and what in a sentence."""

    at: datetime
    sentence: str

    @property
    def iso(self) -> str:
        """The moment, as words are made of it."""
        return self.at.isoformat()


def past_of(school: Organisation, rows: Iterable[Cooperation], t: Texts) -> list[PastLine]:
    """Return what happened, the newest first."""
    subjects: list[tuple[Model, str]] = [(school, school.name)]
    subjects += [(row, row.company.name) for row in rows]
    found = [(change, name) for subject, name in subjects for change in history_of(subject)]
    found.sort(key=lambda pair: -pair[0].number)
    names = names_of({change.by for change, _ in found if change.by})
    return [PastLine(change.at, _sentence(change, name, names, t)) for change, name in found[:MOST]]


def names_of(uuids: set[UUID]) -> dict[UUID, str]:
    """Return what people are called."""
    return dict(Person.objects.filter(uuid__in=uuids).values_list("uuid", "full_name"))


def _sentence(change: PastChange, name: str, names: dict[UUID, str], t: Texts) -> str:
    who = names.get(change.by, "") if change.by else ""
    said = {one.name: one.after for one in change.fields}
    if change.kind in ("contact.named", "contact.renewed"):
        return t("{who} noemde een contactpersoon bij {name}.", who=who, name=name)
    if change.kind == "organisation.registered":
        return t("{name} kwam uit het register.", name=name)
    if change.kind == "school.said":
        if said.get("said") == "nothing":
            return t("{who} legde vast dat er dit schooljaar geen samenwerking is.", who=who)
        return t("{who} legde vast dat alles van dit schooljaar is ingevuld.", who=who)
    if change.kind == "cooperation.recorded":
        return t("{who} legde de samenwerking met {name} vast.", who=who, name=name)
    if change.kind == "cooperation.changed":
        return t(
            "{who} veranderde de samenwerking met {name}: {what}.",
            who=who, name=name, what=changed_words(change, t),
        )  # fmt: skip
    if change.kind == "confirmation.asked":
        if said.get("side") == "school":
            return t("{who} vroeg de school te bevestigen: {name}.", who=who, name=name)
        return t("{who} vroeg {name} te bevestigen.", who=who, name=name)
    if change.kind == "confirmation.given":
        return _answered(said, name, who, t)
    return t("{who} veranderde iets bij {name}.", who=who or t("Het systeem"), name=name)


def changed_words(change: PastChange, t: Texts) -> str:
    """Return from what to what fields were changed."""
    nothing = t("leeg")
    return "; ".join(
        t("van {before} naar {after}", before=one.before or nothing, after=one.after or nothing)
        for one in change.fields
    )


def _answered(said: dict[str, object], name: str, who: str, t: Texts) -> str:
    words = {
        "right": t("klopt"), "different": t("iets is anders"), "wrong": t("klopt niet"),
    }  # fmt: skip
    answer = words.get(str(said.get("answer")), t("iets anders dan eerst"))
    by = t("De school over {name}", name=name) if said.get("side") == "school" else name
    if said.get("how") == "telephone":
        return t("{by}: {answer}, aan de telefoon tegen {who}.", by=by, answer=answer, who=who)
    return t("{by}: {answer}, via de link in de mail.", by=by, answer=answer)
