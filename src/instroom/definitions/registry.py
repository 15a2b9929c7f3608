"""Find, read and check definition files; an overlay folder adds or replaces them by id.

``INSTROOM_DEFINITIONS`` names the overlay: a folder laid out like ``instroom/definitions``.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import ValidationError

from instroom.core.errors import DefinitionError, Where
from instroom.core.messages import Message, joined, words_of
from instroom.core.printing import printable
from instroom.core.texts import brought_by
from instroom.definitions import models
from instroom.definitions.references import references

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

HERE = Path(__file__).parent
D = TypeVar("D", bound=models.Definition)

#: kind -> folder and model; this is the whole list of kinds.
KINDS: dict[str, tuple[str, type[models.Definition]]] = {
    "source": ("monitoring/sources", models.SourceDefinition),
    "publisher": ("monitoring/publishers", models.Publisher),
    "codes": ("monitoring/codes", models.CodeList),
    "indicator": ("monitoring/indicators", models.Indicator),
    "classification": ("monitoring/classifications", models.Classification),
    "pipeline": ("monitoring/pipelines", models.PipelineDefinition),
    "reasons": ("monitoring/reasons", models.Reasons),
    "verdict": ("monitoring/verdicts", models.VerdictRule),
    "kpi": ("programme/kpis", models.Kpi),
    "claim": ("region/claims", models.Claim),
    "region": ("region/regions", models.Region),
    "places": ("region/places", models.Places),
    "page": ("reports/pages", models.PageDefinition),
    "glossary": ("glossary", models.Glossary),
}


#: What one of a kind is called in a refusal, in the reader's language.
_CALLED = {
    "source": Message("source"),
    "publisher": Message("publisher"),
    "codes": Message("code list"),
    "indicator": Message("indicator"),
    "classification": Message("classification"),
    "pipeline": Message("pipeline"),
    "reasons": Message("list of reasons"),
    "verdict": Message("rule for a verdict"),
    "kpi": Message("goal"),
    "claim": Message("claim"),
    "region": Message("region"),
    "places": Message("list of places"),
    "page": Message("page"),
    "glossary": Message("glossary"),
}


class Registry(Mapping[str, D], Generic[D]):
    """The definitions of one kind by id; an unknown id answers *did you mean*."""

    def __init__(self, items: dict[str, D], kind: str) -> None:
        """Hold definitions by id; ``kind`` is what a refusal calls one of them."""
        self._items, self.kind = items, kind

    def __getitem__(self, key: str) -> D:
        if key not in self._items:
            near = get_close_matches(key, self._items, 1)
            few = len(self._items) <= 12
            known = ", ".join(self._items) if few else Message("{n} known", n=len(self))
            raise DefinitionError(
                "no {kind} '{key}'; did you mean '{near}'?" if near else "no {kind} '{key}'",
                code="unknown_id",
                where=Where(key=key),
                found=key,
                expected=known,
                hint=Message("did you mean '{near}'?", near=near[0]) if near else None,
                kind=self.kind,
                key=key,
                near=near[0] if near else None,
            )
        return self._items[key]

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


def overlay() -> Path | None:
    """Return the overlay folder, if one is set."""
    folder = os.environ.get("INSTROOM_DEFINITIONS", "")
    return Path(folder) if folder else None


def load(folder: Path, model: type[D], base: Path | None = None) -> dict[str, D]:
    """Read all definition files below ``folder``.

    The id is the path below the folder without ``.toml`` (``technical_profile/monitor``).

    Raises
    ------
    DefinitionError
        With file and key; all problems of one file at once, unknown keys first, because a
        misspelt key is why another one seems to be missing.
    """
    items: dict[str, D] = {}
    for file in sorted(folder.rglob("*.toml")):
        key = file.relative_to(folder).with_suffix("").as_posix()
        items[key] = read_file(file, model, key, base or folder)
    return items


def read_file(file: Path, model: type[D], key: str, base: Path) -> D:
    """Read one definition file; see :func:`load`."""
    name = file.relative_to(base).as_posix() if file.is_relative_to(base) else file.name
    try:
        # not judged yet: the model says what may stand in it
        data: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _no_toml(error, name, file) from error
    try:
        return model(id=key, **{k: v for k, v in data.items() if k != "id"})
    except ValidationError as error:
        raise _all_problems(error, name, model) from error


def _all_problems(
    error: ValidationError, name: str, model: type[models.Definition]
) -> DefinitionError:
    problems = sorted(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    lines = [_problem(problem, model) for problem in problems]
    first = ".".join(str(part) for part in problems[0]["loc"])
    return DefinitionError(
        joined("; ", lines),
        code="definition_invalid",
        where=Where(file=name, key=first),
        found=Message("{n} problem(s)", n=len(lines)),
        expected=Message("a {name} definition", name=model.__name__.lower()),
        hint=Message("mend the keys named; nothing was loaded"),
    )


#: What the library that checks definitions calls a problem -> our words for it.
_PROBLEMS = {
    "missing": "this key is missing",
    "string_type": "text is expected",
    "bool_type": "true or false is expected",
    "bool_parsing": "true or false is expected",
    "int_type": "a whole number is expected",
    "int_parsing": "a whole number is expected",
    "int_from_float": "a whole number is expected",
    "float_type": "a number is expected",
    "float_parsing": "a number is expected",
    "list_type": "a list is expected",
    "tuple_type": "a list is expected",
    "dict_type": "a table is expected",
    "model_type": "a table is expected",
    "literal_error": "one of {expected} is expected",
    "string_pattern_mismatch": "text of the form {pattern} is expected",
    "string_too_short": "at least {min_length} sign(s) are expected",
    "string_too_long": "at most {max_length} signs are expected",
    "too_short": "at least {min_length} part(s) are expected",
    "too_long": "at most {max_length} parts are expected",
    "greater_than": "a number above {gt} is expected",
    "greater_than_equal": "a number of {ge} or more is expected",
    "less_than": "a number below {lt} is expected",
    "less_than_equal": "a number of {le} or less is expected",
    "date_type": "a date is expected",
    "date_parsing": "a date is expected",
    "date_from_datetime_parsing": "a date is expected",
}


def _problem(problem: "ErrorDetails", model: type[models.Definition]) -> Message:
    """Return one problem in words; an error the table does not know keeps the library's own."""
    key = ".".join(str(part) for part in problem["loc"]) or Message("(whole file)")
    return Message("key '{key}': {problem}", key=key, problem=_what_is_wrong(problem, model))


