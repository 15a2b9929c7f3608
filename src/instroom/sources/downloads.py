"""Downloads under way: they grow in a ``.part``, and only a complete file leaves it."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from instroom.core.errors import SourceUnavailableError
from instroom.core.messages import Message
from instroom.sources import parse
from instroom.sources.records import DownloadState

#: Is told how many bytes came, and of how many when that is known.
Meter = Callable[[int, int | None], None]

MAX_BYTES = parse.MAX_BYTES
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Got:
    """A complete file, where it came from and when the publisher changed it."""

    path: Path
    url: str
    published: str | None


class DownloadPart:
    """A download under way: ``<file>.part``, and beside it what is needed to resume it."""

    def __init__(self, final: Path) -> None:
        self.final = final
        self.path = final.with_name(f"{final.name}.part")
        self.note = final.with_name(f"{final.name}.part.json")

    def state(self, url: str) -> DownloadState:
        """Return what was remembered of this address, if the part is there to go on with."""
        try:
            state = json.loads(self.note.read_text("utf-8"))
            if state["url"] == url and self.path.stat().st_size >= state.get("bytes", 1):
                return cast(DownloadState, state)
        except (OSError, ValueError, TypeError, KeyError):
            pass
        return {}

    def remember(self, state: DownloadState) -> None:
        """Keep the state beside the part."""
        write_json(self.note, state)

    def forget(self) -> None:
        """Remove part and state: what came is of no use."""
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def finished(part: DownloadPart, url: str, published: str | None) -> Got:
    """Take a complete part out of the way of resuming; refuse an error page."""
    with part.path.open("rb") as file:
        head = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] in (b"", b"<", b"{", b"["):
        part.forget()
        raise unavailable(
            url,
            Message("the publisher sent a message instead of the file"),
            found=glimpse(head),
            expected=Message("a table, not HTML, XML or JSON"),
        )
    part.path.replace(part.final)
    part.forget()
    return Got(part.final, url, published)


def write_json(file: Path, content: object) -> None:
    """Write a small file in one move."""
    new = file.with_name(f".{file.name}.new")
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)
    new.write_text(text + "\n", "utf-8")
    new.replace(file)


def refuse_large(url: object, size: int, part: DownloadPart | None = None) -> None:
    """Refuse what is larger than an open data file, and remove what came of it."""
    if size <= MAX_BYTES:
        return
    if part:
        part.forget()
    raise unavailable(
        url,
        Message("this is larger than an open data file"),
        code="too_large",
        found=Message("{size:,} bytes", size=size),
        expected=Message("at most {max_bytes:,} bytes", max_bytes=MAX_BYTES),
    )


def unavailable(
    url: object,
    message: str,
    *,
    code: str | None = None,
    found: str | None = None,
    expected: str | None = None,
) -> SourceUnavailableError:
    """Return the error that says what is wrong at an address."""
    return SourceUnavailableError(
        "{url}: {said}", code=code, found=found, expected=expected, url=url, said=message
    )


def glimpse(body: bytes) -> str:
    """Return the first words of an answer, without its tags."""
    text = _TAGS.sub(" ", body.decode("utf-8", "replace"))
    return " ".join(text.split())[:160] or "nothing"
