"""Addresses of the public site: ``/<language>/<key>/`` is a page."""

from django.urls import path, re_path
from django.views.generic import RedirectView

from instroom_web.reports import views
from instroom_web.reports.api import api

urlpatterns = [
    path("", views.root),
    path("healthz", views.health),
    path("favicon.ico", RedirectView.as_view(url="/static/instroom/icon.svg")),
    path("api/v1/", api.urls),
    path("picture/<path:name>.svg", views.picture),
    re_path(r"^download/(?P<series>[\w.-]+)/(?P<place>[\w-]+)\.(?P<form>\w+)$", views.download),
    re_path(r"^(?P<language>[a-z]{2})/$", views.document),
    re_path(r"^(?P<language>[a-z]{2})/search/$", views.search),
    re_path(r"^(?P<language>nl|en|de)/changes/$", views.changes),
    re_path(r"^(?P<language>nl|en|de)/changes/feed\.atom$", views.changes_feed),
    re_path(r"^(?P<language>[a-z]{2})/(?P<key>.+)/$", views.document),
]
