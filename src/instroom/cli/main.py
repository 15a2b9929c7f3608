"""``instroom``: one command per arrow from raw file to page. Heavy imports wait for a command."""

import argparse
import datetime
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from typing import Any

from instroom import __version__
from instroom.cli.parser import Parser, add_language, add_shared, command_first, language_of
from instroom.cli.progress import Progress
from instroom.cli.statistics import Add, add_commands, names, number, whole
from instroom.cli.trouble import guarded, show
from instroom.core.clock import day_of
from instroom.core.texts import Texts
from instroom.reports.export_kinds import DATASETS, OBSERVATION_FORMATS
from instroom.reports.paper.writing import FORMATS, PAPERS

Handler = Callable[[argparse.Namespace], int]


def _out(args: argparse.Namespace, data: Any, lines: Callable[[], Sequence[str]]) -> None:
    args.progress.done()
    show(data, lines, as_json=args.json)


def _plugins() -> Sequence[Any]:
    return tuple(entry_points(group="instroom.commands"))


def build(language: str = "nl") -> argparse.ArgumentParser:
    """Return the parser of all commands of the library, with its help in a language."""
    t = Texts(language)
    shared = Parser(add_help=False, t=t)
    shared.add_argument("--json", action="store_true", help=t("een JSON-document op stdout"))
    add_shared(shared, t)
    parser = Parser(
        prog="instroom",
        description=t("Van open data naar een eerlijk antwoord: kiezen meer jongeren techniek?"),
        t=t,
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"instroom {__version__}",
        help=t("de versie tonen"),
    )
    add_language(parser, t)
    commands = parser.add_subparsers(
        dest="command", metavar=t("OPDRACHT"), title=t("opdrachten"), parser_class=Parser
    )

    def add(name: str, text: str, handler: Handler) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, parents=[shared], t=t)
        sub.set_defaults(handler=handler)
        return sub

    _add_files(add, t)
    _add_figures(add, t)
    _add_results(add, t)
    _add_check(add, t)
    add_commands(add, _out, t)
    helps = _plugin_help(t)
    for plugin in _plugins():
        commands.add_parser(plugin.name, help=helps.get(plugin.name, ""), add_help=False, t=t)
    return parser


def _add_files(add: Add, t: Texts) -> None:
    """Add the commands that bring files in."""
    sub = add("read", t("bestanden van uitgevers herkennen en inlezen"), _read)
    sub.add_argument("paths", nargs="+", metavar="PATH")
    sub.add_argument("--source", metavar="ID")
    sub.add_argument("--as", dest="as_", metavar="eurostat:ID")
    sub.add_argument("--period", metavar="P")
    sub.add_argument("--max-size", type=number, metavar="MIB", help=t("grootste bestand (2048)"))
    sub.add_argument("--max-memory", type=number, metavar="MIB", help=t("meeste geheugen (768)"))
    sub.add_argument(
        "--max-seconds", type=number, metavar="S", help=t("meeste rekentijd per bestand")
    )
    sub = add("fetch", t("bestanden bij de uitgever ophalen"), _fetch)
    sub.add_argument("sources", nargs="*", metavar="SOURCE")
    sub.add_argument("--base-url", metavar="URL")


def _add_figures(add: Add, t: Texts) -> None:
    """Add the commands that answer with figures."""
    sub = add("series", t("de cijfers van een indicator over de jaren"), _series)
    sub.add_argument("indicator")
    sub.add_argument("--place", action="append", metavar="PLACE")
    sub.add_argument("--by", type=names, default=[], metavar="A,B")
    sub.add_argument("--stage")
    sub.add_argument("--classification", metavar="ID")
    sub.add_argument("--period", metavar="FROM:TO")
    sub.add_argument("--school-type", type=names, default=[], metavar="A,B")
    sub.add_argument(
        "--no-transitions", action="store_true", help=t("fusies van scholen niet volgen")
    )
    sub.add_argument(
        "--ids", action="store_true", help=t("ook de naam van elk cijfer, voor explain")
    )
    sub = add("pipeline", t("van basisschool tot vervolgstudie op een peildatum"), _pipeline)
    sub.add_argument("--place")
    sub.add_argument("--name", default="open_data", metavar="ID", help=t("welke (open_data)"))
    sub = add("kpi", t("de zeven doelen van het programma"), _kpi)
    sub.add_argument("--place")
    sub = add("explain", t("een cijfer opnieuw uitrekenen uit de bewaarde bestanden"), _explain)
    sub.add_argument("id")
    sub.add_argument("--release", type=whole, metavar="N", help=t("zoals die uitgave het vertelde"))
    sub = add("releases", t("wat er bij elke keer uitrekenen veranderde"), _releases)
    sub.add_argument("--keep", type=whole, metavar="N", help=t("deze uitgave blijft bewaard"))
    sub.add_argument("--because", default="", metavar="TEXT", help=t("wat ernaar verwijst"))


