"""What a definition means that leaves things out, and which half definitions are refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from instroom.definitions import models
from instroom.definitions.models.pages import PageDefinition
from instroom.definitions.models.sources import Column, Fetch, Recognise, Values

STAGE = {"title": "t", "who": "leerlingen", "sources": ["a"], "counted": "october", "measure": "m"}
SHARE = {
    "id": "i", "title": "t", "measure": "share", "unit": "pupils", "definition": "d",
    "verb": "doet", "classification": "c", "stages": {"one": STAGE},
}  # fmt: skip
SOURCE = {
    "id": "s", "title": "t", "publisher": "p", "licence": "l", "periods": {"kind": "none"},
    "columns": {"k": {"names": ["K"], "role": "school", "required": True}},
    "checks": [{"kind": "unique"}],
}  # fmt: skip


def refused(model: type, data: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    return str(caught.value)


def indicator(**changes: Any) -> dict[str, Any]:
    return {**SHARE, **changes}


def stage(**changes: Any) -> dict[str, Any]:
    return {**STAGE, **changes}


def test_an_indicator_says_only_what_stands_in_its_file() -> None:
    found = models.Indicator.model_validate(SHARE)
    assert (found.home, found.order, found.better, found.place_of) == (0, 100, "higher", "school")
    assert (found.school_types, found.separate, found.kinds, found.breakdowns) == ([], [], [], [])
    assert (found.default_stage, found.default_classification, found.reason) == (None, None, None)
    assert found.stages["one"].sources == [["a"]]
    together = models.Indicator.model_validate(indicator(stages={"x": stage(sources=[["a", "b"]])}))
    assert together.stages["x"].sources == [["a", "b"]]


def test_a_source_says_only_what_stands_in_its_file() -> None:
    found = models.SourceDefinition.model_validate(SOURCE)
    assert found.periods.plausible == (1980, 2040)
    assert (found.role, found.reader, found.unit, found.fetch) == (
        "observations", "table", "pupils", None,
    )  # fmt: skip
    rules = Recognise()
    assert (rules.at_least_rows, rules.exact, rules.share_known, rules.twins) == (0, False, 0.6, [])
    values = Values(pattern="x")
    assert (values.type, values.required, values.below_zero) == ("count", True, False)
    column = Column(names=["x"], role="r")
    assert (column.required, column.type) == (False, "text")
    assert models.Check(kind="unique").allow == 0
    assert Fetch(kind="file", path="x").dataset == ""


def test_a_share_needs_to_know_its_part_in_every_stage() -> None:
    bare = indicator(classification=None)
    assert "part in every stage" in refused(models.Indicator, bare)
    half = {"one": stage(part="p"), "two": STAGE}
    assert "part in every stage" in refused(models.Indicator, {**bare, "stages": half})
    whole = {"one": stage(part="p"), "two": stage(part="q")}
    assert models.Indicator.model_validate({**bare, "stages": whole}).classification is None
    count = indicator(classification=None, measure="count", verb="")
    assert models.Indicator.model_validate(count).verb == ""


def test_a_half_indicator_is_refused_with_what_it_needs() -> None:
    assert "needs a verb" in refused(models.Indicator, indicator(verb=""))
    for measure in ("share", "count"):
        said = refused(models.Indicator, indicator(stages={}, measure=measure))
        assert "at least one stage" in said
    missing = indicator(measure="missing", stages={})
    assert "needs a reason" in refused(models.Indicator, missing)
    assert models.Indicator.model_validate({**missing, "reason": "r"}).stages == {}
    assert refused(models.Indicator, indicator(stages={"one": stage(sources="a")}))


@pytest.mark.parametrize(
    ("step", "right"),
    [
        ({"indicator": "i"}, True),
        ({"reason": "r"}, True),
        ({}, False),
        ({"indicator": "i", "reason": "r"}, False),
    ],
)
def test_a_step_has_a_figure_or_a_reason_and_not_both(step: dict[str, str], right: bool) -> None:
    wanted = {"id": "s", "title": "t", **step}
    if right:
        assert not models.PipelineStep.model_validate(wanted).flow
    else:
        assert "an indicator, or a reason" in refused(models.PipelineStep, wanted)


def test_a_table_needs_a_key_and_a_list_of_codes_none() -> None:
    free = {"k": {"names": ["K"], "role": "school"}}
    more = {**SOURCE["columns"], **free, "l": {"names": ["L"], "role": "x"}}
    assert "(key) column" in refused(models.SourceDefinition, {**SOURCE, "columns": {}})
    assert "(key) column" in refused(models.SourceDefinition, {**SOURCE, "columns": free})
    one = {**more, "k": SOURCE["columns"]["k"]}
    assert models.SourceDefinition.model_validate({**SOURCE, "columns": one})
    assert models.SourceDefinition.model_validate({**SOURCE, "columns": {}, "reader": "workbook"})


@pytest.mark.parametrize(
    ("allow", "right"), [(0, True), (0.049, True), (0.05, False), (-0.1, False)]
)
def test_publishers_may_err_in_less_than_one_cell_in_twenty(allow: float, right: bool) -> None:
    wanted = {"kind": "sum", "allow": allow}
    if right:
        assert models.Check.model_validate(wanted).allow == allow
    else:
        assert "allow" in refused(models.Check, wanted)


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (models.SourceDefinition, {"checks": []}),
        (models.SourceDefinition, {"columns": {"k": {"names": [], "role": "school"}}}),
        (models.SourceDefinition, {"unknown": 1}),
        (models.SourceDefinition, {"values": [{"pattern": "("}]}),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_a_source_cannot_do_without_or_with_is_named(model, field) -> None:
    assert next(iter(field)) in refused(model, {**SOURCE, **field})


def test_anchors_of_a_page_are_different() -> None:
    page = {"id": "p", "title": "t", "chapter": "over", "lead": "l"}

    def sections(*anchors: str) -> list[dict[str, Any]]:
        return [{"anchor": a, "heading": "h", "paragraphs": ["p"]} for a in anchors]

    found = PageDefinition.model_validate({**page, "sections": sections("a", "b")})
    assert (found.order, found.menu, len(found.sections)) == (80, "", 2)
    assert "'b' stands here twice" in refused(
        PageDefinition, {**page, "sections": sections("c", "b", "b", "c")}
    )
    for bad in ([], sections("A"), sections("-a"), sections("")):
        assert "sections" in refused(PageDefinition, {**page, "sections": bad})
    assert "paragraphs" in refused(
        PageDefinition,
        {**page, "sections": [{"anchor": "a", "heading": "h", "paragraphs": []}]},
    )