def _what_is_wrong(problem: "ErrorDetails", model: type[models.Definition]) -> str:
    if problem["type"] == "extra_forbidden":
        near = get_close_matches(str(problem["loc"][-1]), model.model_fields, 1)
        if not near:
            return Message("unknown key")
        return Message("unknown key; did you mean '{near}'?", near=near[0])
    said = problem.get("ctx", {})
    if problem["type"] == "value_error":
        return words_of(said["error"])
    if problem["type"] in _PROBLEMS:
        return Message(_PROBLEMS[problem["type"]], **{k: str(v) for k, v in said.items()})
    return problem["msg"]


_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


def _no_toml(error: Exception, name: str, file: Path) -> DefinitionError:
    """Return the refusal of a file that is no TOML, with the line where reading stopped."""
    place = _PLACE.search(str(error))
    row = int(place[1]) if place else None
    lines = file.read_bytes().decode("utf-8", "replace").splitlines()
    return DefinitionError(
        "this is no TOML",
        code="definition_syntax",
        where=Where(file=name, row=row),
        found=printable(lines[row - 1].strip(), 120) if row and row <= len(lines) else None,
        expected=Message('a key, = and a value on every line, as in: title = "Havo"'),
        hint=Message("look at this line, and at the quotes and brackets before it"),
    )


@cache
def _registry(kind: str, extra: str) -> Registry[Any]:
    folder, model = KINDS[kind]
    items = load(HERE / folder, model, HERE)
    if extra:
        _refuse_no_folder(Path(extra))
        items |= load(Path(extra) / folder, model, Path(extra))
        for item in items.values():
            for language, words in item.words.items():
                _WORDS.setdefault((extra, language), {}).update(words)
    return Registry(items, _CALLED[kind])


#: Overlay and language -> what its files that were read bring of that language.
_WORDS: dict[tuple[str, str], dict[str, str]] = {}


def _words(language: str) -> dict[str, str]:
    """Return what the overlay translates; a text is known when the file it stands in is."""
    return _WORDS.get((str(overlay() or ""), language), {}) if _WORDS else {}


