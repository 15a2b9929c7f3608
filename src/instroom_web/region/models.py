"""Organisations of the region, who works for them, and whom to write to."""

import uuid

from django.db import models

from instroom.definitions.gazetteer import gazetteer
from instroom_web.accounts.models import Person


class Organisation(models.Model):
    """A school, a board, a company: whoever takes part, or could.

    Schools and boards come from the open registers (``from_register``) and are never typed twice.
    ``kind`` is a definition (``region/organisation_kinds``); ``code`` the register's own, such as
    00AH00, empty when there is none. ``sector`` is ``po`` or ``vo`` for a school.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    code = models.CharField(max_length=20, blank=True)
    sector = models.CharField(max_length=10, blank=True)
    municipality = models.CharField(max_length=10, blank=True)
    board = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="schools"
    )
    from_register = models.BooleanField(default=False)
    #: Whether the register, or a person, said that it is no more.
    ended = models.BooleanField(default=False)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=~models.Q(code=""), name="organisation_code_once"
            )
        ]
        indexes = [models.Index(fields=["kind", "name"], name="organisation_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def town(self) -> str:
        """The name of its municipality; empty when nobody said which."""
        return gazetteer().name(self.municipality) if self.municipality else ""


class Membership(models.Model):
    """What somebody is in the programme, from one day until another.

    ``role`` is a definition (``programme/roles``); a role of the whole region has no organisation.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=60)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    #: For which of the three O's somebody speaks, of a role that says so.
    side = models.CharField(max_length=20, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.person} {self.role}"


class Invitation(models.Model):
    """Somebody is asked to come in, in a role or with an account only; nothing is theirs yet.

    ``key`` is in the link and made anew with every mail, so that an older link is of no use. Name
    and address are emptied when it was taken, withdrawn, or long over: then a person has them, or
    nobody needs them.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(max_length=254, blank=True)
    full_name = models.CharField(max_length=150, blank=True)
    language = models.CharField(max_length=8)
    role = models.CharField(max_length=60, blank=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    side = models.CharField(max_length=20, blank=True)
    #: The last day of the role; None for as long as nobody ends it.
    until = models.DateField(null=True, blank=True)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    mail = models.UUIDField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )

    def __str__(self) -> str:
        return f"{self.role} {self.uuid}"


class ContactPerson(models.Model):
    """Whom to write to at an organisation: personal data for one purpose, erased after ``until``.

    Nobody is written to before it is ``checked``: named by somebody who may ask for a confirmation,
    or looked at by the programme office. Otherwise a school could name itself as its company.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="contact_persons"
    )
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(max_length=254)
    purpose = models.CharField(max_length=40, default="confirmation")
    named_by = models.UUIDField(null=True, blank=True)
    checked = models.BooleanField(default=False)
    until = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"], name="contact_person_once_per_organisation"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email
