"""What a mail says: ``templates/mails/<kind>.txt``, of which the first line is the subject.

A template says its words with ``t``, as pages do, so they stand in the .po files. It is plain text:
nothing is escaped. What is filled in stays on one line, so that it never ends the subject.
"""

from typing import Any

from django.template import Context, Engine

from instroom.core.printing import printable, visible
from instroom.core.texts import Texts

#: Signs of a subject; the column holds 250.
LONGEST_SUBJECT = 200


class MailValueMissingError(LookupError):
    """A template names a value that was not given: better no mail than one with a gap."""


class _Given(Context):
    """The values of one mail; one that is not there is a mistake, and no empty text."""

    def __getitem__(self, key: Any) -> Any:
        try:
            return super().__getitem__(key)
        except KeyError:
            raise MailValueMissingError(key) from None


def written(kind: str, language: str, **values: object) -> tuple[str, str]:
    """Return subject and body of a mail in a language.

    Raises
    ------
    MailValueMissingError
        When the template needs a value that is not given.
    """
    given = {name: _on_one_line(value) for name, value in values.items()}
    context = _Given({**given, "texts": Texts(language)}, autoescape=False)
    text = Engine.get_default().get_template(f"mails/{kind}.txt").render(context)
    subject, _, body = text.partition("\n")
    return printable(subject.strip(), LONGEST_SUBJECT), body.strip() + "\n"


def _on_one_line(value: object) -> object:
    return " ".join(visible(value).split()) if isinstance(value, str) else value