def _add_results(add: Add, t: Texts) -> None:
    """Add the commands that make what others read."""
    sub = add("export", t("de waarnemingen als bestand"), _export)
    sub.add_argument("dataset", choices=DATASETS)
    sub.add_argument("--source", metavar="ID", help=t("alleen deze bron"))
    sub.add_argument(
        "--indicator", metavar="ID", help=t("alleen de bronnen waaruit dit cijfer is geteld")
    )
    sub.add_argument(
        "--yes", "--all", action="store_true", help=t("ook als het bestand groot wordt")
    )
    _add_out(sub, OBSERVATION_FORMATS, t)
    sub = add("paper", t("een document maken: de doelen als PDF of voor Word"), _paper)
    sub.add_argument("paper", choices=tuple(PAPERS))
    _add_out(sub, tuple(FORMATS), t)
    sub = add("compute", t("alle cijfers en tekeningen maken die de pagina's tonen"), _compute)
    sub.add_argument("--place", default=None, metavar="REGION")
    sub = add(
        "example", t("bestanden van een verzonnen streek schrijven, in de vorm van DUO"), _example
    )
    sub.add_argument(
        "--out", default="voorbeeld", metavar="DIR", help=t("map voor de bestanden, ./voorbeeld")
    )
    sub.add_argument("--seed", type=whole, default=1)
    sub.add_argument("--run", action="store_true", help=t("ook inlezen, uitrekenen en tonen"))
    sub.add_argument("--port", default="8000", metavar="P", help=t("waar de pagina's staan"))
    sub.add_argument("--no-serve", action="store_true", help=t("uitrekenen en stoppen"))


def _add_check(add: Add, t: Texts) -> None:
    """Add the command that looks everything over."""
    sub = add("check", t("definities en gegevensmap nakijken"), _check)
    sub.add_argument(
        "--audit", action="store_true", help=t("ook de geschiedenis van wat mensen wijzigden")
    )
    sub.add_argument(
        "--anchor", metavar="FILE", help=t("elke regel hiervan moet in die geschiedenis staan")
    )
    sub.add_argument(
        "--write-anchor", metavar="FILE", help=t("er een regel bijschrijven, als zij klopt")
    )


def _add_out(sub: argparse.ArgumentParser, formats: tuple[str, ...], t: Texts) -> None:
    """Add where a file goes, and as what."""
    said = t("anders die van de naam, anders {format}", format=formats[0])
    sub.add_argument("--format", choices=formats, help=said)
    sub.add_argument("--out", required=True, metavar="FILE")


