from collections.abc import Iterator

from django.apps import AppConfig

from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom_web.shared.navigation import NavigationEntry


class ReportsConfig(AppConfig):
    name = "instroom_web.reports"
    label = "reports"

    def navigation(self, t: Texts) -> Iterator[NavigationEntry]:
        """Yield the first page of each chapter of the programme, and the pages in the foot."""
        yield NavigationEntry("chapters", "opgave", t("Opgave"), "claims", "claims")
        yield NavigationEntry("chapters", "programma", t("Programma"), "programme", "programme")
        yield NavigationEntry("chapters", "instroom", t("Instroom & behoud"), "inflow", "inflow")
        yield NavigationEntry("chapters", "monitoring", t("Monitoring"), "indicators", "indicators")
        yield NavigationEntry("chapters", "leren", t("Leren"), "learning", "learning")
        about = [
            (20, "sources", t("Bronnen")),
            (30, "glossary", t("Begrippen")),
            (40, "places", t("Gemeenten en scholen")),
            (50, "changes", t("Veranderingen")),
            *(
                (page.order, key, t(page.menu))
                for key, page in registry.pages().items()
                if page.menu
            ),
        ]
        for _, key, text in sorted(about):
            yield NavigationEntry("about", "over", text, key, key)
