"""The only writer of invitations, and of how roles end."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.core.texts import Texts, languages
from instroom.reports.days import date_words
from instroom_web.accounts import actions as accounts
from instroom_web.accounts.models import Person
from instroom_web.region.actions import (
    add_company,
    change_until,
    check_place,
    give_role,
    take_municipality,
)
from instroom_web.region.contacts.actions import forget_contact
from instroom_web.region.models import ContactPerson, Invitation, Membership, Organisation
from instroom_web.region.people import queries
from instroom_web.region.policy import known_role
from instroom_web.region.queries import MUNICIPALITY
from instroom_web.shared.clock import now, today
from instroom_web.shared.history.actions import record_change, wipe_what_goes
from instroom_web.shared.mails.actions import ask_mail, erase_mails
from instroom_web.shared.mails.writing import written

#: How long a link in a mail lets somebody in.
GOOD_FOR = timedelta(days=14)
#: How long an invitation that nobody took keeps its name and address, after its link ended.
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class InvitationMail:
    """What a mail of an invitation needs from the page that sends it."""

    #: The address of the page behind the link, with ``{token}`` in it.
    link: str
    site: str
    sender: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is asked to be somebody: an organisation that is there, or is made for it."""

    organisation: Organisation | None = None
    kind: str = ""
    name: str = ""

    def made(self, by: UUID) -> Organisation | None:
        """Return the organisation; a municipality, company or provider is made at first use."""
        if self.organisation or not self.name:
            return self.organisation
        if self.kind == MUNICIPALITY:
            return take_municipality(queries.municipality_choices()[self.name])
        return add_company(name=self.name, kind=self.kind, by=by)


@transaction.atomic
def invite_at(
    place: Place, *, email: str, full_name: str, role: str, side: str, until: date | None,
    language: str, by: Person, mail: InvitationMail,
) -> Invitation:  # fmt: skip
    """Ask somebody to come in where their organisation may be new: both or neither."""
    return invite(
        email=email, full_name=full_name, role=role, organisation=place.made(by.uuid), side=side,
        until=until, language=language, by=by, mail=mail,
    )  # fmt: skip


@transaction.atomic
def invite(
    *, email: str, full_name: str, role: str, organisation: Organisation | None, side: str,
    until: date | None, language: str, by: Person, mail: InvitationMail,
) -> Invitation:  # fmt: skip
    """Ask somebody by mail to come in; nothing is theirs before they press the button there.

    Raises
    ------
    UserError
        ``may_not_give`` when it is more than ``by`` may give; ``invited_already``; ``bad_email``,
        ``bad_language``, ``no_name``; ``role_without_place`` and ``role_without_side``.
    """
    _may_give(by, role, organisation)
    return write_invitation(
        email=email, full_name=full_name, role=role, organisation=organisation, side=side,
        until=until, language=language, by=by, mail=mail,
    )  # fmt: skip


@transaction.atomic
def write_invitation(
    *, email: str, full_name: str, role: str, organisation: Organisation | None, side: str,
    until: date | None, language: str, by: Person, mail: InvitationMail,
) -> Invitation:  # fmt: skip
    """Do what ``invite`` does without asking what ``by`` may give: for the invented region only.

    Its programme office has no passkey, so its role counts in a demonstration and not while the
    rows are made. The button asks again what the sender may give.
    """
    address, name = _checked(email), " ".join(full_name.split())[:150]
    if not name:
        raise UserError("a person needs a name", code="no_name", where=Where(key="full_name"))
    if language not in languages():
        raise UserError(
            "this language is not spoken here", code="bad_language", where=Where(key="language")
        )
    if role:
        check_place(role, organisation, side)
    if until and until < today():
        raise UserError("this day is over", code="day_is_over", where=Where(key="until"))
    Person.objects.select_for_update().get(pk=by.pk)  # who presses twice comes one by one
    same = Invitation.objects.filter(
        email=address, role=role, organisation=organisation, taken_at=None, withdrawn_at=None
    )
    if same.filter(expires_at__gt=now()).exists():
        raise UserError(
            "this person is invited already",
            code="invited_already",
            where=Where(key="email"),
            hint=Message("send the open invitation again, or withdraw it"),
        )
    made = Invitation.objects.create(
        email=address, full_name=name, role=role, organisation=organisation, side=side,
        until=until, language=language, asked_by=by.uuid, asked_at=now(), expires_at=now(),
    )  # fmt: skip
    after = {"role": role, "organisation": organisation.pk if organisation else None}
    after |= {"side": side, "until": until.isoformat() if until else None}
    record_change(made, "invitation.sent", by=by.uuid, before={}, after=after)
    _mail(made, mail)
    return made


