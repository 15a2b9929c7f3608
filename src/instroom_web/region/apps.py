from django.apps import AppConfig


class RegionConfig(AppConfig):
    name = "instroom_web.region"
    label = "region"

    def ready(self) -> None:
        from instroom_web.region.actions import forget_contacts
        from instroom_web.shared.worker import CHORES

        CHORES.append(forget_contacts)
