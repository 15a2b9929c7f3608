from django.apps import AppConfig


class MailsConfig(AppConfig):
    name = "instroom_web.shared.mails"
    label = "mails"

    def ready(self) -> None:
        from instroom_web.shared.mails.actions import empty_old_mails
        from instroom_web.shared.worker import CHORES

        CHORES.append(empty_old_mails)
