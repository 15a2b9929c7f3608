"""The schools of the invented region, without reading its files."""

from itertools import islice

from instroom.inflow.ledger import RegisteredSchool
from instroom.sources.example import School, example_schools


def _registered(one: School, sector: str) -> RegisteredSchool:
    return RegisteredSchool(one.code, one.name, sector, one.town.code, f"BG{one.board}")


#: As many as the lists of addresses hold: 59 primary schools, and 12 secondary ones.
SCHOOLS = [
    *(_registered(one, "vo") for one in example_schools("secondary", "small")),
    *(
        _registered(one, "po")
        for one in islice((s for s in example_schools("primary", "small") if s.kind == "BO"), 59)
    ),
]
