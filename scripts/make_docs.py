"""Make the reference pages and GLOSSARY.md from definitions, errors and the command line.

make docs            write them
python scripts/make_docs.py --check   exit 1 when one is not up to date
"""

import argparse
import ast
import re
import sys
import tomllib
from configparser import ConfigParser
from functools import cache
from itertools import groupby
from pathlib import Path

import refusals

from instroom.cli.main import build
from instroom.core import errors
from instroom.core.places import LEVELS
from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.programme.cast import cast
from instroom.reports.goals import in_order

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
REASONS = Path(__file__).with_name("error_reasons.toml")
HEAD = "<!-- Made by scripts/make_docs.py; change the definitions, not this page. -->\n\n"
_RAISES = re.compile(r"^Raises\n-+\n(.*?)(?=\n\n\w+\n-+\n|\Z)", re.DOTALL | re.MULTILINE)
#: Words that lean on the text around them, so that a sentence does not stand alone.
_LEANING = re.compile(r"\b(it|its|they|them|this|these|other|another|such)\b|:")
_LOOSE_ENDS = re.compile(r"(?:[\s,;.]|\bor\b|\band\b)+$")
#: A place in a template, with how it is written (``{value:,.0f}``), and only its name.
_FORMAT, _NAME = re.compile(r"\{(\w+)[^{}]*\}"), r"{\1}"


def english(text: str) -> str:
    """Return the English of a text in a definition."""
    return Texts("en")(text)


def titled(title: str) -> str:
    """Return a Dutch title with its English one beside it."""
    return title if english(title) == title else f"{title} ({english(title)})"


def glossary() -> str:
    """Return GLOSSARY.md."""
    lines = [
        HEAD + "# Glossary\n",
        "| Dutch | In the code | English | German | Meaning |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {term.nl} | `{term.identifier}` | {term.en} | {term.de} | {english(term.meaning)} |"
        for term in sorted(registry.glossary().terms, key=lambda t: t.nl.lower())
    ]
    return "\n".join(lines) + "\n"


def indicators() -> str:
    """Return the page of indicators and classifications."""
    lines = [HEAD + "# Indicators\n"]
    for indicator in sorted(registry.indicators().values(), key=lambda i: i.order):
        lines += [f"## {titled(indicator.title)}\n"]
        lines += [f"`{indicator.id}` · {english(indicator.definition)}\n"]
        for name, stage in indicator.stages.items():
            sources = ", ".join(f"`{s}`" for group in stage.sources for s in group)
            lines.append(f"- stage `{name}`: {english(stage.who)}; sources {sources}")
        if indicator.classification:
            folder = f"{indicator.classification}/"
            for key, rules in registry.classifications().items():
                if key.startswith(folder):
                    lines.append(
                        f"- classification `{key.removeprefix(folder)}`: "
                        f"{english(rules.title)}. {english(rules.source)}"
                    )
        if indicator.breakdowns:
            lines.append(f"- broken down by: {', '.join(indicator.breakdowns)}")
        if indicator.lowest_place != LEVELS[-1]:
            lines.append(
                f"- not shown below: {indicator.lowest_place},"
                " nor of a place with fewer than three schools"
            )
        lines += [
            f"- chance, {name}: {found.schools:g} times a coin per person, years {found.years:g}"
            for name, found in indicator.fluctuation.items()
        ]
        lines += [f"- {english(note)}" for note in indicator.notes]
        lines += [f"- {english(indicator.need)}"] if indicator.need else []
        lines.append("")
    return "\n".join(lines)


def sources() -> str:
    """Return the page of sources."""
    lines = [
        HEAD + "# Sources\n",
        "| Source | Publisher | Licence | What it is | In Dutch | Totals that must hold |",
        "|---|---|---|---|---|---|",
    ]
    for source in registry.sources().values():
        kinds = ", ".join(dict.fromkeys(check.kind for check in source.checks))
        lines.append(
            f"| `{source.id}` | {source.publisher} | {source.licence} | "
            f"{english(source.title)} | {source.title} | {kinds} |"
        )
    return "\n".join(lines) + "\n"


def goals() -> str:
    """Return the page of the seven goals."""
    lines = [HEAD + "# The seven goals\n"]
    for kpi in in_order():
        used = ", ".join(f"`{i}`" for i in kpi.indicators) or "none yet"
        lines += [f"## {kpi.number}. {titled(kpi.title)}\n", f"Source (in Dutch): {kpi.seed}\n"]
        lines += [f"Indicators: {used}\n"]
        judged = [
            f"{stage.label} (`{stage.indicator}`) since {stage.since}" for stage in kpi.stages
        ]
        lines += [f"Judged by `{kpi.rule}`: {'; '.join(judged)}\n"] if judged else []
        lines += [f"The programme began in {kpi.start}.\n"] if kpi.start else []
        lines += [f"{english(kpi.need)}\n"] if kpi.need else []
    return "\n".join(lines)


