from django.apps import AppConfig


class SharedConfig(AppConfig):
    name = "instroom_web.shared"
    label = "shared"
