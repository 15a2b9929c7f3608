"""An invented region with two boards: every text that is not for everybody holds a made-up word.

Made by the actions that people's pages use, so that mails, tasks and history are there as well.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import matrix_people
import numpy as np
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection

from instroom_web.accounts.actions import create_person, deactivate_person
from instroom_web.accounts.models import Person
from instroom_web.inflow import actions, queries
from instroom_web.inflow.models import Confirmation, ConfirmationRequest, Cooperation
from instroom_web.region.actions import (
    RegisteredSchool,
    add_company,
    give_role,
    take_register,
)
from instroom_web.region.contacts.actions import name_contact
from instroom_web.region.models import Membership, Organisation
from instroom_web.shared import clock
from instroom_web.shared.mails.models import Mail

#: A Monday in the autumn: the school year is 2026-2027.
THEN = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
YEAR = "2026-2027"
#: How every made-up word begins; a search for it finds all of them.
STEM = "kanarie"
_RANDOM = np.random.default_rng(2026)
_LETTERS = list("bcdfghjklmnpqrstvwxz")


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Let it be one moment for all that asks ``shared.clock``."""
    real = clock.datetime

    class Still(real):
        @classmethod
        def now(cls, tz=None):
            return moment.astimezone(tz)

    clock.datetime = Still
    try:
        yield
    finally:
        clock.datetime = real


def day(text: str, hour: int = 12) -> datetime:
    """Return noon in the Netherlands, or another hour, of a day such as ``2027-07-01``."""
    noon = datetime.fromisoformat(f"{text}T{hour:02}:00:00")
    return noon.replace(tzinfo=clock.AMSTERDAM).astimezone(UTC)


def filled(**values) -> dict[str, object]:
    """Return what a form of a cooperation brings."""
    return {"what": "pompen ontwerpen", "since": "2025-2026", **values}


@dataclass
class Cast:
    """The region: rows by short names, and of every made-up word where it belongs."""

    schools: dict[str, Organisation] = field(default_factory=dict)
    companies: dict[str, Organisation] = field(default_factory=dict)
    rows: dict[str, Cooperation] = field(default_factory=dict)
    requests: dict[str, ConfirmationRequest] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)
    #: word -> (kind of object, its short name, field)
    canaries: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def word(self, kind: str, name: str, of: str) -> str:
        """Make a word that is nowhere else, and note where it belongs."""
        made = STEM + "".join(_RANDOM.choice(_LETTERS, 9))
        self.canaries[made] = (kind, name, of)
        return made

    def canaries_in(self, text: str) -> set[str]:
        """Return the made-up words in a text, whatever its capitals."""
        return set(re.findall(rf"{STEM}[a-z]{{9}}", text.casefold())) & set(self.canaries)


#: Short name -> board, and whether the register has closed the school since.
SCHOOLS = {
    "a1": ("a", False),
    "a2": ("a", False),
    "a_closed": ("a", True),
    "b1": ("b", False),
    "b2": ("b", False),
    "b_closed": ("b", True),
}
#: Short name of a cooperation -> its school and company; "old" ran until a year of before.
ROWS = {
    "a1_pump": ("a1", "pump"),
    "a1_sawmill": ("a1", "sawmill"),
    "a2_pump": ("a2", "pump"),
    "a2_old": ("a2", "sawmill"),
    "a_closed_pump": ("a_closed", "pump"),
    "b1_pump": ("b1", "pump"),
    "b1_glass": ("b1", "glass"),
    "b2_sawmill": ("b2", "sawmill"),
    "b_closed_glass": ("b_closed", "glass"),
}
COMPANIES = ("pump", "sawmill", "glass")
ROLES_OF = {
    "administrator": ("administrator", None),
    "programme_office": ("programme_office", None),
    "project_leader": ("project_leader", None),
    "board_secretary": ("board_secretary", "board_a"),
    "school_leader": ("school_leader", "a1"),
    **matrix_people.ROLES_OF,
}
OTHERS = (
    "without_role", "ended_role", "future_role", "unknown_role", "two_roles", "deactivated",
    "office_without_key",
)  # fmt: skip


def made() -> Cast:
    """Make the region; the clock stands still at :data:`THEN` meanwhile."""
    with frozen(THEN):
        cast = Cast()
        _schools(cast)
        _persons(cast)
        _rows(cast)
        _answers(cast)
        take_register(_register(cast, closed=False))
        for name in cast.schools:
            cast.schools[name].refresh_from_db()
    return cast


def _register(cast: Cast, *, closed: bool) -> list[RegisteredSchool]:
    names = [name for name, (_, gone) in SCHOOLS.items() if closed or not gone]
    return [
        RegisteredSchool(_code(n), cast.schools[n].name, "po", "GM0153", f"9000{SCHOOLS[n][0]}")
        for n in names
    ]


def _code(name: str) -> str:
    return f"{list(SCHOOLS).index(name) + 10}ZZ00"


