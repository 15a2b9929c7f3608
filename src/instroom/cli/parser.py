"""Reading a command line: what is wrong is said with what there is and the nearest name."""

import argparse
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from instroom.core.errors import UserError
from instroom.core.messages import Message

_LONGEST = 60


def shortened(text: str) -> str:
    """Return what somebody typed, as a message can show it."""
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return plain if len(plain) <= _LONGEST else plain[:_LONGEST] + "…"


class Parser(argparse.ArgumentParser):
    """An argument parser whose refusals are errors of the house."""

    def error(self, message: str) -> Any:
        """Raise what argparse would print."""
        raise UserError(message, hint=Message("see {prog} --help", prog=self.prog))

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            what = "command" if isinstance(action, argparse._SubParsersAction) else "choice"
            raise self._unknown(what, str(value), [str(choice) for choice in action.choices])

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse; an argument nobody asked for is refused by the command it was given to."""
        found, extras = super().parse_known_args(args, namespace)
        if extras:
            raise self._unasked(extras)
        return found, extras

    def _unasked(self, extras: Sequence[str]) -> UserError:
        first = next((word for word in extras if word.startswith("-")), None)
        if first is not None:
            return self._unknown("option", first.split("=")[0], self._option_string_actions)
        return UserError(
            "more arguments than this command takes",
            found=shortened(" ".join(extras)),
            hint=Message("see {prog} --help", prog=self.prog),
        )

    def _unknown(self, what: str, word: str, known: Iterable[str]) -> UserError:
        names = list(known)
        near = get_close_matches(word, names, 1)
        clean = shortened(word)
        return UserError(
            "no {what} '{clean}'",
            found=clean,
            expected=", ".join(name for name in names if name != "-h"),
            hint=(f"did you mean '{near[0]}'? " if near else "") + f"see {self.prog} --help",
            what=what,
            clean=clean,
        )
