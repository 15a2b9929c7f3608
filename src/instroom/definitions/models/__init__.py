"""The shapes of definition files: frozen, no unknown keys, a closed vocabulary.

A definition holds no expressions, templates or conditions. It names columns, codes and
vocabulary words; each word is one function elsewhere.
"""

from instroom.definitions.models.definition_file import (
    Definition,
    Part,
    Pattern,
)
from instroom.definitions.models.indicators import (
    Classification,
    Indicator,
    PipelineDefinition,
    Reasons,
    Rule,
    Stage,
    Step,
    StepGroup,
)
from instroom.definitions.models.programme import (
    Claim,
    Glossary,
    Kpi,
    Municipality,
    Places,
    Region,
    Term,
    Tile,
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
    Source,
    Values,
)

__all__ = [
    "Check",
    "Claim",
    "Classification",
    "Code",
    "CodeList",
    "Column",
    "Definition",
    "Fetch",
    "Glossary",
    "Indicator",
    "Kpi",
    "Municipality",
    "Part",
    "Pattern",
    "Periods",
    "PipelineDefinition",
    "Places",
    "Publisher",
    "Reasons",
    "Recognise",
    "Region",
    "Rule",
    "Source",
    "Stage",
    "Step",
    "StepGroup",
    "Term",
    "Tile",
    "Values",
]
