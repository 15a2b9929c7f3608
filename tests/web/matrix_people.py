"""The matrix of rights for people, invitations, contact persons and the pages of the machine.

Who may do what stands here by hand, from the descriptions of the roles.
"""

from instroom_web.region.actions import add_company, take_municipality
from instroom_web.region.contacts.actions import name_contact
from instroom_web.region.models import ContactPerson, Membership
from instroom_web.region.people.actions import InvitationMail, invite
from instroom_web.region.people.queries import token_of

#: Persona -> role and where.
ROLES_OF = {
    "kernteam": ("kernteam", None),
    "municipality": ("municipality", "town"),
    "entrepreneur": ("entrepreneur", "firm"),
    "board_member": ("board_member", None),
    "consortium_partner": ("consortium_partner", "firm"),
    "privacy_officer": ("privacy_officer", "board_a"),
    "wt_expert": ("wt_expert", "board_a"),
    "sto_leader": ("sto_leader", "board_a"),
    "company_broker": ("company_broker", "a1"),
    "provider": ("provider", "makers"),
    "lead_partner": ("lead_partner", "board_a"),
    "teacher": ("teacher", "a1"),
    "mentor": ("mentor", "a1"),
    "researcher": ("researcher", None),
}
SIDES = {"kernteam": "education"}
#: What each may do with a school of its own, and with another one.
RIGHTS = {
    **dict.fromkeys(
        (
            "kernteam", "municipality", "entrepreneur", "board_member", "consortium_partner",
            "provider", "lead_partner", "researcher",
        ),
        ("", ""),
    ),
    "privacy_officer": ("see", ""),
    "wt_expert": ("see change", ""),
    "sto_leader": ("see change ask", ""),
    "company_broker": ("see change ask", ""),
    "teacher": ("see", ""),
    "mentor": ("see", ""),
}  # fmt: skip
BOARD_A = {"a1", "a2", "a_closed"}
OWN = {
    "privacy_officer": BOARD_A,
    "wt_expert": BOARD_A,
    "sto_leader": BOARD_A,
    "company_broker": {"a1"},
    "teacher": {"a1"},
    "mentor": {"a1"},
}
#: Those who see people: everybody, or those of board a; whose data they keep going; contacts.
SEES_ALL = {"programme_office", "administrator"}
SEES_PEOPLE = SEES_ALL | {"board_secretary"}
MANAGES = {"administrator"}
KEEPS_ALL = {"programme_office"}
KEEPS = KEEPS_ALL | {"privacy_officer"}
#: People of board a and its schools: whom its secretary sees.
OF_BOARD_A = {
    "board_secretary", "school_leader", "two_roles", "privacy_officer", "wt_expert",
    "sto_leader", "company_broker", "lead_partner", "teacher", "mentor",
}  # fmt: skip
#: Whose role each of them may end: of all but the machine; of schools with no more than their own.
ENDS = {
    "programme_office": {"researcher", "teacher", "project_leader"},
    "board_secretary": {"teacher"},
    "administrator": set(),
}
#: Name of an invitation -> its role, and where; and who may send it again or withdraw it.
INVITED = {
    "to_school": ("school_leader", "a2", {"programme_office", "board_secretary"}),
    "to_region": ("researcher", None, {"programme_office"}),
    "to_account": ("", None, {"administrator"}),
}
PAGE, SHOW = "GET HEAD", "GET HEAD POST"
#: Route -> who is let in at all, methods, and the kind of object.
MANAGED = {
    "LANG/manage/": (SEES_PEOPLE | KEEPS, PAGE, "index"),
    "LANG/manage/people/": (SEES_PEOPLE, PAGE, "list"),
    "LANG/manage/people/<uuid:uuid>/": (SEES_PEOPLE, PAGE, "person"),
    "LANG/manage/people/<uuid:uuid>/<slug:deed>/": (MANAGES, "POST", "account"),
    "LANG/manage/roles/<int:pk>/end/": (SEES_PEOPLE, "POST", "role"),
    "LANG/manage/invite/": (SEES_PEOPLE, SHOW, "invite"),
    "LANG/manage/invitations/<uuid:uuid>/<slug:deed>/": (SEES_PEOPLE, "POST", "invitation"),
    "LANG/manage/contacts/": (KEEPS, PAGE, "list"),
    "LANG/manage/contacts/<int:pk>/<slug:deed>/": (KEEPS, "POST", "contact"),
    "LANG/manage/mails/": (MANAGES, PAGE, "list"),
    "LANG/manage/mails/<uuid:uuid>/again/": (MANAGES, "POST", "absent"),
    "LANG/manage/tasks/": (MANAGES, PAGE, "list"),
    "LANG/manage/tasks/<uuid:uuid>/again/": (MANAGES, "POST", "absent"),
    "LANG/manage/build/": (MANAGES, PAGE, "list"),
}
INVITATION = "LANG/invitation/<str:token>/"
ABSENT = "00000000-0000-0000-0000-000000000004"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def places() -> dict:
    """Return organisations that are no school and no board."""
    return {
        "town": take_municipality("GM0153"),
        "firm": add_company(name="Bedacht Bedrijf", by=None),
        "makers": add_company(name="Bedachte Aanbieder", kind="provider", by=None),
    }


