"""Addresses of activities and initiatives (signed in)."""

from django.urls import path

from instroom_web.accounts.policy import Rule, View, requires
from instroom_web.inflow.activities import views
from instroom_web.inflow.activities.queries import runs_initiatives
from instroom_web.region.queries import takes_part
from instroom_web.shared.page_kinds import personal_page


def _page(view: View, rule: Rule = takes_part) -> View:
    return personal_page(requires(rule)(view))


urlpatterns = [
    path("work/schools/<slug:code>/activity/", _page(views.add), name="work_activity_add"),
    path("work/activity/<uuid:uuid>/", _page(views.change), name="work_activity"),
    path("work/activity/<uuid:uuid>/saved/", _page(views.saved), name="work_activity_saved"),
    path("work/activity/<uuid:uuid>/delete/", _page(views.delete), name="work_activity_delete"),
    path("work/activity/<uuid:uuid>/restore/", _page(views.restore), name="work_activity_restore"),
    path("work/initiatives/", _page(views.initiatives, runs_initiatives), name="work_initiatives"),
    path(
        "work/initiatives/take/", _page(views.take, runs_initiatives), name="work_initiatives_take"
    ),
    path(
        "work/contributions/",
        _page(views.contributions, runs_initiatives),
        name="work_contributions",
    ),
    path(
        "work/contributions/<int:year>.<slug:form>",
        _page(views.contributions_file, runs_initiatives),
        name="work_contributions_file",
    ),
]
