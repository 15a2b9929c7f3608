"""What a password must be, in our own words where those of Django and allauth are not ours."""

from typing import Any

from allauth.account import forms
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import get_language

from instroom.core.texts import SOURCE_LANGUAGE, Texts


class LongEnough(MinimumLengthValidator):
    """Says that a password is too short in every language of the pages: Django lacks Dutch."""

    def get_error_message(self) -> str:
        t = Texts(get_language() or SOURCE_LANGUAGE)
        return str(
            t("Dit wachtwoord is te kort. Neem er een van {n} tekens of meer.", n=self.min_length)
        )


class _TypedTwice:
    """Says that two passwords differ as our pages speak: allauth says *je* and *du*."""

    def add_error(self, field: str | None, error: Any) -> None:
        if field == "password2" and not isinstance(error, ValidationError):
            t = Texts(get_language() or SOURCE_LANGUAGE)
            error = ValidationError(t("Typ twee keer hetzelfde wachtwoord."), code="differs")
        super().add_error(field, error)  # type: ignore[misc]  # of the form beside it


class SetPassword(_TypedTwice, forms.SetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """The form of a first password."""


class ChangePassword(_TypedTwice, forms.ChangePasswordForm):  # type: ignore[misc]
    """The form of another password."""


class NewPassword(_TypedTwice, forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """The form of a password instead of a forgotten one."""
