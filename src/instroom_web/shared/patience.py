"""No request keeps the database longer than some seconds: it is stopped, and the reader told."""

import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse

from instroom_web.shared.errors import error_page

#: Of all requests of a real site the slowest takes a fiftieth of this; a busy machine needs room.
SECONDS = 10.0
#: SQLite looks at the clock once in so many of its instructions: some milliseconds.
_INSTRUCTIONS = 50_000
_until: ContextVar[float] = ContextVar("until", default=float("inf"))


class TooSlowError(Exception):
    """A request used its time; what it asked is not answered."""


def limited(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Let a new connection stop statements that outlast the request they are for.

    A connection made outside a request, as by ``instroom compute``, has all the time it needs.
    """
    if connection.vendor == "sqlite":
        connection.connection.set_progress_handler(_over, _INSTRUCTIONS)
    if _until.get() == float("inf"):
        return
    most = int(1000 * SECONDS)
    words = {
        "sqlite": f"PRAGMA busy_timeout = {most}",
        "postgresql": f"SET statement_timeout = {most}",
    }
    with connection.cursor() as cursor:
        cursor.execute(words[connection.vendor])


def _over() -> bool:
    return time.monotonic() > _until.get()


def _in_time(execute: Callable[..., Any], *rest: Any) -> Any:
    """Run one statement, unless the time of its request is over before or after it."""
    if _over():
        raise TooSlowError
    started = time.monotonic()
    try:
        return execute(*rest)
    except OperationalError as error:
        if _over() or time.monotonic() - started > SECONDS:
            raise TooSlowError from error
        raise


class TimeLimit:
    """Give every request :data:`SECONDS`; one that needs more is answered with 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _until.set(time.monotonic() + SECONDS)
        try:
            with connection.execute_wrapper(_in_time):
                return self.get_response(request)
        finally:
            _until.reset(token)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Tell the reader to come back; other exceptions are not ours."""
        # SQLite works while rows are fetched, after the statement: there it says "interrupted".
        stopped = isinstance(exception, OperationalError) and _over()
        if not (stopped or isinstance(exception, TooSlowError)):
            return None
        response = error_page(request, 503, "too_slow")
        response.headers["Retry-After"] = "30"
        return response


connection_created.connect(limited, dispatch_uid="instroom.patience")