def _schools(cast: Cast) -> None:
    names = {name: Organisation(name=cast.word("school", name, "name")) for name in SCHOOLS}
    cast.schools = names
    take_register(_register(cast, closed=True))
    cast.schools = {name: Organisation.objects.get(code=_code(name)) for name in SCHOOLS}


def _person(cast: Cast, name: str) -> Person:
    email = f"{cast.word('person', name, 'email')}@school.example"
    person = create_person(email=email, full_name=f"Vera {cast.word('person', name, 'name')}")
    cast.persons[name] = person
    return person


def _persons(cast: Cast) -> None:
    boards = {f"board_{one}": Organisation.objects.get(code=f"9000{one}") for one in "ab"}
    places = {**boards, **cast.schools, **matrix_people.places()}
    for name, (role, place) in ROLES_OF.items():
        side = matrix_people.SIDES.get(name, "")
        give_role(_person(cast, name), role, places[place] if place else None, side=side)
    today = clock.today()
    one_day = timedelta(days=1)
    for name in OTHERS:
        _person(cast, name)
    leads = {"role": "project_leader", "since": today - 99 * one_day}
    Membership.objects.create(
        person=cast.persons["ended_role"], **leads | {"until": today - one_day}
    )
    Membership.objects.create(
        person=cast.persons["future_role"], **leads | {"since": today + one_day}
    )
    Membership.objects.create(person=cast.persons["unknown_role"], **leads | {"role": "emperor"})
    both = cast.persons["two_roles"]
    Membership.objects.create(person=both, **leads | {"until": today - one_day})
    give_role(both, "school_leader", cast.schools["a1"])
    give_role(cast.persons["deactivated"], "project_leader")
    give_role(cast.persons["office_without_key"], "programme_office")
    for name in ("programme_office", "administrator"):  # a second way to sign in
        data = {"secret": cast.word("key", name, "secret")}
        Authenticator.objects.create(user=cast.persons[name], type="totp", data=data)
    for name in SCHOOLS:
        _person(cast, f"recorder_{name}")


def _rows(cast: Cast) -> None:
    anybody = cast.persons["project_leader"].uuid
    for name in COMPANIES:
        cast.companies[name] = add_company(name=cast.word("company", name, "name"), by=anybody)
    for name, (school, company) in ROWS.items():
        by = cast.persons[f"recorder_{school}"].uuid
        values = filled(
            what=cast.word("row", name, "what before"),
            goals=cast.word("row", name, "goals"),
            year_plan=cast.word("row", name, "year_plan"),
            until="2025-2026" if name.endswith("_old") else "",
            plan_signed=date(2026, 9, 1),
        )
        made = actions.record_cooperation(
            cast.schools[school], cast.companies[company], values, by=by
        )
        cast.rows[name] = actions.change_cooperation(
            made,
            {"what": cast.word("row", name, "what")},
            seen=1,
            by=by,
            reason=cast.word("row", name, "reason"),
        )


def _answers(cast: Cast) -> None:
    by = cast.persons["project_leader"].uuid
    organisations = [("school", n, o) for n, o in cast.schools.items()]
    organisations += [("company", n, o) for n, o in cast.companies.items()]
    for side, name, one in organisations:
        address = f"{cast.word('contact', name, 'email')}@bedrijf.example"
        name_contact(
            one, name=cast.word("contact", name, "name"), email=address, by=by, checked=True
        )
        asked = actions.ask_confirmation(
            one, side, by=by, sender="Peter Postma", link="https://x.example/{token}",
            site="Instroom",
        )  # fmt: skip
        cast.requests[name] = asked
        mail = Mail.objects.get(regards=f"region.ContactPerson:{one.contact_persons.get().pk}")
        mail.body += cast.word("mail", name, "body")
        mail.subject = cast.word("mail", name, "subject")
        mail.save()
        for now in queries.asked_in(asked):
            row = next(n for n, r in cast.rows.items() if r.pk == now.row.pk)
            note = cast.word("note", row, side)
            actions.take_answers(asked, [actions.GivenAnswer(now.row.uuid, "right", note)])
    for name, one in cast.schools.items():
        recorder = cast.persons[f"recorder_{name}"]
        actions.say_of_school(one, "all_recorded", by=recorder.uuid)
    deactivate_person(cast.persons["deactivated"])


def token(cast: Cast, name: str) -> str:
    """Return what stands in the link of an organisation."""
    return queries.token_of(cast.requests[name])


def digest() -> str:
    """Return a mark of all rows of our apps and of the work that waits."""
    mark = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608 - our own tables
            mark.update(f"{table}{cursor.fetchall()!r}".encode())
    return mark.hexdigest()


def _tables() -> list[str]:
    ours = [m for m in apps.get_models() if m.__module__.startswith(("instroom_web.", "django_t"))]
    return sorted(m._meta.db_table for m in ours if "stored" not in m._meta.db_table)


def confirmed(row: Cooperation) -> list[tuple[str, str]]:
    """Return who said what of a cooperation."""
    return sorted(Confirmation.objects.filter(cooperation=row).values_list("side", "answer"))
