"""The cast: one person for every role, in a file that all take them from."""

from collections import Counter

import pytest
from pydantic import ValidationError

from instroom.definitions import registry
from instroom.programme.cast import CastMember, cast, is_played
from instroom.sources.example import example_schools

ANNA = cast()["anna"].model_dump()


def test_every_role_has_one_person_and_every_person_a_role_that_is_there() -> None:
    assert Counter(one.role for one in cast().values()) == Counter(list(registry.roles()))


@pytest.mark.parametrize("one", cast().values(), ids=lambda one: one.id)
def test_a_role_within_an_organisation_has_one_of_the_example_region(one: CastMember) -> None:
    places = {"school": set(), "board": set()}
    for school in [s for kind in ("secondary", "primary") for s in example_schools(kind, "small")]:
        places["school"].add(school.code)
        places["board"].add(f"BG{school.board}")
    kinds = registry.roles()[one.role].organisation_kinds
    assert (one.of in set().union(*(places[kind] for kind in kinds))) if kinds else one.of == ""


def test_no_two_are_taken_for_each_other() -> None:
    people = list(cast().values())
    for names in ([p.email for p in people], [p.first_name for p in people]):
        assert len(set(names)) == len(people)


def test_who_is_not_in_the_cast_is_not_played() -> None:
    assert is_played("anna@voorbeeld.example")
    assert not is_played("anna@voorbeeld.nl") and not is_played("")


@pytest.mark.parametrize("wrong", [{"email": "anna@voorbeeld.nl"}, {"sess": "alles"}])
def test_an_address_that_somebody_can_have_and_an_unknown_key_are_refused(
    wrong: dict[str, str],
) -> None:
    with pytest.raises(ValidationError):
        CastMember(**{**ANNA, **wrong})
