"""Addresses of the public site: one route per kind of stored page; anything else is not there."""

from django.urls import path, re_path
from django.views.generic import RedirectView

from instroom.definitions import registry
from instroom_web.accounts.policy import public, requires, signed_in
from instroom_web.region.queries import takes_part
from instroom_web.reports import embed, personal, views
from instroom_web.reports.api import api
from instroom_web.shared.page_kinds import mark, personal_page, public_page

#: Pages of which there is one: their key is their address and the name of their route.
SINGLE = (
    "claims",
    "programme",
    "indicators",
    "sources",
    "glossary",
    "places",
    "roles",
)
#: Kinds of which there are many, with what stands behind the kind in a key.
MANY = {"place": "<slug:name>", "indicator": "<path:name>"}

_document = public(views.document)
_interface = api.urls  # made anew at every look
mark(_interface[0], public_page, public)

urlpatterns = [
    path("", public(public_page(views.root)), name="root"),
    path("healthz", public(public_page(views.health)), name="health"),
    path(
        "favicon.ico",
        public(public_page(RedirectView.as_view(url="/static/instroom/icon.svg"))),
        name="icon",
    ),
    path("api/v1/", _interface),
    path("picture/<path:name>.svg", public(views.picture), name="picture"),
    re_path(
        r"^download/(?P<series>[\w.-]+)/(?P<place>[\w-]+)\.(?P<form>\w+(?:\.csv)?)$",
        public(views.download),
        name="download",
    ),
]
#: Addresses of cards: their language and the key of their page stand in them.
_CARD = r"(?P<language>[a-z]{2,3})/(?P<name>[\w/-]+)"
urlpatterns += [
    re_path(rf"^card/{_CARD}\.(?P<form>svg|png)$", public(embed.picture), name="card"),
    re_path(rf"^embed/{_CARD}/$", public(embed.framed), name="embed"),
]
#: Addresses with a language in front.
spoken = [
    path("", _document, {"kind": ""}, name="home"),
    path("search/", public(views.search), name="search"),
    path("search/suggest/", public(views.suggest), name="suggest"),
    path("figure/<path:figure>/", public(views.figure), name="figure"),
    path("changes/", public(views.changes), name="changes"),
    path("changes/feed.atom", public(views.changes_feed), name="changes_feed"),
    path("my/", personal_page(requires(signed_in)(personal.my)), name="my"),
    path("work/goals/", personal_page(requires(takes_part)(personal.scores)), name="work_goals"),
    path(
        "work/goals/<slug:goal>/",
        personal_page(requires(takes_part)(personal.goal)),
        name="work_goal",
    ),
    *(path(f"{key}/", _document, {"kind": key}, name=key) for key in SINGLE),
    *(path(f"{key}/", _document, {"kind": key}, name=f"page-{key}") for key in registry.pages()),
    *(path(f"{kind}/{rest}/", _document, {"kind": kind}, name=kind) for kind, rest in MANY.items()),
    path("home/<slug:name>/", _document, {"kind": "home"}, name="home_counting"),
]
