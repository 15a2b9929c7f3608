"""Reading a file of sums field by field; everything strange is said with file and field."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from instroom.core.errors import DataError, Where
from instroom.core.messages import Message
from instroom.crossproducts.crossproducts import INTERCEPT, CrossProducts, Floats
from instroom.crossproducts.pooled import Path
from instroom.privacy.small_groups import SmallGroupRule

Value = TypeVar("Value")
#: Room for rounding between a group's sums and the products they should fit.
_FIT = 1e-9


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one JSON object, with its file and its place in there."""

    content: Mapping[str, Any]
    file: str
    place: str = ""

    @classmethod
    def of(cls, raw: bytes, file: str, kind: str, version: int) -> "Fields":
        """Return the fields of a file of this kind and version.

        Raises
        ------
        DataError
            ``not_sums`` or ``sums_version``.
        """
        try:
            content = json.loads(raw, parse_constant=_no, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise _foreign(file, kind) from error
        if not isinstance(content, dict) or content.get("format") != kind:
            raise _foreign(file, kind)
        if type(content.get("version")) is not int or content["version"] != version:
            raise DataError(
                "this version of the format is not known here",
                code="sums_version",
                where=Where(file=file, key="version"),
                found=str(content.get("version")),
                expected=str(version),
                hint=Message("a newer version of the software may read it"),
            )
        return cls(content, file)

    def bad(self, name: str, expected: str) -> DataError:
        """Return the error for a field."""
        return DataError(
            "a field is missing or is not what it should be",
            code="sums_field",
            where=Where(file=self.file, key=self.place + name),
            found=type(self.content[name]).__name__ if name in self.content else Message("nothing"),
            expected=expected,
        )

    def text(self, name: str) -> str:
        """Return a text."""
        value = self.content.get(name)
        if not isinstance(value, str):
            raise self.bad(name, Message("a text"))
        return value

    def maybe(self, name: str) -> str | None:
        """Return a text or null."""
        return None if name in self.content and self.content[name] is None else self.text(name)

    def count(self, name: str) -> int:
        """Return a whole number, 0 or more."""
        value = self.content.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.bad(name, Message("a whole number, 0 or more"))
        return value

    def items(self, name: str, length: int | None = None) -> list[Any]:
        """Return a list, of a certain length if that is known."""
        value = self.content.get(name)
        if not isinstance(value, list) or (length is not None and len(value) != length):
            raise self.bad(
                name,
                Message("a list")
                if length is None
                else Message("a list of {length}", length=length),
            )
        return value

    def strings(self, name: str, length: int | None = None) -> Path:
        """Return a list of texts."""
        values = self.items(name, length)
        if not all(isinstance(value, str) for value in values):
            raise self.bad(name, Message("a list of texts"))
        return tuple(values)

    def path(self) -> Path:
        """Return the names of a group and of those above it."""
        return self.strings("path")

    def floats(self, name: str, length: int) -> Floats:
        """Return a list of numbers."""
        values = self.items(name, length)
        if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
            raise self.bad(name, Message("a list of numbers"))
        try:
            numbers = np.array(values, dtype=np.float64)
        except OverflowError as error:
            raise self.bad(name, Message("numbers that fit in a double")) from error
        if not np.isfinite(numbers).all():
            raise self.bad(name, Message("numbers that fit in a double"))
        return numbers

    def words(self, name: str) -> dict[str, str]:
        """Return an object of texts."""
        value = self.mapping(name).content
        if not all(isinstance(text, str) for text in value.values()):
            raise self.bad(name, Message("an object of texts"))
        return dict(value)

    def mapping(self, name: str) -> "Fields":
        """Return an object."""
        value = self.content.get(name)
        if not isinstance(value, dict):
            raise self.bad(name, Message("an object"))
        return Fields(value, self.file, f"{self.place}{name}.")

    def mappings(self, name: str) -> list["Fields"]:
        """Return a list of objects."""
        values = self.items(name)
        if not all(isinstance(value, dict) for value in values):
            raise self.bad(name, Message("a list of objects"))
        return [
            Fields(value, self.file, f"{self.place}{name}.{i}.") for i, value in enumerate(values)
        ]

    def rule(self) -> SmallGroupRule:
        """Return the privacy rule."""
        counts = {
            name: self.count(name) for name in ("least", "per_column", "side", "pair", "coarse")
        }
        value = self.content.get("spread")
        if not isinstance(value, int | float) or isinstance(value, bool) or not value >= 0:
            raise self.bad("spread", Message("a number, 0 or more"))
        return SmallGroupRule(**counts, spread=float(value))

    def cross(self) -> CrossProducts:
        """Return the cross-products, once all parts fit each other.

        Raises
        ------
        DataError
            ``sums_field``.
        """
        columns, levels = self.strings("columns"), self.strings("levels")
        k, slope = len(columns), self.maybe("slope")
        if columns[:1] != (INTERCEPT,) or len(set(columns)) != k:
            raise self.bad(
                "columns", Message("different names, {intercept} first", intercept=INTERCEPT)
            )
        if slope is not None and slope not in columns:
            raise self.bad("slope", Message("one of the columns"))
        groups = sorted(self.mappings("groups"), key=lambda one: one.path()[::-1])
        found = [one.strings("path", len(levels)) for one in groups]
        if len(set(found)) != len(found) or (not levels and len(found) != 1):
            raise self.bad("groups", Message("every group once"))
        names = [
            sorted({path[: i + 1] for path in found}, key=lambda path: path[::-1])
            for i in range(len(levels))
        ]
        places = [{path: i for i, path in enumerate(level)} for level in names]
        cross = CrossProducts(
            columns,
            self.floats("shift", k),
            levels,
            tuple(
                np.array([above[path[:-1]] for path in level], dtype=np.int64)
                for above, level in zip(places, names[1:], strict=False)
            ),
            np.array([one.floats("sums", k) for one in groups]).reshape(-1, k),
            self._products(k, places[0] if places else {(): 0}),
            self.count("rows"),
            slope,
            None if slope is None else np.array([one.floats("slope_sums", k) for one in groups]),
            tuple(tuple(path[-1] for path in level) for level in names),
        )
        self._fits(cross, found, places)
        return cross

    def _products(self, k: int, places: Mapping[Path, int]) -> Floats:
        given = self.mappings("products")
        if sorted(one.path() for one in given) != sorted(places):
            raise self.bad("products", Message("one for each group of the highest level"))
        products = np.zeros((len(given), k, k))
        rows, columns = np.triu_indices(k)
        for one in given:
            at = places[one.path()]
            upper = one.floats("upper", len(rows))
            products[at, rows, columns] = products[at, columns, rows] = upper
        return products

    def _fits(self, cross: CrossProducts, found: list[Path], places: list[dict[Path, int]]) -> None:
        """Check that groups add up to rows and products, and products could be of real rows."""
        if cross.shift[0] != 0.0:
            raise self.bad("shift", Message("0 for the intercept"))
        counts = cross.sums[:, 0]
        if np.any(counts < 1) or np.any(counts % 1) or counts.sum() != cross.n:
            raise self.bad("groups", Message("whole numbers of rows that add up to 'rows'"))
        heads = np.zeros((len(cross.products), len(cross.columns)))
        at = [places[0][path[:1]] if places else 0 for path in found]
        np.add.at(heads, np.array(at, dtype=np.int64), cross.sums)
        spread = np.sqrt(np.maximum(cross.products.diagonal(axis1=1, axis2=2) * heads[:, :1], 0.0))
        if np.any(np.abs(heads - cross.products[:, 0, :]) > _FIT * (spread + 1e-300)):
            raise self.bad("products", Message("the sums of its groups in the first row"))
        scale = np.sqrt(np.maximum(cross.products.diagonal(axis1=1, axis2=2), 1e-300))
        scaled = cross.products / scale[:, :, None] / scale[:, None, :]
        if len(scaled) and np.linalg.eigvalsh(scaled).min() < -_FIT * len(cross.columns):
            raise self.bad("products", Message("products that real rows can have"))


def _no(name: str) -> float:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a field is there twice")
    return content


def _foreign(file: str, kind: str) -> DataError:
    return DataError(
        "this is no file of sums",
        code="not_sums",
        where=Where(file=file),
        expected=Message('JSON with "format": "{kind}"', kind=kind),
        hint=Message("make one with 'instroom compress'"),
    )