def _plugin_help(t: Texts) -> dict[str, str]:
    """Return what the commands of the pages do; they read their own words."""
    return {
        "demo": t("echte cijfers op poort 8000, en op 8001 een verzonnen regio aan het werk"),
        "serve": t("de pagina's tonen"),
        "tasks": t("werk dat wacht, loopt of mislukte"),
        "worker": t("werk uitvoeren dat wacht, tot het stopteken"),
        "migrate": t("tabellen van een eerdere versie bijwerken"),
        "person": t("iemand toegang geven: instroom person add ADRES --name NAAM"),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    words = command_first(sys.argv[1:] if argv is None else argv)
    language = language_of(words)
    return guarded(
        lambda: _run(words, language), as_json="--json" in words, say=Texts(language).say
    )


def _run(words: list[str], language: str) -> int:
    for plugin in _plugins():
        if words[:1] == [plugin.name]:
            return int(plugin.load()(words[1:]))
    parser = build(language)
    args = parser.parse_args(words)
    if args.command is None:
        parser.print_help()
        return 2
    handler: Handler = args.handler
    args.progress = Progress(args.lang, quiet=getattr(args, "json", False))
    try:
        return handler(args)
    finally:
        args.progress.done()


def _read(args: argparse.Namespace) -> int:
    from instroom import api

    found = api.read(
        *args.paths,
        data=args.data,
        source=args.source,
        as_=args.as_,
        period=args.period,
        max_size=args.max_size,
        max_memory=args.max_memory,
        max_seconds=args.max_seconds,
        progress=args.progress,
    )
    from instroom.cli.lines import read_lines

    _out(args, found, lambda: read_lines(found, args.lang))
    return 11 if any(f["status"] == "refused" for f in found["files"]) else 0


def _today() -> datetime.date:
    """Return the date in Amsterdam, now."""
    return day_of(datetime.datetime.now(tz=datetime.UTC))


def _fetch(args: argparse.Namespace) -> int:
    from instroom import api
    from instroom.cli.lines import fetch_lines

    found = api.fetch(
        *args.sources,
        data=args.data,
        base_url=args.base_url,
        progress=args.progress,
        today=_today(),
    )
    _out(args, found, lambda: fetch_lines(found, args.lang))
    return 11 if any(s["status"] == "failed" for s in found["sources"]) else 0


def _series(args: argparse.Namespace) -> int:
    from instroom import api
    from instroom.cli.lines import series_lines

    found = api.series(
        args.indicator,
        place=args.place or (),
        by=args.by,
        stage=args.stage,
        classification=args.classification,
        period=args.period,
        school_type=args.school_type,
        transitions=not args.no_transitions,
        data=args.data,
    )
    _out(args, found, lambda: series_lines(found, args.lang, ids=args.ids))
    return 0


def _pipeline(args: argparse.Namespace) -> int:
    from instroom import api
    from instroom.cli.lines import pipeline_lines

    found = api.pipeline(place=args.place, name=args.name, data=args.data)
    _out(args, found, lambda: pipeline_lines(found, args.lang, args.name))
    return 0


def _kpi(args: argparse.Namespace) -> int:
    from instroom import api

    found = api.kpi(place=args.place, data=args.data, lang=args.lang)
    _out(args, found, lambda: found.lines(args.lang))
    return 0


def _explain(args: argparse.Namespace) -> int:
    from instroom import api
    from instroom.cli.lines import explain_lines

    found = api.explain(args.id, release=args.release, data=args.data)
    _out(args, found, lambda: explain_lines(found, args.lang))
    return 0


def _releases(args: argparse.Namespace) -> int:
    from instroom import api
    from instroom.cli.lines import releases_lines

    found = api.releases(data=args.data, keep=args.keep, because=args.because)
    _out(args, found, lambda: releases_lines(found, args.lang))
    return 0


def _export(args: argparse.Namespace) -> int:
    from instroom import api

    _say_size(args)
    found = api.export(
        args.dataset,
        format=args.format,
        out=args.out,
        source=args.source,
        indicator=args.indicator,
        yes=args.yes,
        data=args.data,
    )
    from instroom.cli.lines import export_lines

    _out(args, found, lambda: export_lines(found, args.lang))
    return 0


def _say_size(args: argparse.Namespace) -> None:
    """Say in a terminal how large an export will be, before it is made."""
    if not sys.stderr.isatty():
        return
    from instroom.cli.lines import size_line
    from instroom.core.output_files import format_of
    from instroom.reports.export_choice import chosen, export_size
    from instroom.sources.store import Store

    files = chosen(Store.asked(args.data), args.source, args.indicator)
    size = export_size(files, format_of(args.out, args.format, OBSERVATION_FORMATS))
    print(size_line(size, args.lang), file=sys.stderr)


def _paper(args: argparse.Namespace) -> int:
    from instroom import api
    from instroom.cli.lines import paper_lines

    found = api.paper(
        args.paper, format=args.format, out=args.out, today=_today(), lang=args.lang, data=args.data
    )
    _out(args, found, lambda: paper_lines(found, args.lang))
    return 0


def _compute(args: argparse.Namespace) -> int:
    from instroom import api
    from instroom.cli.lines import compute_lines

    found = api.compute(data=args.data, region=args.place, progress=args.progress)
    _out(args, found, lambda: compute_lines(found, args.lang))
    return 0


def _example(args: argparse.Namespace) -> int:
    from instroom import api
    from instroom.cli.lines import example_lines

    if args.run:
        return _rehearse(args)
    found = api.example(out=args.out, seed=args.seed)
    _out(args, found, lambda: example_lines(found, args.lang))
    return 0


def _rehearse(args: argparse.Namespace) -> int:
    """Run the invented region through all commands, the pages last."""
    from instroom import api
    from instroom.cli.lines import rehearsal_lines

    found = api.example(
        out=args.out, seed=args.seed, run=True, data=args.data, progress=args.progress
    )
    _out(args, found, lambda: rehearsal_lines(found, args.lang))
    serve = [plugin for plugin in _plugins() if plugin.name == "serve"]
    if args.json or args.no_serve or not serve:
        return 0
    options = ["--data", found["data"], "--port", args.port, "--lang", args.lang]
    return int(serve[0].load()(options))


def _check(args: argparse.Namespace) -> int:
    from instroom import api
    from instroom.cli.lines import check_lines

    found = api.check(
        data=args.data, audit=args.audit, anchor=args.anchor, write_anchor=args.write_anchor
    )
    _out(args, found, lambda: check_lines(found, args.lang))
    return 0 if found["ok"] else 12


if __name__ == "__main__":
    sys.exit(main())
