"""Pages of which every word stands in a file: how we work, accessibility, chapters to come."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from instroom.core.messages import Message
from instroom.definitions.models.definition_file import Definition, DefinitionPart

#: The chapters of the programme outline that a page can stand in, and ``over``: about this site.
Chapter = Literal["opgave", "programma", "instroom", "monitoring", "leren", "over"]


Words = Annotated[str, Field(min_length=1)]


class SectionLink(DefinitionPart):
    """A link below a section: its words, and the key of the page it leads to."""

    text: Words
    page: Words


class PageSection(DefinitionPart):
    """A heading with paragraphs; ``anchor`` is its name in the address.

    ``figures`` are indicators of which the newest figure of the region stands below it, in a
    sentence, with that of the country; or why there is none. ``ways`` is a pipeline whose ways are
    drawn above them.
    """

    anchor: Annotated[str, Field(pattern=r"^[a-z][a-z-]*$")]
    heading: Words
    paragraphs: Annotated[list[Words], Field(min_length=1)]
    links: list[SectionLink] = []
    figures: list[Words] = []
    ways: str = ""


def _distinct(sections: list[PageSection]) -> list[PageSection]:
    anchors = [section.anchor for section in sections]
    double = sorted({anchor for anchor in anchors if anchors.count(anchor) > 1})
    if double:
        raise ValueError(Message("the anchor '{value}' stands here twice", value=double[0]))
    return sections


class PageDefinition(Definition):
    """A page of words. With ``menu`` it stands in the foot of every page, by ``order``."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z-]*$")]
    chapter: Chapter
    title: Words
    lead: Words
    sections: Annotated[list[PageSection], Field(min_length=1), AfterValidator(_distinct)]
    menu: str = ""
    order: int = 80
