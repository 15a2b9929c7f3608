"""Addresses where people enter what was promised and measured, and decide of it."""

from django.urls import path

from instroom_web.accounts.policy import requires
from instroom_web.programme import queries, views
from instroom_web.shared.page_kinds import personal_page

urlpatterns = [
    path(
        "work/amounts/",
        personal_page(requires(queries.follows)(views.waiting)),
        name="work_waiting",
    ),
    path(
        "work/amounts/<uuid:uuid>/decide/",
        personal_page(requires(queries.decides)(views.decide)),
        name="work_decide",
    ),
    path(
        "work/goals/<slug:goal>/enter/",
        personal_page(requires(queries.proposes)(views.propose)),
        name="work_propose",
    ),
]
