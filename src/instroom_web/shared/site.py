"""The address of this site, for what leaves it: shared pictures, files, feeds."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def site_address(request: HttpRequest) -> str:
    """Return the address of this site without a slash at its end.

    It is the first name of ``INSTROOM_HOSTS``, so that a kept page says the same to everybody.
    Where that is this machine itself, or no single name, it is the name that was asked for, which
    is one of the names served.
    """
    first = settings.ALLOWED_HOSTS[0] if settings.ALLOWED_HOSTS else ""
    scheme = "https" if settings.HTTPS else "http"
    if first and not first.startswith((".", "*")) and not _is_local(first):
        return f"{scheme}://{first}"
    return f"{scheme}://{request.get_host()}"


def _is_local(name: str) -> bool:
    if name == "localhost" or "." not in name:
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
