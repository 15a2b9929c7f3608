"""The cast: the people of the invented region, one for every role, in one file.

It is no kind of definition: nothing of a real region is in it, and no overlay changes it.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

#: The file that all take the people from.
FILE = Path(__file__).with_name("cast.toml")


class CastMember(BaseModel):
    """Somebody invented, with a role, and what they see and do not see in words.

    ``of`` is the code of a school, board or municipality of the example region, or the name of a
    company or provider; empty for a role of the region. ``side`` is one of the three O's, of a role
    that speaks for one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    full_name: str
    email: str = Field(pattern=r"^[a-z]+@voorbeeld\.example$")
    role: str
    of: str = ""
    side: str = ""
    sees: str
    does_not_see: str

    @property
    def first_name(self) -> str:
        """The name as people call them."""
        return self.full_name.partition(" ")[0]


@cache
def cast() -> Mapping[str, CastMember]:
    """Return the people by their id, in the order of the file.

    Examples
    --------
    >>> cast()["anna"].full_name, cast()["anna"].role
    ('Anna de Vries', 'programme_office')
    """
    found = tomllib.loads(FILE.read_text("utf-8"))
    return MappingProxyType({key: CastMember(id=key, **facts) for key, facts in found.items()})


def is_played(email: str) -> bool:
    """Return whether an address is of somebody in the cast."""
    return any(one.email == email for one in cast().values())
