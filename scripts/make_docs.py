"""Make the reference pages and GLOSSARY.md from definitions, errors and the command line.

make docs            write them
python scripts/make_docs.py --check   exit 1 when one is not up to date
"""

import argparse
import ast
import sys
from pathlib import Path

from instroom.cli.main import build
from instroom.core import errors
from instroom.definitions import registry

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
HEAD = (
    "<!-- Gemaakt door scripts/make_docs.py; verander de definities, niet deze bladzijde. -->\n\n"
)


def glossary() -> str:
    """Return GLOSSARY.md."""
    lines = [
        HEAD + "# Woordenlijst\n",
        "| Nederlands | In de code | Engels | Duits | Betekenis |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {term.nl} | `{term.identifier}` | {term.en} | {term.de} | {term.meaning} |"
        for term in sorted(registry.glossary().terms, key=lambda t: t.nl.lower())
    ]
    return "\n".join(lines) + "\n"


def indicators() -> str:
    """Return the page of indicators and classifications."""
    lines = [HEAD + "# Indicatoren\n"]
    for indicator in sorted(registry.indicators().values(), key=lambda i: i.order):
        lines += [f"## {indicator.title}\n", f"`{indicator.id}` · {indicator.definition}\n"]
        for name, stage in indicator.stages.items():
            sources = ", ".join(f"`{s}`" for group in stage.sources for s in group)
            lines.append(f"- moment `{name}`: {stage.who}; bronnen {sources}")
        if indicator.classification:
            folder = f"{indicator.classification}/"
            for key, rules in registry.classifications().items():
                if key.startswith(folder):
                    lines.append(
                        f"- telling `{key.removeprefix(folder)}`: {rules.title}. {rules.source}"
                    )
        if indicator.breakdowns:
            lines.append(f"- uit te splitsen naar: {', '.join(indicator.breakdowns)}")
        lines += [f"- {note}" for note in indicator.notes]
        lines += [f"- {indicator.need}"] if indicator.need else []
        lines.append("")
    return "\n".join(lines)


def sources() -> str:
    """Return the page of sources."""
    lines = [
        HEAD + "# Bronnen\n",
        "| Bron | Uitgever | Licentie | Wat het is | Totalen die moeten kloppen |",
        "|---|---|---|---|---|",
    ]
    for source in registry.sources().values():
        kinds = ", ".join(dict.fromkeys(check.kind for check in source.checks))
        lines.append(
            f"| `{source.id}` | {source.publisher} | {source.licence} | {source.title} | {kinds} |"
        )
    return "\n".join(lines) + "\n"


def goals() -> str:
    """Return the page of the seven goals."""
    lines = [HEAD + "# De zeven doelen\n"]
    for kpi in sorted(registry.kpis().values(), key=lambda k: k.number):
        used = ", ".join(f"`{i}`" for i in kpi.indicators) or "nog geen"
        lines += [f"## {kpi.number}. {kpi.title}\n", f"{kpi.seed}\n", f"Indicatoren: {used}\n"]
        lines += [f"{kpi.need}\n"] if kpi.need else []
    return "\n".join(lines)


def error_codes() -> str:
    """Return the page of errors: classes with exit code, and every code used in library and web."""
    lines = [HEAD + "# Fouten\n", "| Soort | Afsluitcode | Wat het betekent |", "|---|---|---|"]
    kinds = [
        c
        for c in vars(errors).values()
        if isinstance(c, type) and issubclass(c, errors.InstroomError)
    ]
    for kind in sorted(kinds, key=lambda c: (c.exit_code, c.__name__)):
        meaning = (kind.__doc__ or "").splitlines()[0]
        lines.append(f"| `{kind.__name__}` | {kind.exit_code} | {meaning} |")
    lines += ["", "| Code | Waar |", "|---|---|"]
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.keyword)
                and node.arg == "code"
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                where = path.relative_to(ROOT / "src").as_posix()
                found.setdefault(node.value.value, set()).add(where)
    lines += [f"| `{code}` | {', '.join(sorted(where))} |" for code, where in sorted(found.items())]
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Return the page of commands, from the parser itself."""
    lines = [HEAD + "# Opdrachten\n"]
    parser = build()
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
    print(("niet bij: " if check else "gemaakt: ") + (", ".join(stale) or "niets"))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