def roles() -> str:
    """Return the page of roles: what each sees and does, for who checks that."""
    lines = [HEAD + "# Roles\n"]
    for role in registry.roles().values():
        kinds = [english(registry.organisation_kinds()[k].title) for k in role.organisation_kinds]
        lines += [f"## {titled(role.title)}\n", f"`{role.id}` · {english(role.description)}\n"]
        lines.append(f"- reach: {', '.join(kinds) or 'the whole region'}")
        lines.append(f"- may: {', '.join(role.may) or 'nothing'}")
        lines.append(f"- second factor: {'yes' if role.second_factor else 'no'}")
        lines += [
            f"- in the example region: {one.full_name}. Sees: {english(one.sees)} "
            f"Does not see: {english(one.does_not_see)}"
            for one in cast().values()
            if one.role == role.id
        ]
        lines[-1] += "\n"
    return "\n".join(lines)


def error_codes() -> str:
    """Return the page of errors: the kinds with their exit code, and every code there is."""
    found = by_code()
    lines = [
        HEAD + "# Errors\n",
        "What Instroom refuses says what was found, what was expected and what to do. Its code",
        "stands in the JSON of the command line and the API; the words differ per language, the",
        "code does not. A name between braces is filled in: `there is no column '{name}'`.\n",
        "## Kinds and exit codes\n",
        "| Kind | Exit code | Code when there is no other | What it means |",
        "|---|---|---|---|",
    ]
    for kind in sorted(kinds().values(), key=lambda c: (c.exit_code, c.__name__)):
        meaning = (kind.__doc__ or "").splitlines()[0]
        code = f"[`{kind.code}`](#{kind.code})" if kind.code in found else f"`{kind.code}`"
        lines.append(f"| `{kind.__name__}` | {kind.exit_code} | {code} | {meaning} |")
    lines += ["", "## All codes\n", "By the first chapter of the code that says it.\n"]
    ordered = sorted(found, key=lambda code: (first_chapter(found[code]), code))
    chapters = [
        (chapter_name(number), list(codes))
        for number, codes in groupby(ordered, key=lambda code: first_chapter(found[code]))
    ]
    for name, codes in chapters:
        links = ", ".join(f"[`{code}`](#{code})" for code in codes)
        lines.append(f"- [{name}](#chapter-{slug(name)}): {links}")
    for name, codes in chapters:
        lines += ["", f"## Chapter {name}"]
        for code in codes:
            lines += ["", f"### {code}\n", *_about(code, found[code])]
    return "\n".join(lines) + "\n"


def _about(code: str, raised: list[refusals.Refusal]) -> list[str]:
    """Return the lines about one code."""
    names = sorted({(exit_code(one.kind), one.kind) for one in raised})
    kind = ", ".join(f"`{name}` (exit code {number})" for number, name in names)
    where = ", ".join(sorted({f"`{one.place.removeprefix('src/')}`" for one in raised}))
    lines = [f"{why(code)}\n", f"- Kind: {kind}"]
    lines += _listed("Says", [text for one in raised for text in one.said])
    lines += _listed("Expects", [text for one in raised for text in one.expected])
    lines += _listed("To do", [text for one in raised for text in one.hint])
    lines += [f"- To do: {reasons()['to_do'][code]}"] if code in reasons()["to_do"] else []
    return [*lines, f"- Raised in: {where}"]


def _listed(name: str, templates: list[str]) -> list[str]:
    shown = list(dict.fromkeys(f"`{_FORMAT.sub(_NAME, text)}`" for text in templates))
    if len(shown) == 1:
        return [f"- {name}: {shown[0]}"]
    return [f"- {name}:", *(f"  - {text}" for text in shown)] if shown else []


@cache
def by_code() -> dict[str, list[refusals.Refusal]]:
    """Return every code with the places that raise it."""
    found: dict[str, list[refusals.Refusal]] = {}
    for one in refusals.refusals():
        found.setdefault(one.code, []).append(one)
    return found


def why(code: str) -> str:
    """Return why a code is raised: the line in the data file, else what docstrings say.

    Raises
    ------
    SystemExit
        When neither says why.
    """
    if code in reasons()["why"]:
        return reasons()["why"][code]
    if code not in in_docstrings():
        raise SystemExit(f"no reason for the code {code}: write one in scripts/{REASONS.name}")
    return f"Raised {'; or '.join(in_docstrings()[code])}."


