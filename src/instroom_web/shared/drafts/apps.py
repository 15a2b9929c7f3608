from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "instroom_web.shared.drafts"
    label = "drafts"

    def ready(self) -> None:
        from instroom_web.shared.drafts.actions import forget_old_drafts
        from instroom_web.shared.worker import CHORES

        CHORES.append(forget_old_drafts)
