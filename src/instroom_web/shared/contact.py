"""Whom a reader asks, as ``INSTROOM_CONTACT`` says: an address that can be followed, or words."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.core.printing import printable

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(//)?", re.IGNORECASE)
#: From the country on (+31 53 ...), or with the 0 of inside the country.
_PHONE = re.compile(r"(?:\+|\(?0)[0-9 ()./\u2011\u2013-]{6,24}")
#: After "tel:" a number that every phone in a country or town knows will do: 112, 14 053.
_SHORT = re.compile(r"[1-9][0-9 -]{2,9}")
#: Looks like a phone number and is a date, a decimal number or nothing but zeros.
_NO_PHONE = re.compile(
    r"[0-9]{1,2}([-./ ])[0-9]{1,2}\1(?:[0-9]{2}|[0-9]{4})|0\.[0-9]+|\+?[0 ().-]+"
)
#: What stands in front of a page's path when "https://" was forgotten; words have no such dot.
_BARE_HOST = re.compile(r"(?:[\w-]+\.)+(?:[a-z]{2,24}|[A-Z]{2,24})(?::[0-9]+)?(?:[/?#]\S*)?")
_HOST = re.compile(r"(?:[\w-]+\.)*[\w-]+|[0-9a-f:.]*:[0-9a-f:.]*")


@dataclass(frozen=True, slots=True)
class SiteContact:
    """What stands in the foot of every page, and where it leads: nowhere when it is words."""

    text: str = ""
    url: str = ""


def contact_of(given: str) -> SiteContact:
    """Return the contact that ``INSTROOM_CONTACT`` means.

    An e-mail address (``mailto:`` in front may stay away), an https address and a phone number
    become links (a short one with ``tel:`` in front); other words stand there as they are.

    Raises
    ------
    UserError
        ``bad_contact`` when what is meant as an address would be a link that leads nowhere, or to
        more people than it shows, in the foot of every page.

    Examples
    --------
    >>> contact_of(" mailto:Bureau@voorbeeld.nl ")
    SiteContact(text='Bureau@voorbeeld.nl', url='mailto:Bureau@voorbeeld.nl')
    >>> contact_of("+31 (0)53 123 45 67").url
    'tel:+31531234567'
    >>> contact_of("de balie, maandag tot en met vrijdag").url
    ''
    """
    text = " ".join(given.split())
    scheme = _SCHEME.match(text)
    name, slashes = (scheme[1].lower(), scheme[2]) if scheme else ("", None)
    if name == "mailto":
        return _mail(text[len("mailto:") :].strip(), given)
    if name == "tel":
        return _phone(text[len("tel:") :].strip(), given)
    if slashes:
        return _page(text, given)
    if "@" in text and " " not in text:
        return _mail(text, given)
    if _BARE_HOST.fullmatch(text):
        raise _refused(
            given, Message("for a page, write https:// in front: https://{page}", page=text)
        )
    is_phone = _PHONE.fullmatch(text) and not _NO_PHONE.fullmatch(text)
    return _phone(text, given) if is_phone else SiteContact(printable(text))


def _mail(address: str, given: str) -> SiteContact:
    try:
        validate_email(address)
    except ValidationError:
        raise _refused(given) from None
    # its signs may mean something in a link: "a?b@voorbeeld.nl" is an address all the same
    return SiteContact(address, f"mailto:{quote(address, safe='@+')}")


def _phone(number: str, given: str) -> SiteContact:
    digits = re.sub(r"[^0-9+]", "", number.replace("(0)", "") if number[:1] == "+" else number)
    long = _PHONE.fullmatch(number) and re.fullmatch(r"\+?[0-9]{7,15}", digits)
    if not (long or _SHORT.fullmatch(number)) or _NO_PHONE.fullmatch(number):
        raise _refused(given)
    return SiteContact(number, f"tel:{digits}")


def _page(address: str, given: str) -> SiteContact:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _refused(given) from None
    odd = re.search(r"[\s<>\"\\^`{|}]", address) or "@" in parts.netloc
    if parts.scheme != "https" or odd or not _HOST.fullmatch(host):
        raise _refused(given)
    url = parts._replace(netloc=parts.netloc.lower()).geturl()
    return SiteContact(url, url)


def _refused(given: str, hint: Message | None = None) -> UserError:
    return UserError(
        "the contact of this site is no address that can be followed",
        code="bad_contact",
        where=Where(key="INSTROOM_CONTACT"),
        found=printable(given, 60),
        expected=Message(
            "one e-mail address (bureau@voorbeeld.nl), an https address, a phone number, or words"
        ),
        hint=hint
        or Message("set INSTROOM_CONTACT anew, or leave it out: then the foot names nobody"),
    )
