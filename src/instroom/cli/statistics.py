"""Commands that need no open data: effects, scales, power, meta-analysis, protected tables."""

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from instroom.core.errors import DataError, UserError, Where
from instroom.core.messages import Message
from instroom.core.printing import printable
from instroom.core.texts import Texts

#: ``0,05`` as a Dutch or German user writes it; the options hold no thousands.
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*")
Handler = Callable[[argparse.Namespace], int]
Add = Callable[[str, str, Handler], argparse.ArgumentParser]
Out = Callable[[argparse.Namespace, Any, Callable[[], list[str]]], None]


def names(text: str) -> list[str]:
    """Return the names in ``a,b,c``."""
    return [part.strip() for part in text.split(",") if part.strip()]


def number(text: str) -> float:
    """Return a number, or a usage error that says what was found."""
    try:
        return float(text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text)
    except ValueError:
        raise UserError(
            "'{text}' is not a number", found=text, expected=Message("a number"), text=text
        ) from None


def whole(text: str) -> int:
    """Return a whole number, or a usage error that says what was found."""
    try:
        return int(text)
    except ValueError:
        raise UserError(
            "'{text}' is no whole number", found=text, expected="1, 2, 3 ...", text=text
        ) from None


def add_commands(add: Add, out: Out, t: Texts) -> None:
    """Add the commands of this module to the parser."""
    _add_effect(add, out, t)
    _add_scales(add, out, t)
    _add_power(add, out, t)
    _add_meta(add, out, t)
    _add_protect(add, out, t)


def _question(sub: argparse.ArgumentParser, t: Texts) -> None:
    """Add the options that say which columns mean what."""
    sub.add_argument("file", nargs="?", metavar="FILE.csv")
    sub.add_argument("--outcome", metavar="Y")
    sub.add_argument("--baseline", metavar="X")
    sub.add_argument("--treatment", metavar="T")
    sub.add_argument("--covariate", action="append", default=[], metavar="C")
    sub.add_argument(
        "--category", action="append", default=[], metavar="C",
        help=t("een covariaat waarvan de getallen namen van groepen zijn"),
    )  # fmt: skip
    _sheet(sub, t)
    sub.add_argument("--yes", metavar="VALUE", help=t("de waarde die ja betekent, zoals ja of 2"))
    sub.add_argument("--groups", type=names, default=[], metavar="SCHOOL[,CLASS]")
    sub.add_argument("--design", choices=["ancova", "did", "one_group", "growth"])
    sub.add_argument("--time", metavar="W")
    sub.add_argument("--pupil", metavar="P")
    sub.add_argument("--by", metavar="G", help=t("ook het effect per groep"))
    sub.add_argument("--start", type=number, metavar="T", help=t("eerste moment van het programma"))
    sub.add_argument(
        "--nested", action="store_true", help=t("gelijke namen in twee scholen zijn andere klassen")
    )


def _sheet(sub: argparse.ArgumentParser, t: Texts) -> None:
    sub.add_argument("--sheet", metavar="NAME", help=t("het blad van een werkmap"))


def _asked(args: argparse.Namespace) -> dict[str, Any]:
    """Return the options of a question, whose types argparse does not know."""
    return {
        name: getattr(args, name)
        for name in (
            "outcome", "baseline", "treatment", "covariate", "category", "groups", "design", "time",
            "pupil", "by", "yes", "sheet", "start", "nested",
        )
    }  # fmt: skip


