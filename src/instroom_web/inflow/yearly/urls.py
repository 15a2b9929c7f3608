"""Addresses of yearly questions (signed in)."""

from django.urls import path

from instroom_web.accounts.policy import requires
from instroom_web.inflow.yearly import views
from instroom_web.inflow.yearly.queries import states_for_a_school
from instroom_web.region.queries import takes_part
from instroom_web.shared.page_kinds import personal_page

urlpatterns = [
    path(
        "work/yearly/",
        personal_page(requires(states_for_a_school)(views.yearly)),
        name="work_yearly",
    ),
    path(
        "work/schools/<slug:code>/stated/<slug:asked>/",
        personal_page(requires(takes_part)(views.stated)),
        name="work_stated",
    ),
]
