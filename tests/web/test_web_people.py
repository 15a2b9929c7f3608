"""Invitations, ends of roles, and what is erased of people: by the actions and in a client."""

from datetime import timedelta

import pytest
from django.db import connection
from ledger_cast import THEN, frozen

import people
from instroom.core.errors import UserError
from instroom_web.accounts.models import Person
from instroom_web.inflow.models import Cooperation
from instroom_web.region.actions import RegisteredSchool, add_company, give_role, take_register
from instroom_web.region.contacts.actions import forget_contact, name_contact
from instroom_web.region.models import ContactPerson, Invitation, Membership, Organisation
from instroom_web.region.people import actions, queries
from instroom_web.region.people.actions import InvitationMail
from instroom_web.region.queries import contact_of, held_roles, known_contact
from instroom_web.shared.history.queries import verdict
from instroom_web.shared.mails.models import Mail

pytestmark = pytest.mark.django_db
MAIL = InvitationMail("https://x.example/{token}", "Instroom", "Anna")
CANARY = "kanariegeel"


@pytest.fixture(autouse=True)
def _demo(settings):
    settings.DEMO = True  # the cast counts without a passkey


@pytest.fixture
def anna():
    who = people.person("anna")
    give_role(who, "programme_office")
    return who


def invited(by, **values):
    given = {
        "email": "new@school.example", "full_name": "Nieuw", "role": "researcher", "side": "",
        "organisation": None, "until": None, "language": "nl", "by": by, "mail": MAIL,
    }  # fmt: skip
    return actions.invite(**given | values)


def test_only_the_button_lets_in_once_and_a_code_by_mail_does_the_rest(client, anna, mailoutbox):
    one = invited(anna)
    page = f"/nl/invitation/{queries.token_of(one)}/"
    assert client.get(page).status_code == client.head(page).status_code == 200
    assert not Person.objects.filter(email="new@school.example").exists()
    answer = client.post(page)
    assert (answer.status_code, answer["Location"]) == (302, "/nl/account/login/code/confirm/")
    person = Person.objects.get(email="new@school.example")
    assert [held.role for held in held_roles(person)] == ["researcher"]
    assert mailoutbox or Mail.objects.filter(address="new@school.example").exists()
    assert client.post(page).status_code == client.get(page).status_code == 410
    one.refresh_from_db()
    assert (one.email, one.full_name) == ("", ""), "a person has them now"
    assert [line.state for line in queries.open_invitations(anna)] == ["taken"]


def test_an_older_late_or_withdrawn_link_lets_nobody_in(client, anna):
    one = invited(anna)
    old = queries.token_of(one)
    actions.invite_again(one, by=anna, mail=MAIL)
    one.refresh_from_db()
    assert client.post(f"/nl/invitation/{old}/").status_code == 410
    with frozen(one.expires_at):
        assert client.post(f"/nl/invitation/{queries.token_of(one)}/").status_code == 410
    actions.withdraw(one, by=anna)
    assert client.post(f"/nl/invitation/{queries.token_of(one)}/").status_code == 410
    assert not Person.objects.filter(email="new@school.example").exists()


def test_nothing_is_given_when_who_invited_may_not_give_it_any_more(anna):
    one = invited(anna)
    anna.memberships.update(until=THEN.date() - timedelta(days=9999))
    with pytest.raises(UserError) as refusal:
        actions.take(one)
    assert refusal.value.code == "invitation_over"


def test_the_last_who_lets_people_in_stays(anna):
    mine = Membership.objects.get(person=anna)
    with pytest.raises(UserError) as refusal:
        actions.end_role(mine, None, reason="weg", by=anna)
    assert refusal.value.code == "last_office"
    with pytest.raises(UserError):
        actions.close_account(anna, by=anna)
    other = people.person("peter")
    give_role(other, "programme_office")
    actions.end_role(mine, None, reason="weg", by=anna)
    assert held_roles(anna) == [], "at once"


def test_a_refused_address_is_shown(client, anna):
    one = invited(anna)
    Mail.objects.filter(uuid=one.mail).update(failed_at=THEN, failure="refused_address")
    client.force_login(anna)
    assert "De mail kwam niet aan." in client.get("/nl/manage/people/").content.decode()


def test_a_company_named_by_a_school_is_not_mailed_before_the_office_looked(anna):
    company = add_company(name="Pompen", by=anna.uuid)
    named = name_contact(company, name="", email="x@school.example", by=anna.uuid)
    assert contact_of(company) is None and known_contact(company) == named


@pytest.mark.django_db(transaction=False)
def test_erasing_leaves_no_byte_of_a_person_or_contact_in_any_table(anna):
    take_register([RegisteredSchool("10ZZ00", "School", "po", "GM0153", "90001")])
    school = Organisation.objects.get(code="10ZZ00")
    person = people.person("omar")
    Person.objects.filter(pk=person.pk).update(email=f"{CANARY}@x.example", full_name=CANARY)
    person.refresh_from_db()
    give_role(person, "teacher", school)
    contact = name_contact(
        school, name=CANARY, email=f"{CANARY}@x.example", by=anna.uuid, checked=True
    )
    invited(anna, email=f"{CANARY}@x.example", full_name=CANARY)
    assert CANARY in everything()
    forget_contact(contact, by=anna.uuid)
    give_role(person, "administrator")
    give_role(people.person("sem"), "administrator")
    actions.forget_person(person, by=anna, reason="op verzoek")
    assert CANARY not in everything()
    assert verdict().findings == ()
    assert not ContactPerson.objects.exists() and not Cooperation.objects.exists()
    assert Invitation.objects.filter(email="").count() == 1


def everything() -> str:
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            found.append(repr(cursor.fetchall()))
    return "".join(found)
