"""Addresses of working pages (signed in) and of the page behind a link in a mail."""

from django.urls import path

from instroom_web.accounts.policy import View, public, requires
from instroom_web.inflow import views
from instroom_web.region.queries import takes_part
from instroom_web.shared.page_kinds import personal_page


def _work(address: str, view: View, name: str) -> object:
    return path(address, personal_page(requires(takes_part)(view)), name=name)


urlpatterns = [
    _work("work/schools/", views.schools, "work_schools"),
    _work("work/schools/<slug:code>/", views.school, "work_school"),
    _work("work/schools/<slug:code>/cooperation/", views.add, "work_cooperation_add"),
    _work("work/schools/<slug:code>/said/", views.said, "work_school_said"),
    _work("work/unconfirmed/", views.unconfirmed, "work_unconfirmed"),
    _work("work/cooperation/<uuid:uuid>/", views.change, "work_cooperation"),
    _work("work/cooperation/<uuid:uuid>/ask/<slug:side>/", views.ask, "work_cooperation_ask"),
    _work("work/cooperation/<uuid:uuid>/call/<slug:side>/", views.call, "work_cooperation_call"),
    path(
        "confirm/<str:token>/",
        public(personal_page(views.confirm)),
        name="confirm",
    ),
]
