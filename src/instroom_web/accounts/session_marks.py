"""Which sign-in a session names."""

from django.http import HttpRequest

#: Under this name a session keeps the number of its row in ``SignIn``.
MARK = "sign_in"


def mark_of(request: HttpRequest) -> str | None:
    """Return which sign-in this session names; None for one that names none yet."""
    mark = request.session.get(MARK)
    return str(mark) if mark else None
