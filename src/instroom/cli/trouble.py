"""The edge of the command line: every exception becomes a sentence, an exit code, a JSON error.

A traceback is for developers: ``INSTROOM_DEBUG=1`` shows it.
"""

import io
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from instroom.core.errors import InstroomError, UserError
from instroom.core.messages import Message
from instroom.core.printing import json_text, printable, printable_lines

INTERRUPTED = 130
_BUG = 1
_LONGEST = 400


def guarded(run: Callable[[], int], *, as_json: bool, say: Callable[[str], str] = str) -> int:
    """Run a command to its last byte of output; return its exit code, whatever happens.

    ``say`` puts what a refusal says in the reader's language; in JSON it is always English.
    """
    _accept_any_text()
    try:
        code = run()
        sys.stdout.flush()
    except BrokenPipeError:
        _leave_stdout()
        return 0  # the reader had enough
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # the last door: nobody outside catches it
        return _refuse(error, say, as_json=as_json)
    return code


def show(data: Any, lines: Callable[[], Sequence[str]], *, as_json: bool) -> None:
    """Print an answer: one JSON document, or lines in which nothing steers the terminal."""
    if as_json:
        print(json_text(data, plain=not _unicode()))
    else:
        print("\n".join(map(printable_lines, lines())))


def _refuse(error: Exception, say: Callable[[str], str], *, as_json: bool) -> int:
    if os.environ.get("INSTROOM_DEBUG") == "1":
        traceback.print_exception(error)
    said = _said(error)
    try:
        if as_json:
            print(json_text({"error": said.to_dict()}, plain=not _unicode()))
        else:
            print(printable_lines(said.told(say)), file=sys.stderr)
        sys.stdout.flush()
    except OSError:  # a full disk behind standard output
        _leave_stdout()
        print(printable_lines(said.told(say)), file=sys.stderr)
    return said.exit_code


def _said(error: Exception) -> InstroomError:
    """Return the error of the house that an exception stands for."""
    if isinstance(error, UserError):
        return error
    from instroom.core.trouble import trouble  # waits until there is some

    known = trouble(error)
    if known:
        return known
    bug = InstroomError(
        "this should not happen: a mistake in Instroom, not in what you did",
        code="internal",
        found=printable(f"{type(error).__name__}: {error}", _LONGEST // 2),
        hint=Message(
            "nothing was stored; report it with the command (INSTROOM_DEBUG=1 shows where)"
        ),
    )
    bug.exit_code = _BUG
    return bug


def _accept_any_text() -> None:
    r"""Let names that are no UTF-8 be printed, as ``\\udcff``: in JSON that is the name itself."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _unicode() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")


def _leave_stdout() -> None:
    """Point standard output to nowhere, so that nothing is said of it at the end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass
