"""Pictures of statistical answers: what ``effect``, ``power``, ``reliability`` and ``meta`` gave.

Each function reads an answer by the names of its JSON and returns an SVG whose title is the
sentence. The table beside a picture is the answer itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from instroom.core.errors import DataError
from instroom.core.texts import Texts
from instroom.drawing.canvas import Width
from instroom.drawing.charts.curves import Curve, Mark, curve_chart
from instroom.drawing.charts.forest import EffectRow, forest_chart
from instroom.drawing.charts.funnel import TrialPoint, funnel_chart

Found = Mapping[str, Any]


def effect_plot(found: Found, *, language: str = "nl", width: Width = "wide") -> str:
    """Draw an effect with its interval, in points, and what stands beside it.

    Subgroups, unsure links and school means are rows of their own, so that a reader sees at a
    glance whether the answer depends on them.

    Raises
    ------
    DataError
        ``nothing_to_draw`` when the answer has no estimate.
    """
    t = Texts(language)
    if found.get("estimate") is None:
        raise _nothing(found)
    rows = [_row(t("alle leerlingen"), found)]
    rows += [_row(str(group["group"]), group) for group in found.get("by", [])]
    links = found.get("links") or {}
    beside = (
        ("weighted", t("ook met onzekere koppelingen")),
        ("school_means", t("zonder koppelen, per school")),
    )
    rows += [
        _row(label, links[key])
        for key, label in beside
        if links.get(key) and links[key]["estimate"] is not None
    ]
    binary = found.get("family") == "binomial"
    return forest_chart(
        rows,
        None,
        axis_label=t("verschil, in log-odds") if binary else t("verschil, in punten"),
        name="effect",
        title=found["wording"].get(language) or found["wording"]["nl"],
        description=_told(rows, t),
        language=language,
        width=width,
    )


def meta_plot(found: Found, *, language: str = "nl", width: Width = "wide") -> str:
    """Draw the studies under each other, all together, and where a new study may end up."""
    t = Texts(language)
    if found.get("estimate") is None:
        raise _nothing(found)
    rows = [
        EffectRow(str(s["study"]), s["effect"], s["ci"][0], s["ci"][1], s["weight"])
        for s in found["studies"]
        if s["weight"] is not None
    ]
    moderated = len(found.get("coefficients") or ()) > 1  # then the estimate is an intercept
    summary = None if moderated else EffectRow(t("samen"), found["estimate"], *found["ci"])
    ahead = None if moderated else found["prediction"]
    prediction = (
        EffectRow(t("een nieuwe studie"), found["estimate"], ahead[0], ahead[1])
        if ahead and ahead[0] is not None
        else None
    )
    return forest_chart(
        rows,
        summary,
        prediction=prediction,
        axis_label=t("effect"),
        name="meta",
        title=t("Effecten van studies")
        if moderated
        else t("Effecten van studies en wat ze samen zeggen"),
        description=_told([*([summary] if summary else []), *rows], t),
        language=language,
        width=width,
    )


def bias_plot(found: Found, *, language: str = "nl", width: Width = "wide") -> str:
    """Draw every study's effect against its standard error: are small studies prettier?"""
    t = Texts(language)
    if found.get("estimate") is None:
        raise _nothing(found)
    points = [TrialPoint(s["effect"], s["se"]) for s in found["studies"] if s["weight"] is not None]
    return funnel_chart(
        points,
        found["estimate"],
        axis_label=t("effect"),
        error_label=t("standaardfout"),
        name="bias",
        title=t("Kleine studies naast grote"),
        description=t(
            "Elke stip is een studie; onderaan staan kleine studies. Liggen die vooral aan een "
            "kant, dan ontbreken er misschien studies."
        ),
        language=language,
        width=width,
    )


def power_plot(found: Found, *, language: str = "nl", width: Width = "wide") -> str:
    """Draw the smallest effect a design finds, over the number of schools."""
    t = Texts(language)
    curve = found.get("curve") or {}
    kept = [
        (x, y)
        for x, y in zip(curve.get("schools", []), curve.get("mdes", []), strict=True)
        if y is not None
    ]
    if len(kept) < 2 or found["mdes"] is None:
        raise _nothing(found)
    xs, ys = zip(*kept, strict=True)
    marks = (
        [Mark(found["effect"], t("het effect dat u verwacht"))]
        if found.get("effect") is not None
        else []
    )
    return curve_chart(
        [Curve(t("te vinden effect"), tuple(map(float, xs)), tuple(map(float, ys)), dots=True)],
        name="power",
        title=t(
            "Met {n} scholen vindt deze opzet een effect vanaf {d}.",
            n=found["schools"],
            d=t.number(found["mdes"], digits=2),
        ),
        description=t("Hoe meer scholen, hoe kleiner het effect dat te vinden is."),
        language=language,
        width=width,
        x_title=t("scholen"),
        y_title=t("kleinste te vinden effect, in standaarddeviaties"),
        marks=marks,
    )


def reliability_plot(found: Found, *, language: str = "nl", width: Width = "wide") -> str:
    """Draw how strongly every item hangs together with the others, under alpha and its interval."""
    t = Texts(language)
    if found.get("alpha") is None:
        raise _nothing(found)
    rows = [EffectRow(t("de hele schaal (alfa)"), found["alpha"], *found["alpha_ci"])]
    rows += [
        EffectRow(str(item["item"]), item["r_rest"], item["r_rest"], item["r_rest"])
        for item in found["items"]
        if item["r_rest"] is not None
    ]
    return forest_chart(
        rows,
        None,
        axis_label=t("alfa, en per vraag de samenhang met de andere vragen"),
        name="reliability",
        title=t(
            "Alfa is {a}, uit {n} leerlingen.",
            a=t.number(found["alpha"], digits=2),
            n=t.number(found["n"]),
        ),
        description=_told(rows, t),
        language=language,
        width=width,
    )


def _row(label: str, part: Found) -> EffectRow:
    return EffectRow(label, part["estimate"], part["ci"][0], part["ci"][1])


def _told(rows: Sequence[EffectRow], t: Texts) -> str:
    """Return the rows in words, for who cannot see them."""
    return " ".join(
        f"{row.label}: {t.number(row.effect, digits=2)} "
        f"({t.number(row.low, digits=2)} … {t.number(row.high, digits=2)})."
        for row in rows
    )


def _nothing(found: Found) -> DataError:
    return DataError(
        "there is no estimate to draw",
        code="nothing_to_draw",
        found=found.get("reason") or str(found.get("status")),
    )
