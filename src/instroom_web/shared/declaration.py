"""What the administrator declares about accessibility, in the form of the Dutch model.

The model: https://www.digitoegankelijk.nl/wetgeving/toegankelijkheidsverklaring. What nobody filled
in stays open on the page; a status that rests on an audit is refused without the audit.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.core.printing import printable

#: The statuses of the model: everything, partly, first steps, not.
STATUSES = ("A", "B", "C", "D")
#: Those that only an audit by people can show.
AUDITED = frozenset("AB")


@dataclass(frozen=True, slots=True)
class AccessibilityDeclaration:
    """Who is responsible, the status, the audit behind it, when it was signed and by whom.

    Empty is: not filled in yet.
    """

    organisation: str = ""
    status: str = ""
    report: str = ""
    date: str = ""
    signed: str = ""


def declaration_of(given: Mapping[str, str]) -> AccessibilityDeclaration:
    """Return the declaration that the environment holds.

    Raises
    ------
    UserError
        ``bad_declaration`` when the status is none of the model, rests on an audit that is not
        named, or when the address or the date cannot be one.

    Examples
    --------
    >>> declaration_of({"INSTROOM_ORGANISATION": " Regio  Twente "}).organisation
    'Regio Twente'
    """

    def said(name: str) -> str:
        return printable(" ".join(given.get(name, "").split()), 200)

    status = said("INSTROOM_ACCESSIBILITY_STATUS").upper()
    report, day = said("INSTROOM_ACCESSIBILITY_REPORT"), said("INSTROOM_ACCESSIBILITY_DATE")
    if status and status not in STATUSES:
        raise _refused("INSTROOM_ACCESSIBILITY_STATUS", status, Message("A, B, C or D"))
    if report and not _is_page(report):
        raise _refused("INSTROOM_ACCESSIBILITY_REPORT", report, Message("an https address"))
    if status in AUDITED and not report:
        raise _refused(
            "INSTROOM_ACCESSIBILITY_REPORT",
            "",
            Message("the https address of the audit that status {status} rests on", status=status),
        )
    if day and not _is_day(day):
        raise _refused("INSTROOM_ACCESSIBILITY_DATE", day, Message("a day such as 2026-11-29"))
    signed = said("INSTROOM_ACCESSIBILITY_SIGNED")
    return AccessibilityDeclaration(said("INSTROOM_ORGANISATION"), status, report, day, signed)


def _is_page(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not re.search(r"[\s<>\"']", text)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _refused(name: str, found: str, expected: str) -> UserError:
    return UserError(
        "the declaration of accessibility cannot be shown",
        code="bad_declaration",
        where=Where(key=name),
        found=found or Message("nothing"),
        expected=expected,
        hint=Message(
            "set {name} anew, or leave the status out: then the page says it is open", name=name
        ),
    )