brought_by(_words)


def _refuse_no_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    raise DefinitionError(
        "INSTROOM_DEFINITIONS is not the name of a folder",
        code="definitions_folder",
        where=Where(file=printable(str(folder), 120)),
        found=Message("a file") if folder.exists() else Message("nothing of this name"),
        expected=Message("a folder laid out like instroom/definitions"),
        hint=Message("make the folder, or give INSTROOM_DEFINITIONS another value or none"),
    )


def _get(kind: str) -> Registry[Any]:
    return _registry(kind, str(overlay() or ""))


def kind(name: str) -> Registry[Any]:
    """Return the definitions of a kind by its name, a key of ``KINDS``."""
    return _get(name)


def sources() -> Registry[models.SourceDefinition]:
    """Return the layouts of publishers."""
    return _get("source")


def publishers() -> Registry[models.Publisher]:
    """Return the publishers, with what their tables have in common."""
    return _get("publisher")


def codes() -> Registry[models.CodeList]:
    """Return the code lists, one per dimension."""
    return _get("codes")


def indicators() -> Registry[models.Indicator]:
    """Return the indicators."""
    return _get("indicator")


def classifications() -> Registry[models.Classification]:
    """Return the classifications, by ``kind/id``."""
    return _get("classification")


def pipelines() -> Registry[models.PipelineDefinition]:
    """Return the pipelines."""
    return _get("pipeline")


def reasons() -> dict[str, str]:
    """Return the words for every reason code; overlays add reasons."""
    return {code: text for found in _get("reasons").values() for code, text in found.texts.items()}


def verdicts() -> Registry[models.VerdictRule]:
    """Return the rules that turn two figures into a verdict."""
    return _get("verdict")


def kpis() -> Registry[models.Kpi]:
    """Return the seven goals."""
    return _get("kpi")


def claims() -> Registry[models.Claim]:
    """Return the claims of the programme outline."""
    return _get("claim")


def regions() -> Registry[models.Region]:
    """Return the regions."""
    return _get("region")


def places() -> Registry[models.Places]:
    """Return the lists of municipalities, one per country."""
    return _get("places")


def pages() -> Registry[models.PageDefinition]:
    """Return the pages of which every word stands in a file."""
    return _get("page")


def glossary() -> models.Glossary:
    """Return the words of the house; overlays add terms."""
    merged = {term.identifier: term for g in _get("glossary").values() for term in g.terms}
    return models.Glossary(id="glossary", title="Woordenlijst", terms=list(merged.values()))


def check_all() -> dict[str, int]:
    """Load every kind and return how many definitions each has.

    Raises
    ------
    DefinitionError
        For the first file that cannot be used, that names another which is not there, or that
        stands where no kind has its folder.
    """
    counts = {kind: len(_get(kind)) for kind in KINDS}
    _refuse_lost_files()
    for one in references(_get):
        try:
            names = {name: models.Definition(id=name, title=name) for name in one.known}
            _ = Registry(names, one.called or _CALLED[one.of])[one.value]
        except DefinitionError as error:
            raise DefinitionError(
                error.message,
                code="unknown_id",
                where=Where(file=f"{KINDS[one.kind][0]}/{one.id}.toml", key=one.key),
                found=error.found,
                expected=error.expected,
                hint=error.hint,
            ) from error
    return counts


def _refuse_lost_files() -> None:
    """Refuse a file of the overlay in a folder that no kind reads."""
    extra, homes = overlay(), [folder for folder, _ in KINDS.values()]
    for file in sorted(extra.rglob("*.toml")) if extra else ():
        name = file.relative_to(extra or file).as_posix()
        if name.startswith(".") or any(name.startswith(f"{home}/") for home in homes):
            continue
        folder = file.parent.relative_to(extra or file).as_posix()
        near = [home for home in homes if home.endswith(f"/{folder.rpartition('/')[2]}")]
        near = near or get_close_matches(folder, homes, 1)
        raise DefinitionError(
            "no kind of definition stands in this folder",
            code="definition_lost",
            where=Where(file=name),
            found=folder,
            expected=", ".join(homes),
            hint=Message("move the file to {folder}", folder=near[0])
            if near
            else Message("move the file to one of these folders"),
        )
