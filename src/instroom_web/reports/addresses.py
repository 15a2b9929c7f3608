"""The whole address of a page, as it is printed on a card, in a file and in a frame."""

from django.http import HttpRequest

from instroom_web.reports.models import Release
from instroom_web.shared.site import site_address


def page_address(
    request: HttpRequest, language: str, key: str, release: Release | None = None
) -> str:
    """Return the address of a page on this site; the first page has an empty key.

    With a release it is the address of the page as it was then.
    """
    tail = f"?release={release.number}" if release else ""
    return f"{site_address(request)}/{language}/{f'{key}/' if key else ''}{tail}"
