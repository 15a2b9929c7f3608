"""A published trial computed again, in Dutch; ``make notebooks`` opens it."""

import marimo

app = marimo.App(width="medium", app_title="Een gepubliceerde proef naspelen")


@app.cell
def _():
    import os
    from pathlib import Path

    import marimo as mo

    from instroom import api
    from instroom.core.texts import Texts

    say = Texts("nl").number
    return Path, api, mo, os, say


@app.cell
def _(mo):
    mo.md(
        """
        # Een gepubliceerde proef naspelen

        Klopt een rekenprogramma? De eerlijkste toets is een proef waarvan de uitkomst al gepubliceerd
        is. We nemen `crtData`: 265 leerlingen in 22 scholen, waarvan het lot bepaalde welke meededen.
        De gegevens horen bij het R-pakket *eefAnalytics*, waarmee de Engelse Education Endowment
        Foundation haar proeven rapporteert.

        Het bestand zit niet bij Instroom. Zo maak je het in R:

        ```r
        write.csv(eefAnalytics::crtData, "crtData.csv", row.names = FALSE)
        ```

        Zet daarna het pad in de omgevingsvariabele `INSTROOM_TRIAL`.
        """
    )
    return


@app.cell
def _(Path, mo, os):
    trial = Path(os.environ.get("INSTROOM_TRIAL", "crtData.csv"))
    mo.stop(not trial.is_file(), mo.md(f"Het bestand `{trial.name}` is er nog niet."))
    return (trial,)


@app.cell
def _(api, trial):
    found = api.effect(
        trial,
        outcome="Posttest",
        baseline="Prettest",
        treatment="Intervention",
        groups=["School"],
        allocation="randomised",
    )
    return (found,)


@app.cell
def _(found, mo, say):
    # eefAnalytics 1.1.5, crtFREQ(Posttest ~ Intervention + Prettest, random = "School"), with the
    # variances of lme4 before they are rounded to two decimals.
    published = {
        "verschil in punten": (found["estimate"], 3.10970863155192),
        "g, alle leerlingen": (found["hedges_g"], 0.595945527831691),
        "g, ondergrens": (found["hedges_g_ci"][0], 0.0178128440213231),
        "g, bovengrens": (found["hedges_g_ci"][1], 1.17407821164206),
        "g, gegeven de voormeting": (
            found["effect_sizes"]["conditional_total"]["g"],
            0.673904096558121,
        ),
        "variantie tussen scholen": (found["variances"]["school"], 5.67372337957199),
        "variantie binnen scholen": (found["variances"]["residual"], 14.7793987031968),
    }
    worst = max(abs(own / theirs - 1) for own, theirs in published.values())
    lines = [
        f"| {name} | {say(own, digits=5)} | {say(theirs, digits=5)} |"
        for name, (own, theirs) in published.items()
    ]
    table = "\n".join(lines)
    mo.md(
        f"""
## Naast elkaar

| | Instroom | gepubliceerd |
|---|---|---|
{table}

Het grootste verschil is {100 * worst:.5f} %.
        """
    )
    return (worst,)


@app.cell
def _(found, mo, say):
    mo.md(
        f"""
## Wat deze proef zegt

> {found["wording"]["nl"]}

Het lot bepaalde wie meedeed, dus deze proef mag het woord effect gebruiken. Het interval is breed: met
22 scholen was een effect kleiner dan ongeveer {say(found["mdes"], digits=1)} standaarddeviatie moeilijk te vinden.
        """
    )
    return


if __name__ == "__main__":
    app.run()
