"""The matrix of goals, targets and values, by hand: what each persona may do there.

Whoever sees schools sees the scoreboard and what was approved; what still waits is for those who
enter or decide, and nobody decides of their own.
"""

from uuid import UUID

from instroom_web.programme import actions
from instroom_web.programme.models import APPROVED, AmountVersion

GOAL = "3_technical_profile"
_STICK = f"{GOAL}:technical_profile_share:exam:havo"
_FILLED = {"kind": "target", "yardstick": _STICK, "place": "twente", "gender": "",
           "period": "2029-2030", "percent": "40", "reason": "reden"}  # fmt: skip
SEES = {"programme_office", "project_leader", "board_secretary", "school_leader", "two_roles"}
ENTERS = {"programme_office", "project_leader"}
DECIDES = {"programme_office"}
#: Route -> who is let in, the methods, and the addresses with whether there is such a thing.
ROUTES = {
    "LANG/work/unconfirmed/": (SEES, "GET HEAD", [("", True)]),
    "LANG/work/goals/": (SEES, "GET HEAD", [("", True)]),
    "LANG/work/goals/<slug:goal>/": (SEES, "GET HEAD", [(GOAL, True), ("none", False)]),
    "LANG/work/goals/<slug:goal>/enter/": (
        ENTERS, "GET HEAD POST", [(GOAL, True), ("none", False), ("7_german_approach", False)],
    ),
    "LANG/work/amounts/": (ENTERS, "GET HEAD", [("", True)]),
    "LANG/work/amounts/<uuid:uuid>/decide/": (
        DECIDES, "POST", [("WAITING", True), (str(UUID(int=4)), False)],
    ),
}  # fmt: skip


def add(cast) -> None:
    """Enter one version that waits and one that was approved; each holds a made-up word."""
    leader = cast.persons["project_leader"].uuid
    for n, name in enumerate(("waiting", "approved")):
        given = actions.GivenAmount(
            kind="target", yardstick=_STICK, place="twente", period=f"{2027 + n}-{2028 + n}",
            low=0.4, high=0.4, reason=cast.word("amount", name, "reason"),
        )  # fmt: skip
        row = actions.propose(given, by=leader)
        if name == "approved":
            actions.decide(row, APPROVED, by=UUID(int=9))


def seen_by(persona: str, name: str) -> bool:
    """Return whether somebody may read the reason of the version that waits, or was approved."""
    return persona in (ENTERS if name == "waiting" else SEES)


def cells(persona: str, mine: set[str], methods, *, outside: bool) -> list[dict[str, object]]:
    """Return what is tried, as the cells of the matrix take it."""
    waiting = str(AmountVersion.objects.get(decided="").uuid)
    found = []
    for route, (inside, allowed, things) in ROUTES.items():
        for name, there in things:
            key = waiting if name == "WAITING" else name
            address = "/" + route.replace("<slug:goal>", key).replace("<uuid:uuid>", key)
            for method in methods:
                status = 200 if method != "POST" else 302
                status = 404 if not there else status
                status = 405 if method not in allowed.split() else status
                status = 302 if outside else status if persona in inside else 403
                data = {} if method != "POST" else _FILLED | {"decision": "approved"}
                sound = there and method == "POST" == allowed.split()[-1]
                found.append({
                    "route": route, "address": address, "method": method, "expected": (status,),
                    "words": mine, "data": data, "leads": "/account/login/" if outside else "",
                    "changes": sound and persona in inside and not outside,
                })  # fmt: skip
    return found