def _add_effect(add: Add, out: Out, t: Texts) -> None:
    def effect(args: argparse.Namespace) -> int:
        from instroom import api
        from instroom.cli.statistics_lines import effect_lines

        found = api.effect(
            args.file,
            **_asked(args),
            from_=args.from_ or (),
            key=args.key,
            allocation=args.allocation,
            df=args.df,
            robust=args.robust,
            plan_changed=args.plan_changed,
            link=args.link,
            outcome_label=args.outcome_label,
            family=args.family,
        )
        out(args, found, lambda: effect_lines(found, args.lang))
        return 0

    def compress(args: argparse.Namespace) -> int:
        from instroom import api
        from instroom.cli.statistics_lines import compress_lines

        found = api.compress(args.file, **_asked(args), out=args.out, key=args.key)
        out(args, found, lambda: compress_lines(found, args.lang))
        return 0

    sub = add("effect", t("het effect van een programma op een score, eerlijk verwoord"), effect)
    _question(sub, t)
    sub.add_argument("--from", dest="from_", nargs="+", metavar="S.json", help=t("sommenbestanden"))
    sub.add_argument("--key", metavar="FILE", help=t("sleutel waarmee sommen zijn ondertekend"))
    sub.add_argument(
        "--allocation",
        default="unknown",
        choices=["randomised", "waiting_list", "matched", "self_selected", "unknown"],
        help=t("wie bepaalde wie meedeed"),
    )
    sub.add_argument("--df", default="satterthwaite", choices=["satterthwaite", "kenward-roger"])
    sub.add_argument("--robust", choices=["cr0", "cr1", "cr1s", "cr2", "cr3"])
    sub.add_argument(
        "--plan-changed", action="store_true", help=t("de analyse week af van het plan vooraf")
    )
    sub.add_argument(
        "--link", metavar="P", help=t("kolom met de kans dat voor en na kloppen (0-1)")
    )
    sub.add_argument("--outcome-label", metavar="TEXT", help=t("hoe de uitkomst in de zin heet"))
    sub.add_argument("--family", choices=["gaussian", "binomial"], help=t("binomial bij ja of nee"))
    sub = add("compress", t("scores optellen per groep, om te delen zonder leerlingen"), compress)
    _question(sub, t)
    sub.add_argument("--out", required=True, metavar="S.json")
    sub.add_argument("--key", metavar="FILE", help=t("sleutel om het bestand mee te ondertekenen"))


def _add_scales(add: Add, out: Out, t: Texts) -> None:
    def reliability(args: argparse.Namespace) -> int:
        from instroom import api
        from instroom.cli.statistics_lines import reliability_lines

        found = api.reliability(
            args.file,
            items=args.items,
            reverse=args.reverse,
            range=args.range,
            sheet=args.sheet,
        )
        out(args, found, lambda: reliability_lines(found, args.lang))
        return 0

    sub = add("reliability", t("hoe betrouwbaar een schaal meet"), reliability)
    sub.add_argument("file", metavar="FILE.csv")
    sub.add_argument("--items", type=names, required=True, metavar="A,B,C")
    sub.add_argument("--reverse", type=names, default=[], metavar="C")
    sub.add_argument("--range", metavar="1:5", help=t("laagste en hoogste antwoord"))
    _sheet(sub, t)


def _add_power(add: Add, out: Out, t: Texts) -> None:
    def power(args: argparse.Namespace) -> int:
        from instroom import api
        from instroom.cli.statistics_lines import power_lines

        options = {
            key: value
            for key, value in vars(args).items()
            if key not in ("command", "handler", "json", "lang", "data", "progress")
            and value is not None
        }
        found = api.power(**options)
        out(args, found, lambda: power_lines(found, args.lang))
        return 0

    sub = add("power", t("welk effect een opzet kan vinden, voor u begint"), power)
    sub.add_argument("--schools", type=whole, required=True, metavar="J")
    sub.add_argument(
        "--pupils", type=number, required=True, metavar="N", help=t("per school, of klas")
    )
    sub.add_argument("--icc", type=number, required=True, metavar="R")
    sub.add_argument("--classes", type=number, metavar="C", help=t("per school"))
    sub.add_argument("--icc-class", type=number, metavar="R2")
    sub.add_argument("--r2-pupil", type=number, metavar="R")
    sub.add_argument("--r2-class", type=number, metavar="R")
    sub.add_argument("--r2-school", type=number, metavar="R")
    sub.add_argument("--treated-share", type=number, metavar="P")
    sub.add_argument("--effect", type=number, metavar="D", help=t("in standaarddeviaties"))
    sub.add_argument("--covariates-school", type=whole, metavar="K")
    sub.add_argument("--one-tailed", action="store_true", default=None)
    sub.add_argument("--power", type=number, metavar="P")
    sub.add_argument("--simulate", action="store_true", default=None)


