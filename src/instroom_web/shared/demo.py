"""Whether this site only shows itself, as ``INSTROOM_DEMO`` says: never one that others reach."""

from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message

#: Settings of a site that others reach.
_SERVED = ("INSTROOM_HOSTS", "INSTROOM_HTTPS")


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
    served = [name for name in _SERVED if given.get(name)]
    if served:
        raise ServedDemoError(
            "a demonstration is not for the network: it shows the mails of this site to everybody",
            code="served_demo",
            where=Where(key="INSTROOM_DEMO"),
            found=Message("INSTROOM_DEMO=1 together with {names}", names=", ".join(served)),
            hint=Message("leave out INSTROOM_DEMO, or {names}", names=", ".join(served)),
        )
    return True
