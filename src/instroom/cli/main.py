"""``instroom``: one command per arrow from raw file to page. Heavy imports wait for a command."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from typing import Any

from instroom import __version__
from instroom.cli.parser import Parser
from instroom.cli.progress import Progress
from instroom.cli.statistics import add_commands, names
from instroom.cli.trouble import guarded, show

Handler = Callable[[argparse.Namespace], int]


def _out(args: argparse.Namespace, data: Any, lines: Callable[[], Sequence[str]]) -> None:
    args.progress.done()
    show(data, lines, as_json=args.json)


def _plugins() -> Sequence[Any]:
    return tuple(entry_points(group="instroom.commands"))


def build() -> argparse.ArgumentParser:
    """Return the parser of all commands of the library."""
    shared = Parser(add_help=False)
    shared.add_argument("--json", action="store_true", help="one JSON document on stdout")
    shared.add_argument("--lang", default="nl", choices=["nl", "en", "de"], help="language")
    shared.add_argument("--data", default=None, metavar="DIR", help="data directory")
    parser = Parser(
        prog="instroom",
        description="Van open data naar een eerlijk antwoord: kiezen meer jongeren techniek?",
    )
    parser.add_argument("--version", action="version", version=f"instroom {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)

    def add(name: str, text: str, handler: Handler) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, parents=[shared])
        sub.set_defaults(handler=handler)
        return sub

    sub = add("read", "bestanden van uitgevers herkennen en inlezen", _read)
    sub.add_argument("paths", nargs="+", metavar="PATH")
    sub.add_argument("--source", metavar="ID")
    sub.add_argument("--as", dest="as_", metavar="eurostat:ID")
    sub.add_argument("--period", metavar="P")
    sub.add_argument("--max-size", type=float, metavar="MIB", help="grootste bestand (2048)")
    sub.add_argument("--max-memory", type=float, metavar="MIB", help="meeste geheugen (768)")
    sub.add_argument("--max-seconds", type=float, metavar="S", help="meeste rekentijd per bestand")
    sub = add("fetch", "bestanden bij de uitgever ophalen", _fetch)
    sub.add_argument("sources", nargs="*", metavar="SOURCE")
    sub.add_argument("--base-url", metavar="URL")
    sub = add("series", "de cijfers van een indicator over de jaren", _series)
    sub.add_argument("indicator")
    sub.add_argument("--place", action="append", metavar="PLACE")
    sub.add_argument("--by", type=names, default=[], metavar="A,B")
    sub.add_argument("--stage")
    sub.add_argument("--classification", metavar="ID")
    sub.add_argument("--period", metavar="FROM:TO")
    sub.add_argument("--school-type", type=names, default=[], metavar="A,B")
    sub.add_argument("--no-transitions", action="store_true", help="fusies van scholen niet volgen")
    sub = add("pipeline", "van basisschool tot vervolgstudie op een peildatum", _pipeline)
    sub.add_argument("--place", default="twente")
    sub = add("kpi", "de zeven doelen van het programma", _kpi)
    sub.add_argument("--place", default="twente")
    sub = add("explain", "een cijfer opnieuw uitrekenen uit de bewaarde bestanden", _explain)
    sub.add_argument("id")
    sub.add_argument("--release", type=int, metavar="N", help="zoals die uitgave het vertelde")
    sub = add("releases", "wat er bij elke keer uitrekenen veranderde", _releases)
    sub.add_argument("--keep", type=int, metavar="N", help="deze uitgave blijft bewaard")
    sub.add_argument("--because", default="", metavar="TEXT", help="wat ernaar verwijst")
    sub = add("export", "de waarnemingen als bestand", _export)
    sub.add_argument("dataset", choices=["observations"])
    sub.add_argument("--source", metavar="ID", help="alleen deze bron")
    sub.add_argument("--format", choices=["csv", "parquet"], default="csv")
    sub.add_argument("--out", required=True, metavar="FILE")
    sub = add("compute", "alle cijfers en tekeningen maken die de pagina's tonen", _compute)
    sub.add_argument("--place", default=None, metavar="REGION")
    sub = add(
        "example", "bestanden van een verzonnen streek schrijven, in de vorm van DUO", _example
    )
    sub.add_argument(
        "--out", default="voorbeeld", metavar="DIR", help="map voor de bestanden, ./voorbeeld"
    )
    sub.add_argument("--seed", type=int, default=1)
    sub.add_argument("--run", action="store_true", help="ook inlezen, uitrekenen en tonen")
    sub.add_argument("--port", default="8000", metavar="P", help="waar de pagina's staan")
    sub.add_argument("--no-serve", action="store_true", help="uitrekenen en stoppen")
    add("check", "definities en gegevensmap nakijken", _check)
    add_commands(add, _out)
    for plugin in _plugins():
        commands.add_parser(plugin.name, help=_PLUGIN_HELP.get(plugin.name, ""), add_help=False)
    return parser


_PLUGIN_HELP = {
    "demo": "voorbeeld met echte cijfers: doelen in beeld en pagina's op poort 8000",
    "serve": "de pagina's tonen",
    "tasks": "werk dat wacht, loopt of mislukte",
    "worker": "werk uitvoeren dat wacht, tot het stopteken",
    "migrate": "tabellen van een eerdere versie bijwerken",
    "person": "iemand toegang geven: instroom person add ADRES --name NAAM",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    return guarded(lambda: _run(words), as_json="--json" in words)


def _run(words: list[str]) -> int:
    for plugin in _plugins():
        if words[:1] == [plugin.name]:
            return int(plugin.load()(words[1:]))
    args = build().parse_args(words)
    if args.command is None:
        build().print_help()
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


def _fetch(args: argparse.Namespace) -> int:
    import datetime

    from instroom import api
    from instroom.cli.lines import fetch_lines

    today = datetime.datetime.now(tz=datetime.UTC).date()
    found = api.fetch(
        *args.sources, data=args.data, base_url=args.base_url, progress=args.progress, today=today
    )
    _out(args, found, lambda: fetch_lines(found, args.lang))
    return 11 if any(s["status"] == "failed" for s in found["sources"]) else 0


def _series(args: argparse.Namespace) -> int:
    from instroom import api
    from instroom.cli.lines import series_lines

    found = api.series(
        args.indicator,
        place=args.place or ["twente"],
        by=args.by,
        stage=args.stage,
        classification=args.classification,
        period=args.period,
        school_type=args.school_type,
        transitions=not args.no_transitions,
        data=args.data,
    )
    _out(args, found, lambda: series_lines(found, args.lang))
    return 0


def _pipeline(args: argparse.Namespace) -> int:
    from instroom import api
    from instroom.cli.lines import pipeline_lines

    found = api.pipeline(place=args.place, data=args.data)
    _out(args, found, lambda: pipeline_lines(found, args.lang))
    return 0


def _kpi(args: argparse.Namespace) -> int:
    from instroom import api

    found = api.kpi(place=args.place, data=args.data, lang=args.lang)
    _out(args, found, found.lines)
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

    found = api.export(
        args.dataset, format=args.format, out=args.out, source=args.source, data=args.data
    )
    _out(args, found, lambda: [f"{found['rows']:,} waarnemingen in {found['file']}"])
    return 0


def _compute(args: argparse.Namespace) -> int:
    from instroom import api

    found = api.compute(data=args.data, region=args.place, progress=args.progress)
    _out(
        args,
        found,
        lambda: [
            f"{found['figures']} cijfers, {found['documents']} pagina's, "
            f"{found['pictures']} tekeningen in {found['seconds']:.1f} s"
        ],
    )
    return 0


def _example(args: argparse.Namespace) -> int:
    from instroom import api

    if args.run:
        return _rehearse(args)
    found = api.example(out=args.out, seed=args.seed)
    _out(
        args,
        found,
        lambda: [*found["files"], "Nu: instroom example --run, of instroom read en compute"],
    )
    return 0


def _rehearse(args: argparse.Namespace) -> int:
    """Run the invented region through all commands, the pages last."""
    from instroom import api

    found = api.example(
        out=args.out, seed=args.seed, run=True, data=args.data, progress=args.progress
    )
    done = found["compute"]
    _out(
        args,
        found,
        lambda: [
            f"{len(found['files'])} bestanden van een verzonnen streek gelezen; "
            f"{done['figures']} cijfers, {done['documents']} pagina's in {found['data']}"
        ],
    )
    serve = [plugin for plugin in _plugins() if plugin.name == "serve"]
    if args.json or args.no_serve or not serve:
        return 0
    options = ["--data", found["data"], "--port", args.port, "--lang", args.lang]
    return int(serve[0].load()(options))


def _check(args: argparse.Namespace) -> int:
    from instroom import api

    found = api.check(data=args.data)
    _out(
        args,
        found,
        lambda: [
            f"{'goed ' if c['ok'] else 'FOUT '} {c['id']}: {c['message']}" for c in found["checks"]
        ],
    )
    return 0 if found["ok"] else 12


if __name__ == "__main__":
    sys.exit(main())
