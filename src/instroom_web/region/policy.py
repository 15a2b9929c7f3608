"""Who may do what with an organisation: pure functions of memberships, asked by every getter."""

from collections.abc import Iterable
from dataclasses import dataclass

from instroom.definitions import registry
from instroom.definitions.models import Ability


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


def abilities_of(held: HeldRole) -> frozenset[Ability]:
    """Return what a role may do, where it reaches."""
    known = registry.roles()
    return frozenset(known[held.role].may) if held.role in known else frozenset()


def _reaches(held: HeldRole, school: SchoolLine) -> bool:
    if registry.roles()[held.role].reach == "region":
        return held.organisation is None
    return held.organisation is not None and held.organisation in (school.school, school.board)
