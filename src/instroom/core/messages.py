"""A message is a template and its values; which language it is in is decided where it is shown.

The template is English and is the key of the catalogue ``errors.po``. A message is also the
English text itself (a ``str``), so that logs, JSON and tests need nothing more.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from string import Formatter
from typing import Any, Self

#: Returns the template in another language, or None when it is not known there.
Translate = Callable[[str], str | None]

#: What fills the places of a template: numbers, text as it is, messages.
Values = dict[str, "str | bool | int | float | None"]

_MARK = "template"
_COMMAS = str.maketrans(",.", ".,")
#: A template that consists of places and signs says the same in every language.
_WORDS = re.compile(r"[^\W\d_]{2}")
_PLACE = re.compile(r"\{[^{}]*\}")


class Message(str):
    """Words with named values, such as ``Message("{n} rows", n=3)``.

    Values are numbers, text that is shown as it is (names, what a file holds), or messages.
    Braces have a meaning only when there are values.

    Examples
    --------
    >>> found = Message("{n:,} rows", n=3431)
    >>> found, found.template
    ('3,431 rows', '{n:,} rows')
    >>> found.rendered({"{n:,} rows": "{n:,} rijen"}.get, comma=True)
    '3.431 rijen'
    """

    __slots__ = ("most", "template", "values")
    template: str
    values: Values
    most: int | None

    def __new__(cls, template: str, /, **values: object) -> Self:
        """Return the English text, with what it was made from."""
        return cls._made(template, {name: _plain(value) for name, value in values.items()})

    @classmethod
    def _made(cls, template: str, values: Values, most: int | None = None) -> Self:
        made = str.__new__(cls, _shown(_filled(template, values, lambda text: text), most))
        made.template, made.values, made.most = template, values, most
        return made

    def cut(self, most: int) -> "Message":
        """Return the same message, of which at most so many signs are shown."""
        return Message._made(self.template, self.values, most)

    def rendered(self, translate: Translate, *, comma: bool) -> str:
        """Return the text in another language; ``comma``: decimals are written with one."""
        text = _filled(self.template, self.values, translate, comma=comma)
        return _shown(text, self.most)

    def __reduce__(self) -> tuple[Any, ...]:
        return Message._made, (self.template, self.values, self.most)


def joined(separator: str, parts: Iterable[str]) -> Message:
    """Return messages, and other text, as one message.

    Examples
    --------
    >>> joined("; ", [Message("one"), Message("{n} more", n=2)])
    'one; 2 more'
    """
    named = {f"part_{place}": part for place, part in enumerate(parts)}
    return Message(separator.join(f"{{{name}}}" for name in named), **named)


def words_of(error: Exception) -> str:
    """Return what an exception says, as the message it was raised with.

    Examples
    --------
    >>> words_of(ValueError(Message("{n} rows", n=3))).template
    '{n} rows'
    """
    said = error.args[0] if error.args else ""
    return said if isinstance(said, Message) else str(error)


def has_words(template: str) -> bool:
    """Return whether a template holds words, and not only values and signs."""
    return bool(_WORDS.search(_PLACE.sub("", template)))


def shortened(text: str | None, most: int) -> str | None:
    """Return a text of at most this many signs, with an ellipsis where it was cut."""
    if text is None or len(text) <= most:
        return text
    return text.cut(most) if isinstance(text, Message) else _shown(text, most)


def packed(data: Any) -> Any:
    """Return data in which messages are dictionaries, for JSON between our own processes."""
    if isinstance(data, Message):
        return {_MARK: data.template, "values": packed(data.values), "most": data.most}
    if isinstance(data, dict):
        return {key: packed(value) for key, value in data.items()}
    return [packed(value) for value in data] if isinstance(data, list | tuple) else data


def unpacked(data: Any) -> Any:
    """Return what :func:`packed` was given."""
    if isinstance(data, dict):
        inside = {key: unpacked(value) for key, value in data.items()}
        is_message = inside.keys() == {_MARK, "values", "most"}
        return (
            Message._made(inside[_MARK], inside["values"], inside["most"]) if is_message else inside
        )
    return [unpacked(value) for value in data] if isinstance(data, list) else data


def _plain(value: object) -> Any:
    """Return a value that can go to another process: a message, text, number or nothing."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    item = getattr(value, "item", None)  # a number of NumPy
    return item() if item else str(value)


def _shown(text: str, most: int | None) -> str:
    return text if most is None or len(text) <= most else text[: most - 1] + "…"


class _Filler(Formatter):
    """Fills places, with numbers and messages in the language of the whole."""

    def __init__(self, translate: Translate, *, comma: bool) -> None:
        self._translate, self._comma = translate, comma

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Any) -> Any:
        """Return the value of a place, in words."""
        del args  # places have names
        value = kwargs[str(key)]
        if isinstance(value, Message):
            return value.rendered(self._translate, comma=self._comma)
        return value

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write a value; numbers that are formatted get the signs of the language."""
        text = format(value, format_spec)
        number = isinstance(value, int | float) and format_spec
        return text.translate(_COMMAS) if number and self._comma else text


def _filled(
    template: str,
    values: Values,
    translate: Translate,
    *,
    comma: bool = False,
) -> str:
    words = (translate(template) or template) if has_words(template) else template
    return _Filler(translate, comma=comma).vformat(words, (), values) if values else words
