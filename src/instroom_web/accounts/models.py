"""The people who sign in: their own address is their name; roles come from memberships."""

import uuid
from typing import Any, ClassVar, NoReturn

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class NeverDeletedError(RuntimeError):
    """A person is deactivated, never deleted: what they did keeps its name."""


class PersonManager(BaseUserManager["Person"]):
    """Finds a person by address, whatever its capitals."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username or "")


class Person(AbstractBaseUser):
    """Somebody who may sign in while ``is_active``."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    full_name = models.CharField(max_length=150)
    language = models.CharField(max_length=8, default="nl")
    is_active = models.BooleanField(default=True)

    objects: ClassVar[PersonManager] = PersonManager()
    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="address_in_small_letters"
            )
        ]

    def __str__(self) -> str:
        return self.full_name

    def get_full_name(self) -> str:
        return self.full_name

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise NeverDeletedError(str(self.uuid))


class SignIn(models.Model):
    """One browser in which a person is signed in; without this row its session is over.

    ``browser`` names program and system, such as ``Firefox, Windows``; no address is kept.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sign_ins")
    browser = models.CharField(max_length=60, blank=True)
    since = models.DateTimeField()
    seen = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person} {self.browser}"
