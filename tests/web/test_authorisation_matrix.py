"""Every route x every role x own, foreign and closed object x every method: nobody sees or changes
what is not theirs.

Who may do what stands in tables here, written by hand from the descriptions of the roles: they are
not made from the policy that they hold to account. A route that stands in no table fails the test.
Every text that is not for everybody holds a made-up word; after each request the whole answer is
searched for words of objects that this person may not see.
"""

import os
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID

import ledger_cast
import matrix_programme
import numpy as np
import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

from instroom.definitions import registry
from instroom_web.inflow import queries

pytestmark = pytest.mark.django_db

# --- who may do what, by hand --------------------------------------------------------------------

#: Persona -> what it may do with a school of its own, and with another one. None: not signed in.
RIGHTS = {
    "programme_office": ("see change ask", "see change ask"),
    "project_leader": ("see change ask", "see change ask"),
    "board_secretary": ("see change", ""),
    "school_leader": ("see change", ""),
    "administrator": ("", ""),
    "without_role": ("", ""),
    "ended_role": ("", ""),
    "future_role": ("", ""),
    "unknown_role": ("", ""),
    "office_without_key": ("", ""),  # a role that asks a second way to sign in
    "two_roles": ("see change", ""),
    "nobody": None,
    "deactivated": None,
}
#: The schools of a persona; the others of the table have none, or all. A school that the register
#: closed stays its board's: what was done there is still theirs to read.
OWN = {
    "board_secretary": {"a1", "a2", "a_closed"},
    "school_leader": {"a1"},
    "two_roles": {"a1"},
}


def may(persona: str, what: str, school: str) -> bool:
    rights = RIGHTS[persona]
    if rights is None:
        return False
    return what in rights[school not in OWN.get(persona, ())].split()


def takes_part(persona: str) -> bool:
    return bool(RIGHTS[persona]) and any(RIGHTS[persona])


def shown_to(persona: str, cast) -> set[str]:
    """Return the made-up words that this persona may ever meet, on any page for people at work."""
    found = set()
    for word, (kind, name, of) in cast.canaries.items():
        if kind == "person":
            acted = {"project_leader": ledger_cast.SCHOOLS}.get(
                name, [name.removeprefix("recorder_")]
            )
            seen = of == "name" and any(may(persona, "see", s) for s in acted if s in cast.schools)
            seen |= name == persona
        elif kind == "school":
            seen = may(persona, "see", name)
        elif kind == "company":  # the list of names that the form offers
            seen = takes_part(persona)
        elif kind == "amount":
            seen = matrix_programme.seen_by(persona, name)
        elif kind in ("row", "note"):
            seen = of != "reason" and may(persona, "see", ledger_cast.ROWS[name][0])
        else:  # contact persons, mails, keys: on no page at all
            assert kind in ("contact", "mail", "key")
            seen = False
        found |= {word} if seen else set()
    return found


def shown_by_link(organisation: str, cast) -> set[str]:
    """Return the words on the page of a link: its cooperations, and what its own side said."""
    side = "school" if organisation in cast.schools else "company"
    mine = {
        row: ends
        for row, ends in ledger_cast.ROWS.items()
        if organisation in ends and not row.endswith("_old")
    }
    others = {organisation} | {one for ends in mine.values() for one in ends}
    return {
        word
        for word, (kind, name, of) in cast.canaries.items()
        if (kind in ("school", "company") and name in others)
        or (kind == "row" and name in mine and of == "what")
        or (kind == "note" and name in mine and of == side)
    }


# --- what every route needs to be reached --------------------------------------------------------

