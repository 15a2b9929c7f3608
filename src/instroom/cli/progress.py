"""Progress of a long command on standard error: what, how many, how long to go."""

import re
import sys
import time
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from instroom.core.printing import printable
from instroom.core.progress import WORK

if TYPE_CHECKING:
    from instroom.core.texts import Texts

_COUNT = re.compile(r"(\d+)/(\d+) ")
#: Where nobody sees a line being rewritten (a log, ``make`` in a pipe): a line per so many seconds.
_EVERY = 5.0
_FIRST = 2.0
#: Seconds of work before an estimate of the rest says anything.
_ENOUGH = 1.0
#: The rest is estimated when a twentieth is done: the first step also starts the workers.
_PART = 20


class Progress:
    """Prints what it is told; in a terminal on one line, elsewhere a line now and then.

    A text that begins with ``done/total`` gets an estimate of the time to go, from the time that
    this total has taken so far. Commands that are done within two seconds say nothing to a log.
    ``quiet`` says nothing at all where there is no terminal: a program asked for one document.
    """

    def __init__(
        self, language: str = "nl", stream: TextIO | None = None, *, quiet: bool = False
    ) -> None:
        self._language = language
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._quiet = quiet and not self._live
        self._started = self._spoken = time.monotonic()
        self.total, self._since, self._first = "", self._started, 0
        self._open = False

    def __call__(self, text: str) -> None:
        """Say one line; see the class."""
        if self._quiet:
            return
        now = time.monotonic()
        rest = self._rest(text, now)
        if self._live:
            self._write(f"\r\033[K{self._words(text)}{rest}")
            self._open = True
        elif now - self._spoken >= (_FIRST if self._spoken == self._started else _EVERY):
            self._spoken = now
            self._write(f"{self._words(text)}{rest}\n")

    @cached_property
    def t(self) -> "Texts":
        """The words of the reader; looked up when something is said, for quick commands' sake."""
        from instroom.core.texts import Texts

        return Texts(self._language)

    def done(self) -> None:
        """Wipe the line, so that the answer stands alone."""
        if self._open:
            self._write("\r\033[K")
            self._open = False

    def _words(self, text: str) -> str:
        count = _COUNT.match(text)
        what = text[count.end() :] if count else ""
        return text[: -len(what)] + self.t(WORK[what]) if what in WORK else printable(text)

    def _rest(self, text: str, now: float) -> str:
        found = _COUNT.match(text)
        if not found:
            return ""
        done, total = int(found[1]), int(found[2])
        if found[2] != self.total or done < self._first:
            self.total, self._since, self._first = found[2], now, done
        passed, steps = now - self._since, done - self._first
        if passed < _ENOUGH or steps * _PART < total or done >= total:
            return ""
        left = max(1, round(passed / steps * (total - done)))
        return " · " + self.t("nog ongeveer {seconds} s", seconds=left)

    def _write(self, text: str) -> None:
        print(text, end="", file=self._stream, flush=True)
