from django.apps import AppConfig


class RegionConfig(AppConfig):
    name = "instroom_web.region"
    label = "region"