def _checked(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise UserError(
            "this is no e-mail address",
            code="bad_email",
            where=Where(key="email"),
            hint=Message("for example anna@voorbeeld.nl"),
        ) from error
    return address


def _may_give(by: Person, role: str, organisation: Organisation | None) -> None:
    if not queries.may_give(by, role, organisation):
        raise UserError(
            "you may not give this role there",
            code="may_not_give",
            where=Where(key="role"),
            expected=Message(
                "a role that sees and does no more than your own, where yours reaches"
            ),
        )


def _mail(invitation: Invitation, mail: InvitationMail) -> None:
    """Mail the link anew; every earlier one ends."""
    known = known_role(invitation.role)
    t = Texts(invitation.language)
    invitation.key, invitation.expires_at = uuid4(), now() + GOOD_FOR
    last = today(invitation.expires_at)
    subject, body = written(
        "invitation",
        invitation.language,
        name=invitation.full_name,
        sender=mail.sender,
        site=mail.site,
        role=t(known.title) if known else "",
        meaning=t(known.description) if known else "",
        organisation=invitation.organisation.name if invitation.organisation else "",
        link=mail.link.replace("{token}", queries.token_of(invitation)),
        until=date_words(last.isoformat(), t),
    )
    sent = ask_mail(
        kind="invitation", address=invitation.email, language=invitation.language,
        subject=subject, body=body, regards=_regards(invitation),
    )  # fmt: skip
    invitation.mail = sent.uuid
    invitation.save()


def _regards(invitation: Invitation) -> str:
    return f"region.Invitation:{invitation.pk}"


@transaction.atomic
def invite_again(invitation: Invitation, *, by: Person, mail: InvitationMail) -> None:
    """Mail an open invitation once more, with a new link.

    Raises
    ------
    UserError
        ``invitation_over`` when it was taken or withdrawn meanwhile; ``may_not_give``.
    """
    held = _held(invitation)
    _may_give(by, held.role, held.organisation)
    held.asked_by = by.uuid
    record_change(held, "invitation.sent_again", by=by.uuid, before={}, after={"again": True})
    _mail(held, mail)


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Person) -> None:
    """End an invitation; what its button gave ends with it, as nobody came in by it yet."""
    held = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if held.withdrawn_at:
        return
    held.withdrawn_at = now()
    _empty(held)
    record_change(held, "invitation.withdrawn", by=by.uuid, before={}, after={"withdrawn": True})
    if held.person and held.role:
        given = held.person.memberships.filter(role=held.role, organisation=held.organisation)
        for one in given.filter(since=today(held.taken_at)):
            change_until(one, today() - timedelta(days=1), by=by.uuid)


def _held(invitation: Invitation) -> Invitation:
    found = Invitation.objects.select_for_update(of=("self",)).select_related("organisation")
    held = found.get(pk=invitation.pk)
    if held.taken_at or held.withdrawn_at or not held.email:
        raise UserError(
            "this invitation is over", code="invitation_over", where=Where(key="invitation")
        )
    return held


def _empty(invitation: Invitation) -> None:
    wipe_what_goes()
    erase_mails(_regards(invitation))
    invitation.email = invitation.full_name = ""
    invitation.save()