FIGURE = "technical_profile_share.exam.monitor:twente:2023-2024"
#: Public pages: the same for all, so never with a made-up word; addresses with what answers GET.
PUBLIC = {
    "": [("/", 302)],
    "healthz": [("/healthz", 200)],
    "favicon.ico": [("/favicon.ico", 302)],
    "api/v1/openapi.json": [("/api/v1/openapi.json", 200)],  # whatever the method: it is a constant
    "api/v1/": [("/api/v1/", 404)],
    "api/v1/indicators": [("/api/v1/indicators", 200)],
    "api/v1/series/<indicator>": [
        ("/api/v1/series/technical_profile_share", 200),
        ("/api/v1/series/structural_cooperation_share", 404),
    ],
    "api/v1/pipeline": [("/api/v1/pipeline", 200)],
    "api/v1/kpi": [("/api/v1/kpi", 200)],
    "api/v1/explain/<path:figure>": [(f"/api/v1/explain/{FIGURE}", 200)],
    "picture/<path:name>.svg": [("/picture/share-wide.svg", 200), ("/picture/x.svg", 404)],
    r"^download/(?P<series>[\w.-]+)/(?P<place>[\w-]+)\.(?P<form>\w+(?:\.csv)?)$": [
        ("/download/technical_profile_share/nl.csv", 200),
        ("/download/technical_profile_share/nl.excel.csv", 200),
        ("/download/technical_profile_share/nl.xlsx", 200),
    ],
    r"^card/(?P<language>[a-z]{2,3})/(?P<name>[\w/-]+)\.(?P<form>svg|png)$": [
        ("/card/nl/home.svg", 200),
        ("/card/nl/home.png", 200),
    ],
    r"^embed/(?P<language>[a-z]{2,3})/(?P<name>[\w/-]+)/$": [("/embed/nl/home/", 200)],
    "LANG/": [("/LANG/", 200), ("/LANG/?release=1", 200)],
    "LANG/search/": [(f"/LANG/search/?q={ledger_cast.STEM}", 200), ("/LANG/search/?q=verz", 200)],
    "LANG/search/suggest/": [(f"/LANG/search/suggest/?q={ledger_cast.STEM}", 200)],
    "LANG/figure/<path:figure>/": [(f"/LANG/figure/{FIGURE}/", 200)],
    "LANG/changes/": [("/LANG/changes/", 200)],
    "LANG/changes/feed.atom": [("/LANG/changes/feed.atom", 200)],
    "LANG/place/<slug:name>/": [("/LANG/place/GM0153/", 200), ("/LANG/place/10ZZ00/", 404)],
    "LANG/indicator/<path:name>/": [("/LANG/indicator/technical_profile_share/", 200)],
    "LANG/home/<slug:name>/": [("/LANG/home/none/", 404)],
    **{
        f"LANG/{name}/": [(f"/LANG/{name}/", (200, 503))]
        for name in (
            "claims", "programme", "indicators", "sources", "glossary", "places", "roles",
            *registry.pages(),  # a page of words is a file, and no line in any list
        )
    },
}  # fmt: skip
#: Pages for people at work: what one needs to be let in, the methods, and the kind of object.
WORK = {
    "LANG/work/schools/": ("see", "GET HEAD", "list"),
    "LANG/work/schools/<slug:code>/": ("see", "GET HEAD", "school"),
    "LANG/work/schools/<slug:code>/cooperation/": ("change", "GET HEAD POST", "school"),
    "LANG/work/schools/<slug:code>/said/": ("change", "POST", "school"),
    "LANG/work/cooperation/<uuid:uuid>/": ("change", "GET HEAD POST", "row"),
    "LANG/work/cooperation/<uuid:uuid>/ask/<slug:side>/": ("ask", "POST", "row"),
    "LANG/work/cooperation/<uuid:uuid>/call/<slug:side>/": ("ask", "POST", "row"),
}
#: The page behind a link in a mail: whoever has the link is let in.
LINK = {"LANG/confirm/<str:token>/"}
#: Doors to sign in by: for everybody, and without any made-up word but one's own.
ENTRANCES = {
    f"LANG/{address}"
    for address in (
        "account/login/", "account/login/code/", "account/login/code/confirm/",
        "account/login/key/", "account/login/passkey/", "account/logout/", "account/inactive/",
        "demo/", "demo/mails/", "demo/mails/<uuid:uuid>/",
    )
}  # fmt: skip
#: Pages of one's own: for whoever is signed in, with or without a role.
PERSONAL = {
    f"LANG/{address}"
    for address in (
        "my/", "account/again/", "account/again/code/", "account/again/recovery/",
        "account/again/passkey/", "account/passkeys/", "account/passkeys/list/",
        "account/passkeys/add/", "account/passkeys/<int:pk>/remove/", "account/recovery/",
        "account/recovery/new/", "account/language/",
    )
}  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SAFE = ("GET", "HEAD", "OPTIONS")
LANGUAGES = ("nl", "en", "de")
ABSENT = UUID(int=4)


