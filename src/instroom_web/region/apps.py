from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from instroom_web.accounts.models import Person


class RegionConfig(AppConfig):
    name = "instroom_web.region"
    label = "region"

    def ready(self) -> None:
        from instroom_web.region.actions import forget_contacts
        from instroom_web.shared.worker import CHORES

        CHORES.append(forget_contacts)

    def waits_for_second_factor(self, person: "Person") -> bool:
        """Whether a role of this person does not count yet (asked by ``accounts.policy``)."""
        from instroom_web.region.queries import waiting_roles

        return bool(waiting_roles(person))
