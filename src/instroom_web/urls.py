"""All addresses: the reports chapter is the public site."""

from django.urls import include, path

urlpatterns = [path("", include("instroom_web.reports.urls"))]

handler400 = "instroom_web.shared.errors.bad_request"
handler404 = "instroom_web.shared.errors.not_found"
handler500 = "instroom_web.shared.errors.server_error"
