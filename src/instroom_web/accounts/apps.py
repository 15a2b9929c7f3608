from collections.abc import Iterator

from django.apps import AppConfig
from django.conf import settings

from instroom.core.texts import Texts
from instroom_web.shared.navigation import NavigationEntry


class AccountsConfig(AppConfig):
    name = "instroom_web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Follow who signs in and out, and what ends a sign-in."""
        from allauth.account import signals
        from django.contrib.auth import user_logged_in, user_logged_out

        from instroom_web.accounts import sessions
        from instroom_web.accounts.actions import forget_sign_ins
        from instroom_web.shared.worker import CHORES

        user_logged_in.connect(sessions.begun)
        user_logged_out.connect(sessions.ended)
        for signal in (signals.password_set, signals.password_changed, signals.password_reset):
            signal.connect(sessions.password_changed)
        CHORES.append(forget_sign_ins)

    def navigation(self, t: Texts) -> Iterator[NavigationEntry]:
        """Yield the door of a demonstration; elsewhere there is none."""
        if settings.DEMO:
            yield NavigationEntry("about", "over", t("Kies wie u bent"), "demo", "demo")
