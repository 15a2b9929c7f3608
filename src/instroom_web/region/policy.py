"""Who may do what with an organisation: pure functions of memberships, asked by every getter."""

from collections.abc import Iterable
from dataclasses import dataclass

from instroom.definitions import registry
from instroom.definitions.models import Ability, Role


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A membership as a policy sees it: a role that counts today, and of which organisation."""

    role: str
    organisation: int | None = None


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """A school as a policy sees it: itself and the organisations it belongs to."""

    school: int
    board: int | None = None


def may(ability: Ability, school: SchoolLine, held: Iterable[HeldRole]) -> bool:
    """Return whether somebody with these roles may do this with a school.

    A role of the region reaches every school; another one its own school, or those of its board.
    A role that no definition knows may do nothing.
    """
    return any(ability in abilities_of(one) and _reaches(one, school) for one in held)


def anywhere(ability: Ability, held: Iterable[HeldRole]) -> bool:
    """Return whether somebody may do this with any school at all."""
    return any(ability in abilities_of(one) for one in held)


def of_the_region(ability: Ability, held: Iterable[HeldRole]) -> bool:
    """Return whether somebody may do this with every school of the region."""
    return any(
        ability in abilities_of(one) and registry.roles()[one.role].reach == "region"
        for one in held
    )


def may_give(role: str, place: SchoolLine | None, held: Iterable[HeldRole]) -> bool:
    """Return whether somebody may make another this (``place`` None: in the whole region).

    Nobody gives more than they have, and where they do not reach. Who gives roles of one
    organisation gives them in what belongs to it, not in that organisation itself: a board's
    secretary makes no second one. Who keeps the machine gives accounts (``role`` empty) and makes
    others keep it, and nothing else. The same is asked of who ends a role.
    """
    held = list(held)
    if not role or role not in registry.roles() or "manage_site" in registry.roles()[role].may:
        return place is None and _gives_accounts(role, held)
    wanted = registry.roles()[role].may
    if place is None:
        return all(of_the_region(ability, held) for ability in (*wanted, "invite_people"))
    below = [one for one in held if one.organisation != place.school]
    return all(may(ability, place, below) for ability in (*wanted, "invite_people"))


def _gives_accounts(role: str, held: list[HeldRole]) -> bool:
    known = not role or role in registry.roles()
    return known and of_the_region("manage_site", held)


def guards_the_door(role: str) -> bool:
    """Return whether somebody must have this role: nobody else could let people in."""
    known = known_role(role)
    return known is not None and known.reach == "region" and "invite_people" in known.may


def known_role(role: str) -> Role | None:
    """Return the definition of a role; None when there is none by this name."""
    if role not in registry.roles():
        return None
    return registry.roles()[role]


def abilities_of(held: HeldRole) -> frozenset[Ability]:
    """Return what a role may do, where it reaches."""
    known = registry.roles()
    return frozenset(known[held.role].may) if held.role in known else frozenset()


def _reaches(held: HeldRole, school: SchoolLine) -> bool:
    if registry.roles()[held.role].reach == "region":
        return held.organisation is None
    return held.organisation is not None and held.organisation in (school.school, school.board)
