"""The definitions that hold together: those that come along, and one overlay on top of them."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from instroom.core.errors import DefinitionError, Where
from instroom.core.messages import Message
from instroom.core.printing import printable
from instroom.core.texts import SOURCE_LANGUAGE, Texts
from instroom.definitions import models, reading
from instroom.definitions.kinds import KINDS, KindName, called, spoken
from instroom.definitions.lowest_places import refuse_narrower

HERE = Path(__file__).parent
D = TypeVar("D", bound=models.Definition)
#: Indicators by id.
Indicators = dict[str, models.Indicator]
#: More names than this are counted, and not named, to who asked for another.
_FEW = 12


class Registry(Mapping[str, D], Generic[D]):
    """The definitions of one kind by id; an unknown id answers *did you mean*."""

    def __init__(self, items: dict[str, D], kind: Message) -> None:
        """Hold definitions by id; ``kind`` is what a refusal calls one of them."""
        self._items, self.kind = items, kind

    def __getitem__(self, key: str) -> D:
        if key not in self._items:
            raise unknown_id(key, self._items, self.kind)
        return self._items[key]

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


def unknown_id(
    key: str, known: Collection[str], kind: Message, where: Where | None = None
) -> DefinitionError:
    """Return the refusal of a name that is not there, with the nearest one that is."""
    near = get_close_matches(key, known, 1)
    return DefinitionError(
        "no {kind} '{key}'; did you mean '{near}'?" if near else "no {kind} '{key}'",
        code="unknown_id",
        where=where or Where(key=key),
        found=key,
        expected=_right(known, kind),
        hint=Message("did you mean '{near}'?", near=near[0]) if near else None,
        kind=kind,
        key=key,
        near=near[0] if near else None,
    )


def _right(known: Collection[str], kind: Message) -> Message:
    if not known:
        return Message("nothing: there is no {kind} to choose", kind=kind)
    if len(known) > _FEW:
        return Message("one of the {n} that there are", n=len(known))
    return one_of(known)


def one_of(names: Collection[str]) -> Message:
    """Return, in words, that one of these names is right.

    Examples
    --------
    >>> one_of(["havo"]), one_of(["havo", "vwo"])
    ("only 'havo'", 'one of: havo, vwo')
    """
    if len(names) == 1:
        return Message("only '{name}'", name=next(iter(names)))
    return Message("one of: {names}", names=", ".join(names))


class DefinitionSet:
    """What comes along, read kind by kind when asked for, and an overlay, read as a whole.

    So nothing that an overlay says depends on what was asked for first.
    """

    def __init__(self, extra: str) -> None:
        """Take the name of the overlay folder; without one it is empty."""
        self._extra = extra
        self._kinds: dict[KindName, Registry[Any]] = {}
        self._untranslated: dict[str, frozenset[str]] = {}

    def of(self, kind: KindName) -> Registry[Any]:
        """Return the definitions of a kind; those of the overlay add or replace by id."""
        if kind not in self._kinds:
            folder, model = KINDS[kind]
            shipped, extra = reading.load(HERE / folder, model, HERE), self._overlay.get(kind, {})
            if kind == "indicator":
                refuse_narrower(cast(Indicators, shipped), cast(Indicators, extra), folder)
            self._kinds[kind] = Registry(shipped | extra, called(kind))
        return self._kinds[kind]

    @cached_property
    def _overlay(self) -> dict[KindName, dict[str, models.Definition]]:
        if not self._extra:
            return {}
        base = Path(self._extra)
        _refuse_no_folder(base)
        return {
            kind: reading.load(base / folder, model, base)
            for kind, (folder, model) in KINDS.items()
        }

    @cached_property
    def words(self) -> dict[str, dict[str, str]]:
        """Return, per language, what the files of the overlay translate.

        Raises
        ------
        DefinitionError
            For a text that two files translate differently: either could be shown.
        """
        found: dict[str, dict[str, str]] = {}
        said_in: dict[tuple[str, str], str] = {}
        for kind, items in self._overlay.items():
            for item in items.values():
                file = f"{KINDS[kind][0]}/{item.id}.toml"
                for language, words in item.words.items():
                    known = found.setdefault(language, {})
                    for text, said in words.items():
                        other = said_in.setdefault((language, text), file)
                        if known.setdefault(text, said) != said:
                            where = Where(file=file, key=f"words.{language}")
                            raise _two_translations(where, text, said, known[text], other)
        return found

    def untranslated(self, language: str) -> frozenset[str]:
        """Return the texts of definitions that a page in this language shows in Dutch."""
        if language not in self._untranslated:
            self._untranslated[language] = frozenset(self._in_dutch(language))
        return self._untranslated[language]

    def _in_dutch(self, language: str) -> set[str]:
        if language == SOURCE_LANGUAGE:
            return set()
        t = Texts(language)
        texts = {
            text
            for kind, items in self._overlay.items()
            for item in items.values()
            for text in spoken(kind, item)
            if not t.knows(text)
        }
        return texts | {claim.quote for claim in self.of("claim").values()}


def _two_translations(
    where: Where, text: str, said: str, known: str, other: str
) -> DefinitionError:
    return DefinitionError(
        "'{text}' has another translation in {other}",
        code="words_differ",
        where=where,
        found=said,
        expected=known,
        hint=Message("give it the same translation in both files"),
        text=text,
        other=other,
    )


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
