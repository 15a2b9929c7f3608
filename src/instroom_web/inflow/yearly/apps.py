from collections.abc import Iterator

from django.apps import AppConfig

from instroom.core.texts import Texts
from instroom_web.shared.navigation import NavigationEntry


class YearlyConfig(AppConfig):
    name = "instroom_web.inflow.yearly"
    label = "yearly"

    def navigation(self, t: Texts) -> Iterator[NavigationEntry]:
        """Yield the yearly questions, for who may answer them for a school."""
        from instroom_web.inflow.yearly.queries import states_for_a_school

        name = t("Jaarlijkse vragen")
        yield NavigationEntry("work", "instroom", name, "work_yearly", seen_by=states_for_a_school)
