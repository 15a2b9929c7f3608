"""What is counted, what is called technical, and the steps that belong together."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from instroom.core.messages import Message
from instroom.core.places import Level
from instroom.core.series import Unit
from instroom.definitions.models.definition_file import Definition, DefinitionPart
from instroom.definitions.models.verdicts import Fluctuation


class Stage(DefinitionPart):
    """One moment at which an indicator is measured, with the observations it needs.

    ``sources``: the first that has a period wins for that period, never added; sources in
    one inner list complete each other (hbo in one file, wo in another) and are added.
    ``counted``: on 1 October, or over a whole school year, as exams are.
    ``part``: the measure that is a part of ``measure`` (repeaters of pupils); without it a
    classification says what the part is.
    ``where``: observation columns and the values that count; ``per_school_type`` adds to it
    for one school type. ``totals``: the value of a dimension that stands for everybody, where
    the publisher gives one. ``missing``: school types that no open file has, with the reason.
    ``question`` is what its page asks, when that differs from what the indicator asks.
    Of a file of flows, ``end`` says at which end people are counted, ``derived`` which columns are
    added first (see :func:`instroom.inflow.flows.arranged`). ``within`` is an indicator whose part
    is everybody who is counted here, of the same place and day: whoever of them this file does not
    tell of may be in the part and may be in the rest.
    """

    title: str
    who: str
    end: Literal["own", "far"] = "own"
    derived: list[Literal["field", "stays"]] = []
    within: str = ""
    counted: Literal["october", "school_year"] = "october"
    sources: list[list[str]] = Field(min_length=1)
    measure: str
    part: str = ""
    where: dict[str, list[str]] = {}
    per_school_type: dict[str, dict[str, list[str]]] = {}
    totals: dict[str, str] = {}
    missing: dict[str, str] = {}
    note: str = ""
    question: str = ""

    @field_validator("sources", mode="before")
    @classmethod
    def _nested(cls, value: object) -> object:
        if not isinstance(value, list):
            return value
        return [item if isinstance(item, list) else [item] for item in value]


class SeriesBreak(DefinitionPart):
    """A first period from which a series counts in another way, and what changed."""

    period: str = Field(min_length=1)
    note: str


class Indicator(Definition):
    """A number with a meaning: what is counted, out of whom, from which sources.

    ``classification`` names a folder of classifications; a ``share`` needs one, a ``count``
    may have one (then only what it calls technical is counted). ``school_types`` are the ones
    counted together when nobody asks for one; ``separate`` the ones shown apart. ``verb`` is what
    those do who are counted, in Dutch: "7 % van de leerlingen" is followed by "blijft zitten". With
    ``verb_many``, what several do, the sentence says numbers: "3 van de 71 scholen werken samen".
    ``fluctuation`` is what chance does to the share, per school type, or of ``all`` together.
    ``breaks`` says per school type from when its years do not compare with those before.
    ``lowest_place`` is the narrowest kind of place that it may be shown for: what tells of setbacks
    of a few pupils is nobody's business at one school, whoever printed it.
    ``question`` is what its page answers, with ``{region}`` for the name of the region.
    ``home`` is the place of its map on the first page of a region: 1 is first, 0 is none.
    """

    measure: Literal["share", "count", "missing"]
    unit: Unit
    place_of: Literal["school", "study", "residence", "none"] = "school"
    stages: dict[str, Stage] = {}
    default_stage: str | None = None
    classification: str | None = None
    default_classification: str | None = None
    school_types: list[str] = []
    separate: list[str] = []
    kinds: list[str] = []
    breakdowns: list[str] = []
    lowest_place: Level = "school"
    better: Literal["higher", "lower", "neither"] = "higher"
    reason: str | None = None
    need: str = ""
    definition: str
    question: str = ""
    verb: str = ""
    verb_many: str = ""
    home: int = 0
    notes: list[str] = []
    order: int = 100
    fluctuation: dict[str, Fluctuation] = {}
    breaks: dict[str, SeriesBreak] = {}

    @model_validator(mode="after")
    def _complete(self) -> "Indicator":
        if self.measure == "missing":
            if not self.reason:
                raise ValueError(Message("an indicator that is missing needs a reason"))
        elif not self.stages:
            raise ValueError(Message("an indicator needs at least one stage with sources"))
        partial = all(stage.part for stage in self.stages.values())
        if self.measure == "share" and not self.classification and not partial:
            raise ValueError(Message("a share needs a classification, or a part in every stage"))
        parts = {"all", *self.school_types, *self.separate}
        for name in (*self.fluctuation, *self.breaks):
            if name not in parts:
                raise ValueError(
                    Message(
                        "'{name}' is no school type of this indicator, nor 'all'",
                        name=name,
                    )
                )
        if self.measure == "share" and not self.verb:
            raise ValueError(Message("a share needs a verb: what those do who are counted"))
        return self

    def broken_since(self, school_type: str = "", until: str = "") -> str:
        """Return the period of the newest break in a series, empty when all its years compare.

        A break of ``all`` breaks every school type, and one of a school type breaks those that are
        counted together with it. ``until`` leaves out breaks after that period.
        """
        parts = {"all", *([school_type] if school_type else self.school_types)}
        found = [one.period for name, one in self.breaks.items() if name in parts]
        return max((one for one in found if not until or one <= until), default="")


class ClassificationRule(DefinitionPart):
    """Which observations count as technical, for some school types (empty: all).

    ``known`` are the values of the column of which it is known whether they count; who has another
    one, or none, may or may not. Without it every value is known.
    """

    school_types: list[str] = []
    column: str
    technical: list[str]
    known: list[str] = []


class Classification(Definition):
    """One answer to "what is technical?"; files of one kind stand in one folder.

    ``choice`` and ``choice_short`` are what a reader chooses who chooses it: what then counts.
    """

    label: str
    choice: str = ""
    choice_short: str = ""
    rules: list[ClassificationRule] = Field(min_length=1)
    source: str
    note: str = ""


class PipelineStep(DefinitionPart):
    """One step of a pipeline: its figure, or the reason why it has none.

    A ``flow`` step is the way between two groups; it has no size of its own. The people of a step
    that names another (``of``) are part of the people counted in that one; on an ``onward`` step
    people go on learning.
    """

    id: str
    title: str
    indicator: str = ""
    school_type: str = ""
    stage: str = ""
    reason: str = ""
    flow: bool = False
    of: str = ""
    onward: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> "PipelineStep":
        if bool(self.indicator) == bool(self.reason):
            raise ValueError(Message("a step needs an indicator, or a reason why it has none"))
        return self


class StepGroup(DefinitionPart):
    """Steps that stand beside each other, and where their people are counted.

    With ``ways`` the steps are where the people of one whole went, drawn as bands; ``whole`` says
    who those are, and their figures have the newest year of their own. ``gap`` tells what changes
    before this group; ``unread`` is the reason said when a group of ways has no figure. ``short``
    is the word in a picture for those whom its shares count; without it, what they do.
    """

    title: str
    place_of: Literal["school", "study"]
    steps: list[PipelineStep] = Field(min_length=1)
    ways: bool = False
    whole: str = ""
    gap: str = ""
    short: str = ""
    unread: str = ""

    @model_validator(mode="after")
    def _parts_have_a_whole(self) -> "StepGroup":
        wholes = {step.id for step in self.steps if not step.of}
        parts = [step.of for step in self.steps if step.of]
        if len(set(parts)) < len(parts) or not wholes.issuperset(parts):
            raise ValueError(Message("a step is the one part of another step of its own group"))
        if parts and not (self.ways and self.short):
            raise ValueError(Message("a part of a way needs a group of ways with a short word"))
        if self.ways != bool(self.whole and self.unread):
            raise ValueError(Message("ways need words for their whole and for when it is unread"))
        return self


class ToldGroup(DefinitionPart):
    """The group whose shares stand in the sentence, and who those are: "with a profile"."""

    group: str
    what: str


class PipelineDefinition(Definition):
    """The steps from primary school to further study, in order.

    ``told`` is the group whose shares are told in words, ``note`` what a reader must know.
    """

    groups: dict[str, StepGroup]
    told: ToldGroup | None = None
    note: str = ""


class Reasons(Definition):
    """Why there is no number: reason code -> plain words."""

    texts: dict[str, str]
