from typing import TYPE_CHECKING

from django.apps import AppConfig

from instroom.definitions import registry

if TYPE_CHECKING:
    from instroom.definitions.models import Role
    from instroom_web.accounts.models import Person


class RegionConfig(AppConfig):
    name = "instroom_web.region"
    label = "region"

    def ready(self) -> None:
        from instroom_web.region.actions import forget_contacts
        from instroom_web.shared.worker import CHORES

        CHORES.append(forget_contacts)

    def waiting_for_second(self, person: "Person") -> "list[Role]":
        """Return the roles that count only with a second way to sign in."""
        from instroom_web.region.queries import waiting_roles  # rows are there once all apps are

        roles = registry.roles()
        return [roles[held.role] for held in waiting_roles(person)]
