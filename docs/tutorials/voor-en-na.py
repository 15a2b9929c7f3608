"""From a file of scores to an honest paragraph, in Dutch; ``make notebooks`` opens it."""

import marimo

app = marimo.App(width="medium", app_title="Van voor en na naar een eerlijke alinea")


@app.cell
def _():
    import os
    import tempfile
    from pathlib import Path

    import marimo as mo
    import numpy as np

    from instroom import api
    from instroom.core.texts import Texts
    from instroom.monitoring.answer_pictures import effect_plot, reliability_plot

    say = Texts("nl").number

    def picture(svg):
        """Show a drawing with room for letters wider than those of the pages."""
        style = "<style>.picture {overflow: visible}</style>"
        return mo.Html(f'<div style="padding: 0 32px">{style}{svg}</div>')

    return Path, api, effect_plot, mo, np, os, picture, reliability_plot, say, tempfile


@app.cell
def _(mo):
    mo.md(
        """
        # Van voor en na naar een eerlijke alinea

        Je hebt een bestand met een regel per leerling: de school, of zij meedeed, en wat zij voor en
        na het project antwoordde. Aan het eind van dit notitieboek staat een alinea die je in een
        verslag mag zetten.

        Hieronder staat een voorbeeld met **verzonnen** antwoorden. Wil je je eigen bestand gebruiken?
        Zet dan het pad in de omgevingsvariabele `INSTROOM_SCORES` en pas de namen van de kolommen aan.
        """
    )
    return


@app.cell
def _(Path, np, os, tempfile):
    def example(path):
        """Write invented answers: 16 schools, half of them in a project; 4 items before and after."""
        rng = np.random.default_rng(2026)
        school = np.repeat(np.arange(1, 17), rng.integers(18, 32, 16))
        joined = school % 2
        trait = rng.normal(0, 1, len(school)) + rng.normal(0, 0.25, 17)[school]
        later = 0.75 * trait + 0.35 * joined + rng.normal(0, 0.6, len(school))
        columns = {"school": school, "deed_mee": joined}
        for moment, level in (("voor", trait), ("na", later)):
            for item in range(1, 5):
                answer = np.round(3 + 0.7 * level + rng.normal(0, 0.7, len(school)))
                columns[f"{moment}{item}"] = np.clip(answer, 1, 5).astype(int)
        absent = rng.random(len(school)) < 0.06
        rows = [",".join(columns)]
        for i in range(len(school)):
            cells = [
                "" if name.startswith("na") and absent[i] else str(values[i])
                for name, values in columns.items()
            ]
            rows.append(",".join(cells))
        path.write_text("\n".join(rows) + "\n", "utf-8")
        return path

    given = os.environ.get("INSTROOM_SCORES")
    answers = Path(given) if given else example(Path(tempfile.mkdtemp()) / "antwoorden.csv")
    before, after = [[f"{moment}{i}" for i in range(1, 5)] for moment in ("voor", "na")]
    return after, answers, before


@app.cell
def _(after, answers, api, before, mo, picture, reliability_plot, say):
    scales = {
        "voor": api.reliability(answers, items=before, range="1:5"),
        "na": api.reliability(answers, items=after, range="1:5"),
    }
    mo.vstack(
        [
            mo.md("## Meet de schaal goed genoeg?"),
            mo.ui.table(
                [
                    {
                        "meting": name,
                        "leerlingen": one["n"],
                        "alfa": say(one["alpha"], digits=2),
                        "alfa tussen": " en ".join(say(x, digits=2) for x in one["alpha_ci"]),
                        "omega": say(one["omega"], digits=2),
                    }
                    for name, one in scales.items()
                ],
                selection=None,
            ),
            mo.md("Onder 0,70 is een schaal te grof om een klein verschil te zien."),
            picture(reliability_plot(scales["na"])),
        ]
    )
    return (scales,)


@app.cell
def _(Path, after, answers, before, np, tempfile):
    import csv

    def with_means(source, target):
        """Write a mean score per pupil for either moment; a skipped item makes it missing."""
        with source.open(encoding="utf-8") as opened:
            rows = list(csv.DictReader(opened))
        lines = ["school,deed_mee,start,interesse"]
        for row in rows:
            means = []
            for items in (before, after):
                values = [row[item] for item in items]
                complete = all(values)
                means.append(f"{np.mean([float(v) for v in values]):.4f}" if complete else "")
            lines.append(",".join([row["school"], row["deed_mee"], *means]))
        target.write_text("\n".join(lines) + "\n", "utf-8")
        return target

    scores = with_means(answers, Path(tempfile.mkdtemp()) / "scores.csv")
    return (scores,)


@app.cell
def _(api, effect_plot, mo, picture, say, scores):
    found = api.effect(
        scores,
        outcome="interesse",
        baseline="start",
        treatment="deed_mee",
        groups=["school"],
        allocation="matched",
    )
    rows = {
        "verschil in punten": " tot ".join(say(x, digits=2) for x in found["ci"])
        + f", het meest waarschijnlijk {say(found['estimate'], digits=2)}",
        "in standaarddeviaties": say(found["hedges_g"], digits=2),
        "kleinste effect dat te vinden was": say(found["mdes"], digits=2),
        "scholen": say(found["groups"]["school"]),
        "leerlingen": say(found["n"]),
        "zonder nameting": say(found["dropped"]),
        "verschil bij de start, in standaarddeviaties": say(found["baseline_difference"], digits=2),
        "niveau van bewijs": f"{found['maryland_level']} van 5",
    }
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    mo.vstack(
        [
            mo.md(f"## Het verschil\n\n| | |\n|:---|---:|\n{table}"),
            picture(effect_plot(found)),
        ]
    )
    return (found,)


@app.cell
def _(found, mo, say, scales):
    def paragraph(effect, scale):
        """Return what may stand in a report: the sentence, who is missing, how fine it measures."""
        gone = round(100 * effect["attrition"]["overall"])
        alpha = say(scale["alpha"], digits=2)
        fine = (
            f"De schaal meet nauwkeurig genoeg (alfa {alpha})."
            if scale["alpha"] >= 0.7
            else f"De schaal is grof (alfa {alpha}): kleine verschillen zijn niet te zien."
        )
        return " ".join(
            [
                effect["wording"]["nl"],
                f"Van {gone} van de 100 leerlingen is er geen nameting.",
                fine,
                f"Een effect kleiner dan {say(effect['mdes'], digits=2)} standaarddeviatie was met "
                "deze opzet meestal niet te vinden.",
            ]
        )

    text = paragraph(found, scales["na"])
    mo.md(f"## De alinea\n\n> {text}")
    return (text,)


@app.cell
def _(found, mo):
    mo.md(
        "## Wat je ook mag zeggen, en niet meer\n\n"
        + "\n".join(f"- niveau {one['level']}: {one['nl']}" for one in found["weaker"])
    )
    return


if __name__ == "__main__":
    app.run()
