"""What Django says of passwords and not in Dutch, in our own words."""

from django.core.exceptions import ValidationError
from django.utils.translation import get_language

from instroom.core.texts import SOURCE_LANGUAGE, Texts


class LongEnough:
    """A password has at least so many letters (for ``AUTH_PASSWORD_VALIDATORS``)."""

    def __init__(self, least: int = 12) -> None:
        self.least = least

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002 - Django's shape
        """Refuse a shorter one, in the language of the reader."""
        if len(password) < self.least:
            raise ValidationError(self.get_help_text(), code="password_too_short")

    def get_help_text(self) -> str:
        """Say how long a password is."""
        t = Texts(get_language() or SOURCE_LANGUAGE)
        return t("Dit wachtwoord is te kort: kies er een van minstens {least} tekens.",
                 least=self.least)  # fmt: skip
