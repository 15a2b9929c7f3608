from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "instroom_web.reports"
    label = "reports"
