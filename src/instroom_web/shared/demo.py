"""Whether this site only shows itself, as ``INSTROOM_DEMO`` says: never one that others reach."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message

#: Settings of a site that others reach.
_SERVED = ("INSTROOM_HOSTS", "INSTROOM_HTTPS")
#: What a server in front adds for whoever asks from elsewhere.
_PASSED_ON = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_VIA")


def served_by(given: Mapping[str, str]) -> list[str]:
    """Return the names of the settings by which others reach this site."""
    return [name for name in _SERVED if given.get(name)]


class ServedDemoError(UserError, ImproperlyConfigured):
    """A demonstration shows everybody the mails of this site; so nobody else may reach it."""


def demo_of(given: Mapping[str, str]) -> bool:
    """Return whether the environment asks for a demonstration.

    Raises
    ------
    ServedDemoError
        ``served_demo`` when it also serves names of its own, or stands behind a proxy with TLS.

    Examples
    --------
    >>> demo_of({}), demo_of({"INSTROOM_DEMO": "1"})
    (False, True)
    """
    if given.get("INSTROOM_DEMO") != "1":
        return False
    if served := served_by(given):
        raise ServedDemoError(
            "a demonstration is not for the network: it shows the mails of this site to everybody",
            code="served_demo",
            where=Where(key="INSTROOM_DEMO"),
            found=Message("INSTROOM_DEMO=1 together with {names}", names=", ".join(served)),
            hint=Message("leave out INSTROOM_DEMO, or {names}", names=", ".join(served)),
        )
    return True


def beside_of(given: Mapping[str, str]) -> str:
    """Return the address of the site that was started beside this one; empty when there is none.

    It is on this machine, or it is not followed.

    Examples
    --------
    >>> beside_of({"INSTROOM_BESIDE": "http://127.0.0.1:8001/"}), beside_of({})
    ('http://127.0.0.1:8001/', '')
    >>> beside_of({"INSTROOM_BESIDE": "https://example.org/"})
    ''
    """
    found = given.get("INSTROOM_BESIDE", "")
    try:
        parts = urlsplit(found)
        known = parts.scheme == "http" and _is_loopback(parts.hostname or "") and parts.port
    except ValueError:
        return ""
    return found if known else ""


def from_this_machine(request: HttpRequest) -> bool:
    """Return whether a request comes from this machine, to this machine, and through nobody."""
    asked = urlsplit(f"//{request.get_host()}").hostname or ""
    came = str(request.META.get("REMOTE_ADDR", ""))
    passed = any(request.META.get(name) for name in _PASSED_ON)
    return came != "localhost" and _is_loopback(came) and _is_loopback(asked) and not passed


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