@cache
def reasons() -> dict[str, dict[str, str]]:
    """Return, by code, why and what to do where the code does not say so itself."""
    found: dict[str, dict[str, str]] = tomllib.loads(REASONS.read_text("utf-8"))
    return found


@cache
def in_docstrings() -> dict[str, list[str]]:
    """Return what sections ``Raises`` say of a code, where it stands alone: "when ..."."""
    found: dict[str, list[str]] = {}
    for _, tree in refusals.trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                section = _RAISES.search(ast.get_docstring(node) or "")
                for said in re.split(r"^(?=\S)", section[1] if section else "", flags=re.MULTILINE):
                    for code, when in occasions(" ".join(said.split()[1:])):
                        if when not in found.setdefault(code, []):
                            found[code].append(when)
    return {code: whens for code, whens in found.items() if whens}


def occasions(said: str) -> list[tuple[str, str]]:
    """Return the codes of a sentence with their "when ..."; ``a`` or ``b`` when: both."""
    names = list(re.finditer(r"``(\w+)``", said))
    marks = [mark for mark in names if mark[1] in by_code()]
    ends = [mark.start() for mark in marks[1:]] + [len(said)]
    found, waiting = [], []
    for mark, end in zip(marks, ends, strict=False):  # without marks there is an end too many
        tail = said[mark.end() : end]
        when = _LOOSE_ENDS.sub("", tail).strip(" ,")
        waiting.append(mark[1])
        if re.match(r"(when|for) ", when) and not _LEANING.search(when):
            found += [(code, when) for code in waiting]
        if when or ";" in tail:
            waiting = []
    return found


@cache
def kinds() -> dict[str, type[errors.InstroomError]]:
    """Return the errors of the library by name."""
    return {
        c.__name__: c
        for c in vars(errors).values()
        if isinstance(c, type) and issubclass(c, errors.InstroomError)
    }


def exit_code(kind: str) -> int:
    """Return the exit code of an error; the pages have kinds of their own, of wrong usage."""
    return kinds().get(kind, errors.UserError).exit_code


@cache
def chapters_in_order() -> list[str]:
    """Return the chapters of the library and then of the web, each before those that use it."""
    layers = ConfigParser()
    layers.read(ROOT / ".importlinter", "utf-8")
    found = []
    for name, package in (("spine", "instroom"), ("spine-web", "instroom_web")):
        lines = layers[f"importlinter:contract:{name}"]["layers"].split("\n")
        parts = [part.strip() for line in reversed(lines) for part in line.split("|")]
        found += [f"{package}/{part}" for part in parts if part]
    return found


def first_chapter(raised: list[refusals.Refusal]) -> int:
    """Return the number of the first chapter that raises this."""
    order = chapters_in_order()
    parts = [one.place.removeprefix("src/").removesuffix(".py").split("/") for one in raised]
    return min(order.index("/".join(part[:2])) for part in parts)


def chapter_name(number: int) -> str:
    """Return how a chapter is called on the page."""
    return chapters_in_order()[number].removeprefix("instroom/").replace("instroom_web/", "web ")


def slug(name: str) -> str:
    """Return the anchor of a heading."""
    return name.replace(" ", "-")


def commands() -> str:
    """Return the page of commands, from the parser itself."""
    lines = [HEAD + "# Commands\n"]
    parser = build(language="en")
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, sub in action.choices.items():
                sub.formatter_class = lambda prog: argparse.HelpFormatter(prog, width=96)
                text = next((a.help for a in action._choices_actions if a.dest == name), "")
                usage = sub.format_usage().strip().removeprefix("usage: ")
                lines += [f"## instroom {name}\n", f"{text}\n", "```", usage, "```", ""]
    return "\n".join(lines)


PAGES = {
    ROOT / "GLOSSARY.md": glossary,
    REFERENCE / "indicatoren.md": indicators,
    REFERENCE / "bronnen.md": sources,
    REFERENCE / "doelen.md": goals,
    REFERENCE / "rollen.md": roles,
    REFERENCE / "fouten.md": error_codes,
    REFERENCE / "opdrachten.md": commands,
}


def main() -> int:
    """Write the pages, or check that they are up to date."""
    check = "--check" in sys.argv
    stale = []
    for path, make in PAGES.items():
        text = make().rstrip() + "\n"
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(path.relative_to(ROOT).as_posix())
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
    print(("not up to date: " if check else "made: ") + (", ".join(stale) or "nothing"))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