@transaction.atomic
def take(invitation: Invitation) -> Person:
    """Come in by the button behind a link: an account when there is none, and the role.

    Raises
    ------
    UserError
        ``invitation_over`` when its time is over, it was used or withdrawn, or who sent it may
        not give this any more.
    """
    held = _held(invitation)
    sender = Person.objects.filter(uuid=held.asked_by).first()
    late = now() >= held.expires_at
    if late or sender is None or not queries.may_give(sender, held.role, held.organisation):
        raise UserError(
            "this invitation is over",
            code="invitation_over",
            where=Where(key="invitation"),
            hint=Message("ask who invited you for a new one"),
        )
    person = Person.objects.filter(email=held.email).first() or accounts.create_person(
        email=held.email, full_name=held.full_name, language=held.language, by=held.asked_by
    )
    if held.role:
        give_role(
            person, held.role, held.organisation, by=held.asked_by, side=held.side, until=held.until
        )
    held.person, held.taken_at = person, now()
    _empty(held)
    record_change(held, "invitation.taken", by=None, before={}, after={"person": person.pk})
    return person


@transaction.atomic
def end_role(membership: Membership, until: date | None, *, reason: str, by: Person) -> None:
    """Let a role end: at once, also in sessions that are open, or after a day to come.

    Raises
    ------
    UserError
        ``no_reason``; ``last_office`` when nobody could let people in any more; ``day_is_over``;
        ``may_not_give``.
    """
    if not reason.strip():
        raise UserError("say why", code="no_reason", where=Where(key="reason"))
    _hold_the_door()
    _may_give(by, membership.role, membership.organisation)
    if until and until < today():
        raise UserError("this day is over", code="day_is_over", where=Where(key="until"))
    last = until or today() - timedelta(days=1)
    _not_the_last(membership, last)
    change_until(membership, last, by=by.uuid, reason=reason.strip()[:300])


def _hold_the_door() -> None:
    """Hold all roles of the region, so that two people do not end each other's at once."""
    held = Membership.objects.select_for_update(of=("self",)).filter(organisation=None)
    list(held.order_by("pk").values_list("pk"))


def _not_the_last(membership: Membership, last: date) -> None:
    longer = membership.until is not None and last >= membership.until
    if not longer and queries.last_of_its_kind(membership, last):
        raise UserError(
            "this is the last person who can let others in",
            code="last_office",
            where=Where(key="role"),
            expected=Message("somebody else of the programme office"),
            hint=Message("invite somebody else first"),
        )


@transaction.atomic
def close_account(person: Person, *, by: Person) -> None:
    """End somebody's access at once; refused for the last who can let people in."""
    _hold_the_door()
    _each_may_go(person)
    accounts.deactivate_person(person, by=by.uuid)


@transaction.atomic
def forget_person(person: Person, *, by: Person, reason: str) -> None:
    """Erase who somebody is, everywhere but in words that others wrote.

    Raises
    ------
    UserError
        ``no_reason``; ``last_office``.
    """
    if not reason.strip():
        raise UserError("say why", code="no_reason", where=Where(key="reason"))
    _hold_the_door()
    _each_may_go(person)
    day = today() - timedelta(days=1)
    for one in person.memberships.select_for_update():
        if one.until is None or one.until > day:
            change_until(one, day, by=by.uuid)
    for invitation in Invitation.objects.filter(email=person.email):
        _empty(invitation)
    for contact in ContactPerson.objects.filter(email=person.email):
        forget_contact(contact, by=by.uuid)
    accounts.erase_person(person, by=by.uuid, reason=reason.strip()[:300])


def _each_may_go(person: Person) -> None:
    day = today()
    for one in person.memberships.all():
        if one.since <= day and (one.until is None or one.until >= day):
            _not_the_last(one, day - timedelta(days=1))


def forget_invitations() -> int:
    """Empty invitations that nobody took in time; return how many (a part of the chores)."""
    old = list(Invitation.objects.filter(expires_at__lt=now() - KEPT).exclude(email=""))
    for one in old:
        with transaction.atomic():
            _empty(one)
    return len(old)
