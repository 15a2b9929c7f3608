from collections.abc import Iterator

from django.apps import AppConfig
from django.http import HttpRequest

from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom_web.shared.navigation import NavigationEntry


class ReportsConfig(AppConfig):
    name = "instroom_web.reports"
    label = "reports"

    def personal_context(self, request: HttpRequest) -> dict[str, object]:
        """Return the present build: whose region it is, and whether it is invented."""
        from instroom_web.reports.freshness import build_of  # rows are there once all apps are

        return {"build": build_of(request)}

    def navigation(self, t: Texts) -> Iterator[NavigationEntry]:
        """Yield the first page of each chapter of the programme, and the pages in the foot."""
        from instroom_web.region.queries import takes_part  # rows are there once all apps are

        board = t("Scorebord")
        yield NavigationEntry("work", "programma", board, "work_goals", seen_by=takes_part)
        yield NavigationEntry("chapters", "opgave", t("Opgave"), "claims", "claims")
        yield NavigationEntry("chapters", "programma", t("Programma"), "programme", "programme")
        inflow = t("Instroom & behoud")
        yield NavigationEntry("chapters", "instroom", inflow, "page-inflow", "inflow")
        yield NavigationEntry("chapters", "monitoring", t("Monitoring"), "indicators", "indicators")
        yield NavigationEntry("chapters", "leren", t("Leren"), "page-learning", "learning")
        about = [
            (20, "sources", t("Bronnen"), "sources"),
            (30, "glossary", t("Begrippen"), "glossary"),
            (40, "places", t("Gemeenten en scholen"), "places"),
            (45, "roles", t("Wie ziet wat"), "roles"),
            (50, "changes", t("Veranderingen"), "changes"),
            *(
                (page.order, key, t(page.menu), f"page-{key}")
                for key, page in registry.pages().items()
                if page.menu
            ),
        ]
        for _, key, text, route in sorted(about):
            yield NavigationEntry("about", "over", text, route, key)