def add_rows(cast) -> None:
    """Add invitations, and a contact person that nobody looked at; each holds a made-up word."""
    mail = InvitationMail("https://x.example/{token}", "Instroom", "Vera")
    cast.invitations = {}
    for name, (role, place, givers) in INVITED.items():
        by = cast.persons[sorted(givers)[-1]]
        email = f"{cast.word('invited', name, 'email')}@school.example"
        cast.invitations[name] = invite(
            email=email, full_name=cast.word("invited", name, "name"), role=role,
            organisation=cast.schools[place] if place else None, side="", until=None,
            language="nl", by=by, mail=mail,
        )  # fmt: skip
        cast.tokens_of_people = [token_of(one) for one in cast.invitations.values()]
    email = f"{cast.word('contact', 'pump', 'email 2')}@bedrijf.example"
    by = cast.persons["school_leader"].uuid
    name_contact(cast.companies["pump"], name="", email=email, by=by)


def words_on(route: str, persona: str, cast) -> set[str]:
    """Return the made-up words that a page to manage may show besides what everybody may."""
    if persona not in MANAGED.get(route, (set(),))[0]:
        return set()
    found = set()
    for word, (kind, name, of) in cast.canaries.items():
        if kind == "person" and "people" in route:
            found |= {word} if persona in SEES_ALL or name in OF_BOARD_A else set()
        elif kind == "invited" and route.endswith("manage/people/"):
            found |= {word} if persona in INVITED[name][2] else set()
        elif kind in ("school", "company") and route.endswith(("people/", "invite/", "uuid>/")):
            everywhere = persona in SEES_ALL
            found |= {word} if everywhere or name in BOARD_A else set()
        elif kind in ("contact", "school", "company") and route.endswith("contacts/"):
            found |= {word} if persona in KEEPS_ALL or name in BOARD_A else set()
        elif (kind, name) == ("person", persona) and of:
            found.add(word)
    if "roles/" in route:
        return words_on("LANG/manage/people/<uuid:uuid>/", persona, cast)
    return found


def cells(persona: str, cast, rights, make) -> list:
    """Return what to try of these routes; ``make`` makes a cell of the walk."""
    found = []
    for route, (inside, methods, kind) in MANAGED.items():
        words = words_on(route, persona, cast)
        for address, answers, data in _tries(route, kind, persona, cast):
            for method in METHODS if not found or found[-1].route != route else ("GET", "POST"):
                if rights[persona] is None:
                    status, leads = (302,), "/account/login/"
                elif persona not in inside:
                    status, leads = (403,), ""
                elif method not in methods.split():
                    status, leads = (405,), ""
                else:
                    status, leads = answers[method == "POST"], ""
                changes = method == "POST" and status == (302,) and persona in inside
                sent = data if method == "POST" else {}
                found.append(make(route, address, method, status, words, sent, changes, leads))
    return found + _links(persona, cast, make)


