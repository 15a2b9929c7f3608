"""All addresses: every chapter brings its own, those with a language in front apart."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from instroom_web.accounts import urls as accounts
from instroom_web.inflow import urls as inflow
from instroom_web.inflow.yearly import urls as yearly
from instroom_web.reports import urls as reports

urlpatterns = [
    *i18n_patterns(
        path("account/", include(accounts)),
        path("demo/", include(accounts.demo)),
        path("", include(inflow)),
        path("", include(yearly)),
        *reports.spoken,
    ),
    path("", include(reports)),
]

handler400 = "instroom_web.shared.errors.bad_request"
handler403 = "instroom_web.shared.errors.forbidden"
handler404 = "instroom_web.shared.errors.not_found"
#: Not Django's: allauth looks for it here, when somebody tried to sign in too often.
handler429 = "instroom_web.shared.errors.too_many"
handler500 = "instroom_web.shared.errors.server_error"
