from collections.abc import Iterator

from django.apps import AppConfig
from django.conf import settings

from instroom.core.texts import Texts
from instroom_web.shared.navigation import NavigationEntry


class AccountsConfig(AppConfig):
    name = "instroom_web.accounts"
    label = "accounts"

    def ready(self) -> None:
        from instroom_web.accounts.sessions import connect

        connect()

    def navigation(self, t: Texts) -> Iterator[NavigationEntry]:
        """Yield the door of a demonstration; elsewhere there is none."""
        if settings.DEMO:
            yield NavigationEntry("about", "over", t("Kies wie u bent"), "demo", "demo")
