from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.urls import reverse

from instroom.core.texts import Texts
from instroom_web.shared.homes import HomeCounter


class ProgrammeConfig(AppConfig):
    name = "instroom_web.programme"
    label = "programme"

    def home_counters(self, reader: Any, t: Texts) -> Iterator[HomeCounter]:
        """Yield what waits for somebody's decision, and what of theirs waits for another's."""
        from instroom_web.programme import queries  # rows are there once all apps are

        address = reverse("work_waiting")
        if queries.decides(reader):
            n = queries.waiting_for(reader).count()
            what = t("Doelen en waarden die u kunt goedkeuren")
            yield HomeCounter("decide", n, what, f"{address}#decide")
        if queries.proposes(reader):
            n = queries.sent_by(reader).count()
            what = t("Door u ingevuld; een ander moet dat nog goedkeuren")
            yield HomeCounter("mine", n, what, f"{address}#mine")
