from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.urls import reverse

from instroom.core.texts import Texts
from instroom_web.shared.homes import HomeCounter
from instroom_web.shared.navigation import NavigationEntry


class InflowConfig(AppConfig):
    name = "instroom_web.inflow"
    label = "inflow"

    def navigation(self, t: Texts) -> Iterator[NavigationEntry]:
        """Yield what people who take part work with."""
        from instroom_web.region.queries import takes_part  # rows are there once all apps are

        name = t("Mijn scholen")
        yield NavigationEntry("work", "instroom", name, "work_schools", seen_by=takes_part)

    def home_counters(self, reader: Any, t: Texts) -> Iterator[HomeCounter]:
        """Yield what is to be confirmed, and the schools of which nothing is known."""
        from instroom_web.inflow import queries  # rows are there once all apps are
        from instroom_web.region.queries import takes_part

        if not takes_part(reader):
            return
        n, what = (
            len(queries.unconfirmed_for(reader)),
            t("Samenwerkingen die nog niet bevestigd zijn"),
        )
        yield HomeCounter("unconfirmed", n, what, reverse("work_unconfirmed"))
        n, what = (
            queries.unknown_for(reader).count(),
            t("Scholen waarvan wij dit schooljaar niets weten"),
        )
        yield HomeCounter("unknown", n, what, reverse("work_schools") + "?show=unknown")
