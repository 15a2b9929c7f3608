"""Pages of which every word stands in a file: how we work, accessibility, chapters to come."""

from typing import Annotated, Literal

from pydantic import Field

from instroom.definitions.models.definition_file import Definition, DefinitionPart

#: The chapters of the programme outline that a page can stand in, and ``over``: about this site.
Chapter = Literal["opgave", "programma", "instroom", "monitoring", "leren", "over"]


class SectionLink(DefinitionPart):
    """A link below a section: its words, and the key of the page it leads to."""

    text: str
    page: str


class PageSection(DefinitionPart):
    """A heading with paragraphs; ``anchor`` is its name in the address."""

    anchor: Annotated[str, Field(pattern=r"^[a-z][a-z-]*$")]
    heading: str
    paragraphs: list[str]
    links: list[SectionLink] = []


class PageDefinition(Definition):
    """A page of words. With ``menu`` it stands in the foot of every page, by ``order``."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z-]*$")]
    chapter: Chapter
    lead: str
    sections: list[PageSection]
    menu: str = ""
    order: int = 80
