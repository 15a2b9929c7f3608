from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "instroom_web.shared.history"
    label = "history"
