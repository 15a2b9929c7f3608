from collections.abc import Iterator

from django.apps import AppConfig

from instroom.core.texts import Texts
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
        yield NavigationEntry("about", "over", t("Werkwijze"), "method", "method")
        yield NavigationEntry("about", "over", t("Bronnen"), "sources", "sources")
        yield NavigationEntry("about", "over", t("Begrippen"), "glossary", "glossary")
        yield NavigationEntry("about", "over", t("Gemeenten en scholen"), "places", "places")
        yield NavigationEntry("about", "over", t("Veranderingen"), "changes", "changes")
        yield NavigationEntry(
            "about", "over", t("Toegankelijkheid"), "accessibility", "accessibility"
        )