def _tries(route: str, kind: str, persona: str, cast):
    """Yield addresses, what GET and POST answer to who is let in, and what POST sends."""
    address = "/" + route
    if kind in ("list", "index"):
        yield address, ((302,) if kind == "index" else (200,), ()), {}
    elif kind == "invite":
        role = "administrator" if persona == "administrator" else "teacher"
        place = "" if role == "administrator" else cast.schools["a1"].code
        sent = {"full_name": "Nieuw", "email": "nieuw@school.example", "role": role,
                "organisation": place, "language": "nl"}  # fmt: skip
        yield address, ((200,), (302,)), sent
        if persona == "board_secretary":  # more than they have, and where they do not reach
            for more in ({"role": "programme_office"}, {"organisation": cast.schools["b1"].code}):
                yield address, ((200,), (422,)), sent | more
        if persona == "administrator":
            yield address, ((200,), (422,)), sent | {"role": "programme_office"}
    elif kind in ("person", "account"):
        for name in ("teacher", "recorder_b2", "administrator"):
            seen = persona in SEES_ALL or name in OF_BOARD_A
            there = address.replace("<uuid:uuid>", str(cast.persons[name].uuid))
            for deed in ("close", "erase") if kind == "account" else ("",):
                one = there.replace("<slug:deed>", deed)
                done = (403,) if (name, deed) == (persona, "erase") else (302,)
                yield one, ((200,) if seen else (404,), done), {"reason": "vertrokken"}
        yield (
            address.replace("<uuid:uuid>", ABSENT).replace("<slug:deed>", "close"),
            ((404,),) * 2,
            {},
        )
    else:
        yield from _rows(address, kind, persona, cast)


def _rows(address: str, kind: str, persona: str, cast):
    if kind == "role":
        for name in ("researcher", "teacher", "project_leader", "administrator"):
            pk = Membership.objects.get(person=cast.persons[name]).pk
            seen = persona in SEES_ALL or name in OF_BOARD_A
            may = name in ENDS.get(persona, set())
            last = persona == name == "administrator"
            status = (302,) if may or last else (403,) if seen else (404,)
            yield address.replace("<int:pk>", str(pk)), ((), status), {"reason": "vertrokken"}
    elif kind == "invitation":
        for name, (_, _, givers) in INVITED.items():
            there = address.replace("<uuid:uuid>", str(cast.invitations[name].uuid))
            for deed in ("again", "withdraw"):
                status = (302,) if persona in givers else (404,)
                yield there.replace("<slug:deed>", deed), ((), status), {}
    elif kind == "contact":
        for name, place in (("a1", cast.schools), ("b1", cast.schools), ("pump", cast.companies)):
            one = ContactPerson.objects.filter(organisation=place[name]).order_by("checked").first()
            there = address.replace("<int:pk>", str(one.pk))
            seen = persona in KEEPS_ALL or name in BOARD_A
            yield there.replace("<slug:deed>", "erase"), ((), (302,) if seen else (404,)), {}
            if name == "pump":
                yield there.replace("<slug:deed>", "check"), ((), (302,) if seen else (404,)), {}
    else:
        yield address.replace("<uuid:uuid>", ABSENT), ((), (404,)), {}


def _links(persona: str, cast, make) -> list:
    """The page behind a link: whoever has it sees the invitation, and POST lets them in."""
    found = []
    mine = {
        w for w, (kind, name, _) in cast.canaries.items() if (kind, name) == ("person", persona)
    }
    for name, one in cast.invitations.items():
        words = {w for w, (kind, of, _) in cast.canaries.items() if (kind, of) == ("invited", name)}
        place = INVITED[name][1]
        words |= {
            w
            for w, (kind, of, what) in cast.canaries.items()
            if (kind == "school" and of == place)
            or (kind == "person" and what == "name" and cast.persons[of].uuid == one.asked_by)
        }
        sound = f"/LANG/invitation/{token_of(one)}/"
        for method in METHODS:
            status = (200,) if method in ("GET", "HEAD") else (302,) if method == "POST" else (405,)
            changes = method == "POST"
            found.append(make(INVITATION, sound, method, status, words | mine, {}, changes, ""))
    forged = f"/LANG/invitation/{token_of(cast.invitations['to_region'])}x/"
    return found + [
        make(INVITATION, forged, method, (410,), mine, {}, False, "") for method in ("GET", "POST")
    ]
