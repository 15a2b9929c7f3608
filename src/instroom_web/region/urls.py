"""Addresses of the pages to manage, and of the page behind the link of an invitation."""

from collections.abc import Callable

from django.urls import URLPattern, path

from instroom_web.accounts.models import Person
from instroom_web.accounts.policy import View, public, requires
from instroom_web.region.contacts import views as contacts
from instroom_web.region.manage import views
from instroom_web.region.manage.showing import manages_anything
from instroom_web.region.people import views as people
from instroom_web.region.queries import keeps_contacts, manages, sees_people
from instroom_web.shared.page_kinds import personal_page


def _for(rule: Callable[[Person], bool], address: str, view: View, name: str) -> URLPattern:
    return path(f"manage/{address}", personal_page(requires(rule)(view)), name=name)


urlpatterns = [
    _for(manages_anything, "", views.index, "manage"),
    _for(sees_people, "people/", people.people, "manage_people"),
    _for(sees_people, "people/<uuid:uuid>/", people.person, "manage_person"),
    _for(manages, "people/<uuid:uuid>/<slug:deed>/", people.account_done, "manage_account"),
    _for(sees_people, "roles/<int:pk>/end/", people.role_ended, "manage_role_end"),
    _for(sees_people, "invite/", people.invite, "manage_invite"),
    _for(
        sees_people,
        "invitations/<uuid:uuid>/<slug:deed>/",
        people.invitation_done,
        "manage_invitation",
    ),
    _for(keeps_contacts, "contacts/", contacts.contacts, "manage_contacts"),
    _for(keeps_contacts, "contacts/<int:pk>/<slug:deed>/", contacts.contact_done, "manage_contact"),
    _for(manages, "mails/", views.mails, "manage_mails"),
    _for(manages, "mails/<uuid:uuid>/again/", views.mail_again, "manage_mail_again"),
    _for(manages, "tasks/", views.tasks, "manage_tasks"),
    _for(manages, "tasks/<uuid:uuid>/again/", views.task_again, "manage_task_again"),
    path("invitation/<str:token>/", public(personal_page(people.invitation)), name="invitation"),
]
