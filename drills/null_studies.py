"""How often a sentence claims an effect where there is none, per flaw of a study's design.

Every study is simulated, handed to ``instroom effect`` as a table, and its sentences are read:
a claim is the word *effect* (*Effekt*, *Wirkung*) in the strongest sentence about a difference
that was seen. Where the design forbids the word it must never be there. Where it is allowed, an
interval of 95 % is wrong in 1 of 20 studies: in 500 at most 35 (the 99th percentile of a
binomial with 25 expected is 37). With a true effect it must be found.
"""

import re
from typing import Any

import numpy as np
import pyarrow as pa
from harness import Line, at_least, at_most, main
from numpy.random import Generator

from instroom.monitoring.effects import effect

CLAIM = re.compile(r"effe[ck]t|wirkung", re.IGNORECASE)
SEED = 2026
SCHOOLS, SIZE, ICC = 40, 25, 0.10
Study = dict[str, Any]


def study(random: Generator, gain: float = 0.0, schools: int = SCHOOLS, size: int = SIZE) -> Study:
    """Return scores before and after of pupils in schools; half of the schools take part.

    Total variance is 1, of which :data:`ICC` lies between schools; ``gain`` is in standard
    deviations. Before and after correlate .6 within schools.
    """
    school = np.repeat(np.arange(schools), size)
    treat = random.permutation(np.arange(schools) % 2)[school]
    level = random.normal(0, np.sqrt(ICC), schools)[school]
    before = random.normal(0, 1, len(school))
    after = 0.6 * before + random.normal(0, 0.8, len(school))
    within = np.sqrt(1 - ICC)
    return {
        "school": pa.array([f"S{i:02d}" for i in school]),
        "treat": treat,
        "pre": level + within * before,
        "post": level + within * after + gain * treat,
    }


def ask(data: Study, **options: Any) -> list[dict[str, Any]]:
    """Return the answers of ``instroom effect`` about a study."""
    wanted = {"outcome": "post", "treatment": "treat", "allocation": "randomised", **options}
    found = effect(pa.table(data), **wanted)
    return list(found.get("outcomes", [found]))


def claims(answers: list[dict[str, Any]]) -> bool:
    """Return whether any sentence claims an effect of a difference that was seen."""
    seen = [a for a in answers if a["direction"] in ("up", "down")]
    return any(CLAIM.search(text) for a in seen for text in a["wording"].values())


def groups_forgotten(random: Generator) -> list[dict[str, Any]]:
    """Schools were drawn, and nobody says which column the school is."""
    data = study(random)
    data["hoeveelste"] = data.pop("school")
    return ask(data)


def five_pupils(random: Generator) -> list[dict[str, Any]]:
    """Five pupils, drawn one by one."""
    treat = random.permutation([0, 0, 1, 1, 1])
    return ask({"treat": treat, "post": random.normal(0, 1, 5)}, groups=["none"])


def attrition(random: Generator) -> list[dict[str, Any]]:
    """Of those who took part the lowest 60 % are gone, and nothing was measured before."""
    data = study(random)
    data.pop("pre")
    treated = data["treat"] == 1
    low = treated & (data["post"] < np.quantile(data["post"][treated], 0.6))
    data["post"] = np.where(low, np.nan, data["post"])
    return ask(data, groups=["school"])


def no_pre_test(random: Generator) -> list[dict[str, Any]]:
    """Better schools were matched by eye, and nothing was measured before."""
    data = study(random)
    data.pop("pre")
    data["post"] = data["post"] + 0.3 * data["treat"]
    return ask(data, groups=["school"], allocation="matched")


def self_selected(random: Generator) -> list[dict[str, Any]]:
    """Keen schools took part: they were ahead and would have gained more without it too."""
    data = study(random)
    data["post"] = data["post"] + 0.3 * data["treat"]
    return ask(data, groups=["school"], baseline="pre", allocation="self_selected")


