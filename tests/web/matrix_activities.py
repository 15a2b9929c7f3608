"""Who may do what with activities and initiatives: tables of the matrix, written by hand."""

from datetime import date
from uuid import UUID, uuid4

import ledger_cast

from instroom_web.inflow.activities import actions

#: Pages for people at work: what one needs to be let in, the methods, and the kind of object. What
#: needs "run" is for who runs the initiatives of the whole region: who may also ask everywhere.
WORK = {
    "LANG/work/schools/<slug:code>/activity/": ("change", "GET HEAD POST", "school"),
    "LANG/work/activity/<uuid:uuid>/": ("change", "GET HEAD POST", "activity"),
    "LANG/work/activity/<uuid:uuid>/saved/": ("change", "GET HEAD", "activity"),
    "LANG/work/activity/<uuid:uuid>/delete/": ("change", "POST", "activity"),
    "LANG/work/activity/<uuid:uuid>/restore/": ("change", "POST", "deleted"),
    "LANG/work/initiatives/": ("run", "GET HEAD POST", "region"),
    "LANG/work/initiatives/take/": ("run", "POST", "region"),
    "LANG/work/contributions/": ("run", "GET HEAD", "region"),
    "LANG/work/contributions/<int:year>.<slug:form>": ("run", "GET HEAD", "region"),
}
RUNNERS = {"programme_office", "project_leader"}
KINDS = {"activity", "deleted", "region"}


def add(cast) -> None:
    """Let every cooperation that goes on have an activity, and every school a deleted one."""
    cast.activities, cast.deleted = {}, {}
    with ledger_cast.frozen(ledger_cast.THEN):
        by = cast.persons["project_leader"].uuid
        initiative = actions.add_initiative(
            name=cast.word("initiative", "own", "name"),
            about=cast.word("initiative", "own", "about"),
            by=by,
        )
        for name, (school, company) in ledger_cast.ROWS.items():
            if name.endswith("_old"):
                continue
            values = _values(
                title=cast.word("activity", name, "title"),
                initiative=initiative,
                companies=[cast.companies[company].name],
            )
            recorder = cast.persons[f"recorder_{school}"].uuid
            cast.activities[name] = actions.record_activity(
                cast.schools[school], values, key=uuid4(), by=recorder
            )
        for name, school in cast.schools.items():
            recorder = cast.persons[f"recorder_{name}"].uuid
            row = actions.record_activity(school, _values(), key=uuid4(), by=recorder)
            cast.deleted[name] = actions.delete_activity(row, by=recorder)


def _values(**more):
    return {"on": date(2026, 11, 10), "kind": "visit", "year_groups": ["g7"], "pupils": 20, **more}


def objects(kind: str, cast) -> list[tuple[str | None, str]]:
    if kind == "region":
        return [(None, "")]
    absent = [(None, str(UUID(int=5)))]
    gone = [(school, str(row.uuid)) for school, row in cast.deleted.items()]
    if kind == "deleted":
        return gone + absent
    there = [(ledger_cast.ROWS[n][0], str(row.uuid)) for n, row in cast.activities.items()]
    return [*there, *((None, key) for _, key in gone), *absent]


def filled(route: str, key: str) -> dict[str, object]:
    """Return what a form brings."""
    if route.endswith("/take/"):
        return {"definition": "technasium"}
    if route.endswith("/initiatives/"):
        return {"name": "Nog een"}
    key = str(uuid4()) if "<slug:code>" in route else key
    return {"key": key, "on": "2026-11-09", "kind": "visit", "pupils": "7", "version": "1"}


def answer(persona: str, method: str, methods: list[str]) -> tuple[int, ...]:
    """Return what a page for who runs the initiatives answers."""
    if persona not in RUNNERS:
        return (403,)
    if method not in methods:
        return (405,)
    return (302,) if method == "POST" else (200,)
