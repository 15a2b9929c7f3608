from collections.abc import Iterator

from django.apps import AppConfig

from instroom.core.texts import Texts
from instroom_web.shared.navigation import NavigationEntry


class ActivitiesConfig(AppConfig):
    name = "instroom_web.inflow.activities"
    label = "activities"

    def ready(self) -> None:
        from instroom_web.inflow.activities.actions import PURGES
        from instroom_web.shared.worker import CHORES

        CHORES.extend(PURGES)

    def navigation(self, t: Texts) -> Iterator[NavigationEntry]:
        """Yield the initiatives, for who runs them."""
        from instroom_web.inflow.activities.queries import runs_initiatives

        name = t("Initiatieven")
        yield NavigationEntry(
            "work", "instroom", name, "work_initiatives", seen_by=runs_initiatives
        )
