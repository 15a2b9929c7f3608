from collections.abc import Iterator

from django.apps import AppConfig

from instroom.core.texts import Texts
from instroom_web.shared.navigation import NavigationEntry


class RegionConfig(AppConfig):
    name = "instroom_web.region"
    label = "region"

    def navigation(self, t: Texts) -> Iterator[NavigationEntry]:
        """Yield the way to the pages to manage, for whom there are any."""
        from instroom_web.region.manage.showing import manages_anything

        yield NavigationEntry("work", "beheer", t("Beheer"), "manage", seen_by=manages_anything)

    def ready(self) -> None:
        from instroom_web.region.contacts.actions import forget_contacts
        from instroom_web.region.people.actions import forget_invitations
        from instroom_web.shared.worker import CHORES

        CHORES.extend((forget_contacts, forget_invitations))
