from collections.abc import Iterator

from django.apps import AppConfig

from instroom.core.texts import Texts
from instroom_web.shared.navigation import NavigationEntry


class InflowConfig(AppConfig):
    name = "instroom_web.inflow"
    label = "inflow"

    def navigation(self, t: Texts) -> Iterator[NavigationEntry]:
        """Yield what people who take part work with."""
        from instroom_web.region.queries import takes_part  # rows are there once all apps are

        name = t("Mijn scholen")
        yield NavigationEntry("work", "instroom", name, "work_schools", seen_by=takes_part)