def _add_meta(add: Add, out: Out, t: Texts) -> None:
    def meta(args: argparse.Namespace) -> int:
        from instroom import api
        from instroom.cli.statistics_lines import meta_lines

        found = api.meta(
            args.file,
            effect=args.effect,
            variance=args.variance,
            measure=args.measure,
            columns=[name.strip() for name in (args.columns or "").split(",") if name.strip()],
            cluster=args.cluster,
            moderator=args.moderator,
            method=args.method,
            test=args.test,
            sheet=args.sheet,
        )
        out(args, found, lambda: meta_lines(found, args.lang))
        return 0

    sub = add("meta", t("wat studies samen zeggen"), meta)
    sub.add_argument("file", metavar="FILE.csv")
    sub.add_argument("--effect", metavar="YI")
    sub.add_argument("--variance", metavar="VI")
    sub.add_argument("--measure", metavar="RR", help=t("OR, RR, RD, PLO, SMD, SMDH of SMCR"))
    sub.add_argument("--columns", metavar="A,N1,C,N2", help=t("waar de maat uit volgt"))
    sub.add_argument("--cluster", metavar="STUDY")
    sub.add_argument("--moderator", action="append", default=[], metavar="M")
    sub.add_argument("--method", default="REML", choices=["REML", "DL", "PM", "ML", "EB", "FE"])
    sub.add_argument("--test", default="knha", choices=["knha", "z"])
    _sheet(sub, t)


def _add_protect(add: Add, out: Out, t: Texts) -> None:
    def protect(args: argparse.Namespace) -> int:
        from instroom import api
        from instroom.core.data_directory import data_directory
        from instroom.privacy import releases

        register = Path(args.register or data_directory(args.data) / releases.REGISTER)
        found = api.protect(
            _figures(args.file),
            threshold=args.threshold,
            width=args.width,
            round=args.round,
            bounds=args.bounds,
            above=args.above,
            below=args.below,
            outside=_figures(args.outside) if args.outside else (),
            earlier=releases.earlier(register),
            **({} if args.seconds is None else {"seconds": args.seconds}),
        )
        if args.name:
            releases.remember(register, [f for f in found if "dims" in f], name=args.name)
        out(args, found, lambda: found.lines(args.lang))
        return 0

    sub = add("protect", t("tabellen samen afschermen, zodat niemand te herleiden is"), protect)
    sub.add_argument("file", metavar="FIGURES.json")
    sub.add_argument("--threshold", type=whole, default=10, metavar="N")
    sub.add_argument("--width", type=whole, default=10, metavar="N")
    sub.add_argument("--round", type=whole, metavar="5")
    sub.add_argument("--bounds", default="open", choices=["open", "relative"])
    sub.add_argument("--above", type=whole, metavar="A")
    sub.add_argument("--below", type=whole, metavar="B")
    sub.add_argument(
        "--outside", metavar="FILE.json", help=t("cijfers die anderen al publiceerden")
    )
    sub.add_argument(
        "--register",
        metavar="FILE",
        help=t("wat er eerder naar buiten ging; anders dat van de gegevensmap"),
    )
    sub.add_argument(
        "--seconds", type=number, metavar="S", help=t("hoe lang er gezocht mag worden, anders 60")
    )
    sub.add_argument("--name", help=t("naam van deze uitgave; komt in het register"))


def _figures(file: str) -> Any:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
        return json.loads(text)
    except OSError:
        raise DataError(
            "there is no file '{file}'",
            code="no_file",
            where=Where(file),
            hint=Message("check the path"),
            file=file,
        ) from None
    except ValueError as error:
        row = getattr(error, "lineno", None)
        raise DataError(
            "this is no JSON",
            code="no_json",
            where=Where(file, row),
            found=_line_of(error),
            expected=Message('a list such as [{"dims": {"school": "A"}, "n": 12}]'),
        ) from None


def _line_of(error: ValueError) -> str | None:
    """Return the line at which reading JSON stopped."""
    if not isinstance(error, json.JSONDecodeError):
        return None
    lines = error.doc.splitlines()
    return printable(lines[error.lineno - 1].strip(), 80) if error.lineno <= len(lines) else None