def weak_trend_before(random: Generator) -> list[dict[str, Any]]:
    """Schools that took part were rising by 0.1 SD per moment: a test of trends rarely sees it."""
    return trend_before(random, 0.1)


def trend_before(random: Generator, rise: float = 0.5) -> list[dict[str, Any]]:
    """Schools that took part were already rising, by half a SD per moment."""
    schools, size, moments = 24, 10, 4
    school = np.repeat(np.arange(schools), size * moments)
    time = np.tile(np.repeat(np.arange(moments), size), schools)
    treat = random.permutation(np.arange(schools) % 2)[school]
    level = random.normal(0, np.sqrt(ICC), schools)[school]
    data = {
        "school": pa.array([f"S{i:02d}" for i in school]),
        "treat": treat,
        "moment": time,
        "post": level + rise * treat * time + random.normal(0, np.sqrt(1 - ICC), len(school)),
    }
    options: dict[str, Any] = {"design": "did", "time": "moment", "start": 3}
    return ask(data, groups=["school"], allocation="matched", **options)


def one_moment_before(random: Generator) -> list[dict[str, Any]]:
    """The same rising schools, measured once before and once after."""
    schools, size = 24, 10
    school = np.repeat(np.arange(schools), size * 2)
    time = np.tile(np.repeat(np.arange(2), size), schools)
    treat = random.permutation(np.arange(schools) % 2)[school]
    data = {
        "school": pa.array([f"S{i:02d}" for i in school]),
        "treat": treat,
        "moment": time,
        "post": 0.25 * treat * time + random.normal(0, 1, len(school)),
    }
    options: dict[str, Any] = {"design": "did", "time": "moment"}
    return ask(data, groups=["school"], allocation="matched", **options)


def twenty_outcomes(random: Generator) -> list[dict[str, Any]]:
    """A clean trial that looks at twenty outcomes; none of them changed."""
    data = study(random)
    school = np.repeat(np.arange(SCHOOLS), SIZE)
    for number in range(20):
        level = random.normal(0, np.sqrt(ICC), SCHOOLS)[school]
        data[f"o{number}"] = level + random.normal(0, np.sqrt(1 - ICC), len(school))
    return ask(data, outcome=",".join(f"o{i}" for i in range(20)), groups=["school"])


def clean(random: Generator) -> list[dict[str, Any]]:
    """A clean trial without an effect."""
    return ask(study(random), groups=["school"], baseline="pre")


def clean_after_only(random: Generator) -> list[dict[str, Any]]:
    """A clean trial without an effect, measured afterwards only."""
    return ask(study(random), groups=["school"])


FORBIDDEN = (
    groups_forgotten,
    five_pupils,
    attrition,
    no_pre_test,
    self_selected,
    one_moment_before,
    trend_before,
)
ALLOWED = (clean, clean_after_only, twenty_outcomes, weak_trend_before)


def share(make: Any, runs: int) -> int:
    """Return how many of so many studies claim an effect."""
    streams = np.random.default_rng([SEED, sum(map(ord, make.__name__))]).spawn(runs)
    return sum(claims(make(stream)) for stream in streams)


def drill(full: bool) -> list[Line]:
    """Count claims in studies without an effect, per flaw, and in studies with one."""
    runs = 500 if full else 8
    lines = [at_most(f.__name__, runs, share(f, runs), 0) for f in FORBIDDEN]
    lines += [at_most(f.__name__, runs, share(f, runs), 35 if full else 2) for f in ALLOWED]
    found = 100 if full else 10

    def true_effect(random: Generator) -> list[dict[str, Any]]:
        return ask(study(random, 0.4), groups=["school"], baseline="pre")

    least = 80 if full else 6
    return [
        *lines,
        at_least("true effect of 0.4 SD found", found, share(true_effect, found), least),
    ]


if __name__ == "__main__":
    main("null_studies", drill)