def routes(patterns=None, before=""):
    """Yield the address of every route of the resolver, with LANG for the language in front."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        address = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, address)
        else:
            yield "LANG/" + address[3:] if address.startswith("nl/") else address


def test_every_route_stands_in_exactly_one_table_and_every_role_in_that_of_rights():
    known = Counter([*PUBLIC, *WORK, *LINK, *ENTRANCES, *PERSONAL, *matrix_programme.ROUTES])
    there = set(routes())
    assert there - set(known) == set(), "say here what this route needs, and who may"
    assert set(known) - there == set()
    assert set(known.values()) == {1}
    assert set(registry.roles()) <= set(RIGHTS)
    assert set(registry.roles()) == set(ledger_cast.ROLES_OF)


# --- the walk ------------------------------------------------------------------------------------


@dataclass
class Cell:
    """One thing to try: a route, its object, a method, and what must come back."""

    route: str
    address: str
    method: str
    expected: tuple[int, ...]
    words: set[str]
    data: dict[str, object] = field(default_factory=dict)
    #: Whether the request may change rows.
    changes: bool = False
    #: To whom the answer leads when it is 302; empty: anywhere.
    leads: str = ""


def cells(persona: str, cast) -> list[Cell]:
    mine = shown_to(persona, cast)
    found = [*_public(persona), *_work(persona, cast, mine), *_links(persona, cast, mine)]
    outside = RIGHTS[persona] is None
    found += [Cell(**c) for c in matrix_programme.cells(persona, mine, METHODS, outside=outside)]
    return [*found, *_accounts(persona, cast, mine)]


def _public(persona: str) -> list[Cell]:
    """Return what everybody may read; the odd methods, refused before anybody is known, by some."""
    some = persona in ("nobody", "school_leader", "project_leader")
    methods = METHODS if some else METHODS[:3]
    return [
        Cell(route, address, method, _statuses(status, method, route), set())
        for route, ways in PUBLIC.items()
        for address, status in ways
        for method in methods
    ]


def _statuses(status, method: str, route: str) -> tuple[int, ...]:
    if method in ("GET", "HEAD"):
        return status if isinstance(status, tuple) else (status,)
    constant = {"favicon.ico": (302, 200), "api/v1/openapi.json": (200,)}
    return constant.get(route, (403, 404, 405))


def _objects(kind: str, cast) -> list[tuple[str | None, str]]:
    """Return the short name of a school (None: there is none) and what stands in an address."""
    if kind == "list":
        return [(None, "")]
    if kind == "school":
        there = [(name, one.code) for name, one in cast.schools.items()]
        board = cast.schools["a1"].board.code
        return [*there, (None, "99ZZ00"), (None, board)]
    rows = [(ledger_cast.ROWS[name][0], str(row.uuid)) for name, row in cast.rows.items()]
    return [*rows, (None, str(ABSENT))]


def _work(persona: str, cast, mine: set[str]) -> list[Cell]:
    found = []
    for route, (need, methods, kind) in WORK.items():
        for school, key in _objects(kind, cast):
            sides = ("school", "company", "neither") if "<slug:side>" in route else ("",)
            for side in sides:
                address = "/" + route.replace("<slug:code>", key).replace("<uuid:uuid>", key)
                address = address.replace("<slug:side>", side)
                if kind == "list":
                    address += f"?q={ledger_cast.STEM}"
                for method in METHODS if side in ("", "company") else ("POST",):
                    data = _filled(route, cast, key) if method == "POST" else {}
                    at = (persona, need, school, kind == "list", side != "neither")
                    status = _answer(*at, method, methods.split())
                    changes = method == "POST" and status == (302,) and takes_part(persona)
                    leads = "/account/login/" if RIGHTS[persona] is None else ""
                    found.append(Cell(route, address, method, status, mine, data, changes, leads))
    return found


def _answer(persona, need, school, listed, sound, method, methods) -> tuple[int, ...]:
    """Return what a page for people at work answers, from the table of rights."""
    if RIGHTS[persona] is None:
        return (302,)  # to where one signs in
    if not takes_part(persona):
        return (403,)
    if method not in methods:
        return (405,)
    if listed:
        return (200,)
    if school is None or not may(persona, "see", school):
        return (404,)  # that it exists is not told
    if not may(persona, need, school):
        return (403,)
    if not sound:
        return (404,)
    return (302,) if method == "POST" else (200,)


def _filled(route: str, cast, key: str) -> dict[str, object]:
    if route.endswith("/cooperation/"):
        return ledger_cast.filled(company="Verzinloo", contact_email="bram@verzinloo.example")
    if route.endswith("/said/"):
        return {"said": "nothing"}
    if "/ask/" in route:
        return {"email": "new@school.example", "name": "Nieuw"}
    if "/call/" in route:
        return {"answer": "wrong", "note": "aan de telefoon"}
    versions = {str(row.uuid): row.version for row in cast.rows.values()}
    return ledger_cast.filled(what="iets anders", version=versions.get(key, 1))


def _links(persona: str, cast, mine: set[str]) -> list[Cell]:
    found = []
    me = {w for w in mine if cast.canaries[w][:2] == ("person", persona)}
    route = "LANG/confirm/<str:token>/"
    sound = {name: ledger_cast.token(cast, name) for name in cast.requests}
    forged = sound["pump"].replace(cast.requests["pump"].uuid.hex, cast.requests["glass"].uuid.hex)
    others = [r.uuid.hex for r in cast.rows.values() if r.company_id != cast.companies["glass"].pk]
    theirs = {f"answer_{key}": "wrong" for key in others}
    for name, token in {**sound, "": forged, " ": "x"}.items():
        there = name in cast.requests
        words = me | shown_by_link(name, cast) if there else me
        for method in METHODS:
            seen = method in ("GET", "HEAD", "POST")
            status = (405,) if not seen else (200,) if there else (404,)
            data = theirs if method == "POST" and name in ("glass", "", " ") else {"x": "1"}
            data = data if method == "POST" else {}
            found.append(Cell(route, f"/LANG/confirm/{token}/", method, status, words, data))
    return found


def _accounts(persona: str, cast, mine: set[str]) -> list[Cell]:
    me = {w for w in mine if cast.canaries[w][1] == persona}
    found = []
    for route in sorted(ENTRANCES | PERSONAL):
        for pk in (0, cast.key) if "<int:pk>" in route else (0,):
            address = "/" + route.replace("<int:pk>", str(pk))
            address = address.replace("<uuid:uuid>", str(cast.mail))
            for method in METHODS:
                outside = route in PERSONAL and RIGHTS[persona] is None
                if outside:
                    status = (302,)
                elif "/demo/" in route:
                    status = (404,) if method in ("GET", "HEAD", "POST") else (404, 405)
                elif "<int:pk>" in route:  # somebody else's key
                    status = (302, 403, 404, 405)  # 302: to say first who one is
                else:
                    status = (200, 302, 401, 403, 404, 405, 409, 429)
                changes = route == "LANG/account/language/" and not outside
                changes |= route.startswith("LANG/account/again") and not outside
                leads = "/account/login/" if outside else ""
                data = {"language": "de"} if method == "POST" else {}
                found.append(Cell(route, address, method, status, me, data, changes, leads))
    return found


@pytest.fixture
def cast():
    found = ledger_cast.made()
    key = Authenticator.objects.create(
        user=found.persons["recorder_b1"],
        type=Authenticator.Type.WEBAUTHN,
        data={"name": found.word("key", "recorder_b1", "name"), "credential": {}},
    )
    found.key = key.pk
    found.mail = ledger_cast.Mail.objects.first().uuid
    found.tokens = {ledger_cast.token(found, name) for name in found.requests}
    with ledger_cast.frozen(ledger_cast.THEN):
        matrix_programme.add(found)
        yield found


@contextmanager
def undone():
    """Take back whatever a request does."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _signed_in(client, person) -> None:
    """Sign somebody in who has just said again who they are: that door is open to them."""
    client.force_login(person, settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    session["account_authentication_methods"] = [{"method": "code", "at": time.time()}]
    session.save()


def walk(persona: str, cast, client) -> tuple[list[str], Counter]:
    """Try all cells as one persona; return what is wrong, and what was walked."""
    if persona != "nobody":
        _signed_in(client, cast.persons[persona])
    cookies = {name: one.value for name, one in client.cookies.items()}
    chosen, dice = cells(persona, cast), np.random.default_rng(len(persona))
    if os.environ.get("INSTROOM_TEST_POSTGRES"):
        chosen = [cell for cell in chosen if dice.random() < 0.1]
    wrong, walked, before = [], Counter(), ledger_cast.digest()
    for cell in chosen:
        address = cell.address.replace("LANG", str(dice.choice(LANGUAGES, p=(0.8, 0.1, 0.1))))
        client.cookies.clear()
        for name, value in cookies.items():
            client.cookies[name] = value
        with undone():
            answer = client.generic(cell.method, address, **_body(cell.data))
            text = _whole(answer)
            faults = [] if cell.method in SAFE else _kept(cell, cast, before)
        faults += _told(cell, cast, answer, text, address)
        wrong += [f"{cell.method} {address}: {answer.status_code}: {fault}" for fault in faults]
        walked[cell.method] += 1
        walked["words that may be seen"] += len(cast.canaries_in(text))
    if ledger_cast.digest() != before:
        wrong.append("reading changed rows")
    return wrong, walked


def _kept(cell: Cell, cast, before: str) -> list[str]:
    """Return what is wrong with the rows after a request that could have changed some."""
    faults, changed = [], ledger_cast.digest() != before
    if changed and not cell.changes:
        faults.append("rows changed")
    if cell.changes and cell.route in {*WORK, *matrix_programme.ROUTES} and not changed:
        faults.append("let in, and nothing kept")
    if not Authenticator.objects.filter(pk=cast.key).exists():
        faults.append("somebody else's key is gone")
    return faults


def _told(cell: Cell, cast, answer, text: str, address: str) -> list[str]:
    """Return what is wrong with an answer."""
    faults = []
    if answer.status_code not in cell.expected:
        faults.append(f"expected {cell.expected}")
    if answer.status_code == 302 and cell.leads not in answer["Location"]:
        faults.append(f"leads to {answer['Location']}")
    if seen := cast.canaries_in(text) - cell.words:
        faults.append(f"shows {[cast.canaries[word] for word in seen]}")
    if any(token in text for token in cast.tokens if token not in address):
        faults.append("shows a link that only its reader has")
    return faults


def _body(data: dict[str, object]) -> dict[str, object]:
    form = "application/x-www-form-urlencoded"
    return {"data": urlencode(data), "content_type": form} if data else {}


def _whole(answer) -> str:
    """Return all of an answer: its lines, its cookies, its body."""
    heads = [f"{name}: {value}" for name, value in answer.headers.items()]
    heads += [f"{name}={one.value}" for name, one in answer.cookies.items()]
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return "\n".join(heads) + body.decode("utf-8", "replace")


@pytest.mark.parametrize("persona", RIGHTS)
def test_nobody_sees_or_changes_what_is_not_theirs(persona, cast, client):
    wrong, walked = walk(persona, cast, client)
    assert wrong == [], f"{len(wrong)} wrong, such as\n" + "\n".join(wrong[:20])
    if not os.environ.get("INSTROOM_TEST_POSTGRES"):
        assert walked["GET"] >= len(set(routes()))
        seen = walked["words that may be seen"]
        assert seen > (100 if takes_part(persona) else 50), "the canaries sing where they may"


def test_a_foreign_school_and_one_that_is_not_there_give_the_same_answer(cast, client):
    client.force_login(cast.persons["school_leader"], settings.AUTHENTICATION_BACKENDS[0])
    pairs = [(f"/nl/work/schools/{cast.schools['b1'].code}/", "/nl/work/schools/99ZZ00/")]
    pairs += [(f"/nl/work/cooperation/{cast.rows['b1_pump'].uuid}/",
               f"/nl/work/cooperation/{ABSENT}/")]  # fmt: skip
    for pair in pairs:
        answers = [client.get(address) for address in pair]
        assert [one.status_code for one in answers] == [404, 404]
        first, second = (
            _whole(one).replace(address.split("/")[-2], "KEY")
            for one, address in zip(answers, pair, strict=True)
        )
        assert first == second


@pytest.mark.parametrize("name", [*ledger_cast.COMPANIES, *ledger_cast.SCHOOLS])
def test_a_link_shows_all_that_its_organisation_is_asked_and_nothing_else(name, cast, client):
    html = client.get(f"/nl/confirm/{ledger_cast.token(cast, name)}/").content.decode()
    assert cast.canaries_in(html) == shown_by_link(name, cast)


@pytest.mark.parametrize("persona", ["board_secretary", "school_leader", "project_leader"])
def test_what_is_one_s_own_is_shown_whole(persona, cast, client):
    client.force_login(cast.persons[persona], settings.AUTHENTICATION_BACKENDS[0])
    listed = client.get("/nl/work/schools/").content.decode()
    for name, school in cast.schools.items():
        closed = ledger_cast.SCHOOLS[name][1]
        assert (school.name in listed) is (may(persona, "see", name) and not closed)
        if not may(persona, "see", name):
            continue
        html = client.get(f"/nl/work/schools/{school.code}/").content.decode()
        for word, (kind, of, what) in cast.canaries.items():
            if kind == "row" and ledger_cast.ROWS[of][0] == name and what.startswith("what"):
                assert word in html, (of, what)


def test_a_role_that_is_ended_or_given_counts_from_the_next_request(cast, client):
    person = cast.persons["project_leader"]
    client.force_login(person, settings.AUTHENTICATION_BACKENDS[0])
    address = f"/nl/work/schools/{cast.schools['b1'].code}/"
    assert client.get(address).status_code == 200
    person.memberships.update(until=ledger_cast.THEN.date())
    assert client.get(address).status_code == 200, "the last day counts"
    person.memberships.update(until=ledger_cast.THEN.date() - ledger_cast.timedelta(days=1))
    assert client.get(address).status_code == 403
    assert queries.region.held_roles(person) == []
