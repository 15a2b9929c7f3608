"""Reading a command line, in the reader's language: what is wrong is said with what there is."""

import argparse
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import chain, zip_longest
from typing import Any

from instroom.core.errors import UserError
from instroom.core.messages import Message
from instroom.core.texts import PSEUDO, SOURCE_LANGUAGE, Texts, languages, pseudo

_LONGEST = 60
#: What the library that reads command lines says -> our words; the rest of it is never reached.
_SAID = {
    r"the following arguments are required: (?P<names>.+)": "this is missing: {names}",
    r"argument (?P<name>[^:]+): expected (?:one argument|1 argument)": "{name} needs a value",
    r"argument (?P<name>[^:]+): expected at least one argument": "{name} needs one or more values",
    r"argument (?P<name>[^:]+): ignored explicit argument (?P<value>.+)": "{name} takes no value",
    r"ambiguous option: (?P<name>\S+) could match (?P<names>.+)": (
        "'{name}' can be more than one option: {names}"
    ),
}
#: What every command takes, each with a value; people write it before the command too.
_SHARED = ("--data", "--lang")
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def shortened(text: str) -> str:
    """Return what somebody typed, as a message can show it."""
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return plain if len(plain) <= _LONGEST else plain[:_LONGEST] + "…"


def spoken() -> tuple[str, ...]:
    """Return the languages that may be asked for."""
    return (*languages(), PSEUDO) if pseudo() else languages()


def language_of(words: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """Return the language of a command: ``--lang``, else that of the locale, else Dutch.

    Examples
    --------
    >>> language_of(["kpi", "--lang", "de"]), language_of(["kpi"], {"LANG": "en_GB.UTF-8"})
    ('de', 'en')
    >>> language_of(["kpi"], {"LANG": "C.UTF-8"})
    'nl'
    """
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        name, _, value = word.partition("=")
        if name == "--lang" and (value or following) in spoken():
            return value or following
    locale = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    code = re.split(r"[_.@]", locale)[0].lower()
    return code if code in languages() else SOURCE_LANGUAGE


def command_first(words: Sequence[str]) -> list[str]:
    """Return the words with the options that stand before the command behind them.

    Examples
    --------
    >>> command_first(["--data", "map", "--lang=de", "kpi", "--json"])
    ['kpi', '--json', '--data', 'map', '--lang=de']
    >>> command_first(["kpi", "--data", "map"]), command_first(["--help"])
    (['kpi', '--data', 'map'], ['--help'])

    Of one given twice the last counts, as with any option:

    >>> command_first(["--lang", "en", "kpi", "--lang=de"])
    ['kpi', '--lang=de']
    """
    at, before = 0, list[list[str]]()
    while at < len(words) and words[at].partition("=")[0] in _SHARED:
        size = 1 if "=" in words[at] else 2
        before.append(list(words[at : at + size]))
        at += size
    if at >= len(words) or words[at].startswith("-"):
        return list(words)
    later = {word.partition("=")[0] for word in words[at:]}
    kept = [option for option in before if option[0].partition("=")[0] not in later]
    return [*words[at:], *chain.from_iterable(kept)]


class _Formatter(argparse.HelpFormatter):
    """Help with our word for *usage*."""

    word = "usage: "

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Add the line of usage."""
        super().add_usage(usage, actions, groups, self.word if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """An argument parser in one language, whose refusals are errors of the house.

    Parameters
    ----------
    t
        The words of the reader.
    """

    def __init__(self, *, t: Texts, add_help: bool = True, **options: Any) -> None:
        super().__init__(**options | {"add_help": False, "formatter_class": _Formatter})
        self._usage = t("gebruik: ")
        self._positionals.title, self._optionals.title = t("wat"), t("opties")
        if add_help:
            self.add_argument("-h", "--help", action="help", help=t("deze uitleg tonen"))

    def _get_formatter(self) -> argparse.HelpFormatter:
        formatter = super()._get_formatter()
        if isinstance(formatter, _Formatter):
            formatter.word = self._usage
        return formatter

    def error(self, message: str) -> Any:
        """Raise what argparse would print."""
        hint = Message("see {prog} --help", prog=self.prog)
        for pattern, template in _SAID.items():
            if found := re.fullmatch(pattern, message):
                raise UserError(Message(template, **found.groupdict()), hint=hint)
        raise UserError("{said}", hint=hint, said=message)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            is_command = isinstance(action, argparse._SubParsersAction)
            said = Message(
                "no command '{clean}'" if is_command else "no choice '{clean}'",
                clean=shortened(str(value)),
            )
            raise self._unknown(said, str(value), [str(choice) for choice in action.choices])

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse; an argument nobody asked for is refused by the command it was given to."""
        found, extras = super().parse_known_args(args, namespace)
        if extras:
            raise self._unasked(extras)
        return found, extras

    def _unasked(self, extras: Sequence[str]) -> UserError:
        first = next((word for word in extras if word.startswith("-")), None)
        if first is not None:
            names = self._option_string_actions
            word = first.split("=")[0]
            return self._unknown(Message("no option '{clean}'", clean=shortened(word)), word, names)
        return UserError(
            "more arguments than this command takes",
            found=shortened(" ".join(extras)),
            hint=Message("see {prog} --help", prog=self.prog),
        )

    def _unknown(self, said: Message, word: str, known: Iterable[str]) -> UserError:
        names = list(known)
        near = get_close_matches(word, names, 1)
        return UserError(
            said,
            found=shortened(word),
            expected=", ".join(name for name in names if name != "-h"),
            hint=Message("did you mean '{near}'? see {prog} --help", near=near[0], prog=self.prog)
            if near
            else Message("see {prog} --help", prog=self.prog),
        )


def add_language(parser: argparse.ArgumentParser, t: Texts) -> None:
    """Add ``--lang``, before the command or after it."""
    parser.add_argument(
        "--lang", default=t.language, choices=spoken(), help=t("taal, anders die van de computer")
    )


def add_shared(parser: argparse.ArgumentParser, t: Texts) -> None:
    """Add the options that every command has."""
    add_language(parser, t)
    parser.add_argument(
        "--data", default=None, metavar="DIR", help=t("gegevensmap, anders ./instroom-data")
    )


def parser_of(program: str, words: Sequence[str]) -> tuple[Parser, Texts]:
    """Return the parser of a command that reads its own words, and the words of its reader."""
    t = Texts(language_of(words))
    parser = Parser(prog=f"instroom {program}", t=t)
    add_shared(parser, t)
    return parser, t
