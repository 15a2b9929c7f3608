"""The kinds of definition files: where they stand, what one is called, which texts people read."""

from collections.abc import Iterator
from typing import Literal

from instroom.core.messages import Message
from instroom.definitions import models

KindName = Literal[
    "source",
    "publisher",
    "codes",
    "indicator",
    "classification",
    "pipeline",
    "reasons",
    "verdict",
    "kpi",
    "claim",
    "region",
    "places",
    "alike",
    "page",
    "glossary",
    "organisation_kind",
    "role",
    "ladder",
    "yearly_questions",
    "competence",
]

#: kind -> folder and model; this is the whole list of kinds.
KINDS: dict[KindName, tuple[str, type[models.Definition]]] = {
    "source": ("monitoring/sources", models.SourceDefinition),
    "publisher": ("monitoring/publishers", models.Publisher),
    "codes": ("monitoring/codes", models.CodeList),
    "indicator": ("monitoring/indicators", models.Indicator),
    "classification": ("monitoring/classifications", models.Classification),
    "pipeline": ("monitoring/pipelines", models.PipelineDefinition),
    "reasons": ("monitoring/reasons", models.Reasons),
    "verdict": ("monitoring/verdicts", models.VerdictRule),
    "kpi": ("programme/kpis", models.Kpi),
    "claim": ("region/claims", models.Claim),
    "region": ("region/regions", models.Region),
    "places": ("region/places", models.Places),
    "alike": ("region/alike", models.AlikeSchools),
    "page": ("reports/pages", models.PageDefinition),
    "glossary": ("glossary", models.Glossary),
    "organisation_kind": ("region/organisation_kinds", models.OrganisationKind),
    "role": ("programme/roles", models.Role),
    "ladder": ("inflow/ladders", models.Ladder),
    "yearly_questions": ("inflow/yearly_questions", models.YearlyQuestions),
    "competence": ("inflow/competences", models.Competence),
}

#: What one of a kind is called, and more of them, in the reader's language.
_CALLED: dict[KindName, tuple[Message, Message]] = {
    "source": (Message("source"), Message("sources")),
    "publisher": (Message("publisher"), Message("publishers")),
    "codes": (Message("code list"), Message("code lists")),
    "indicator": (Message("indicator"), Message("indicators")),
    "classification": (Message("classification"), Message("classifications")),
    "pipeline": (Message("pipeline"), Message("pipelines")),
    "reasons": (Message("list of reasons"), Message("lists of reasons")),
    "verdict": (Message("rule for a verdict"), Message("rules for a verdict")),
    "kpi": (Message("goal"), Message("goals")),
    "claim": (Message("claim"), Message("claims")),
    "region": (Message("region"), Message("regions")),
    "places": (Message("list of places"), Message("lists of places")),
    "alike": (Message("rule for schools alike"), Message("rules for schools alike")),
    "page": (Message("page"), Message("pages")),
    "glossary": (Message("glossary"), Message("glossaries")),
    "organisation_kind": (Message("kind of organisation"), Message("kinds of organisation")),
    "role": (Message("role"), Message("roles")),
    "ladder": (Message("ladder"), Message("ladders")),
    "yearly_questions": (Message("set of yearly questions"), Message("sets of yearly questions")),
    "competence": (Message("competence"), Message("competences")),
}

#: Kind -> the texts of its files that people read: what translators are asked for.
SPOKEN: dict[KindName, tuple[str, ...]] = {
    "indicator": (
        "title",
        "question",
        "definition",
        "verb",
        "verb_many",
        "need",
        "notes",
        "breaks.note",
        "stages.title",
        "stages.who",
        "stages.note",
        "stages.question",
    ),
    "classification": ("title", "label", "choice", "choice_short", "source", "note"),
    "codes": ("codes.title", "codes.grown"),
    "pipeline": (
        "title",
        "note",
        "told.what",
        "groups.title",
        "groups.whole",
        "groups.gap",
        "groups.short",
        "groups.steps.title",
    ),
    "reasons": ("texts",),
    "verdict": ("outcomes.title", "outcomes.short", "outcomes.note", "outcomes.chip", "overall"),
    "kpi": ("title", "need", "stages.label", "stages.small"),
    "claim": (
        "title",
        "found",
        "seed",
        "because",
        "cited",
        "compared.label",
        "picture.caption",
        "facts.what",
        "facts.note",
        "facts.shares.label",
    ),
    "glossary": ("terms.meaning",),
    "page": (
        "title",
        "lead",
        "menu",
        "sections.heading",
        "sections.paragraphs",
        "sections.links.text",
    ),
    "alike": (
        "answer",
        "sentence",
        "dated",
        "school_types",
        "questions",
        "surroundings.classes.title",
        "beside.same",
        "beside.apart",
        "beside.short",
        "beside.outcomes",
    ),
    "source": ("title", "note"),
    "region": ("note",),
    "organisation_kind": ("title",),
    "role": ("title", "description"),
    "ladder": (
        "title",
        "rungs.title",
        "rungs.meaning",
        "conditions.met",
        "conditions.lacking",
    ),
    "yearly_questions": (
        "title",
        "lead",
        "published",
        "questions.title",
        "questions.hint",
        "questions.options.title",
    ),
    "competence": ("title", "counts", "refresh"),
}


def called(kind: KindName, n: int = 1) -> Message:
    """Return what one of a kind is called, or what several are.

    Examples
    --------
    >>> called("codes"), called("codes", 2)
    ('code list', 'code lists')
    """
    one, more = _CALLED[kind]
    return one if n == 1 else more


def kind_of(model: type[models.Definition]) -> KindName:
    """Return the kind whose files have this shape."""
    return next(kind for kind, (_, shape) in KINDS.items() if shape is model)


def spoken(kind: KindName, item: models.Definition) -> Iterator[str]:
    """Yield the texts of a file that people read."""
    for path in SPOKEN.get(kind, ()):
        yield from filter(None, _values(item, path.split(".")))


def _values(item: object, names: list[str]) -> Iterator[str]:
    if isinstance(item, dict | list):
        for part in item.values() if isinstance(item, dict) else item:
            yield from _values(part, names)
    elif item is None:
        return
    elif names:
        yield from _values(getattr(item, names[0]), names[1:])
    else:
        yield str(item)
