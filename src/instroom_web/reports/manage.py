"""When the public figures were last brought up to date, for who keeps the machine."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from instroom_web.region.manage.showing import managed
from instroom_web.reports.archive import releases
from instroom_web.reports.queries import latest_build

#: Releases that the page lists.
SHOWN = 20


@require_safe
def build(request: HttpRequest) -> HttpResponse:
    """Show the run that made the pages, and the releases before it."""
    context = {"build": latest_build(), "releases": releases()[::-1][:SHOWN]}
    return managed(request, "reports/manage_build.html", context, at="manage_build")
