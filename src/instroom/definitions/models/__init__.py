"""The shapes of definition files: frozen, no unknown keys, a closed vocabulary.

A definition holds no expressions, templates or conditions. It names columns, codes and
vocabulary words; each word is one function elsewhere.
"""

from instroom.definitions.models.definition_file import (
    Definition,
    DefinitionPart,
    Pattern,
)
from instroom.definitions.models.indicators import (
    Classification,
    ClassificationRule,
    Indicator,
    PipelineDefinition,
    PipelineStep,
    Reasons,
    SeriesBreak,
    Stage,
    StepGroup,
    ToldGroup,
)
from instroom.definitions.models.pages import Chapter, PageDefinition, PageSection, SectionLink
from instroom.definitions.models.programme import (
    Claim,
    Glossary,
    GoalStage,
    Kpi,
    Municipality,
    Places,
    Region,
    Term,
    TilePosition,
)
from instroom.definitions.models.sources import (
    Check,
    Code,
    CodeList,
    Column,
    Fetch,
    Periods,
    Publisher,
    Recognise,
    SourceDefinition,
    Values,
)
from instroom.definitions.models.verdicts import (
    OUTCOMES,
    Fluctuation,
    Outcome,
    OutcomeWords,
    Overall,
    VerdictRule,
)

__all__ = [
    "OUTCOMES",
    "Chapter",
    "Check",
    "Claim",
    "Classification",
    "ClassificationRule",
    "Code",
    "CodeList",
    "Column",
    "Definition",
    "DefinitionPart",
    "Fetch",
    "Fluctuation",
    "Glossary",
    "GoalStage",
    "Indicator",
    "Kpi",
    "Municipality",
    "Outcome",
    "OutcomeWords",
    "Overall",
    "PageDefinition",
    "PageSection",
    "Pattern",
    "Periods",
    "PipelineDefinition",
    "PipelineStep",
    "Places",
    "Publisher",
    "Reasons",
    "Recognise",
    "Region",
    "SectionLink",
    "SeriesBreak",
    "SourceDefinition",
    "Stage",
    "StepGroup",
    "Term",
    "TilePosition",
    "ToldGroup",
    "Values",
    "VerdictRule",
]
