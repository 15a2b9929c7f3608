"""Figures of one release as cells of linked tables: who adds up to what.

A figure says of which people it is the number: ``{"school": "A", "gender": "f"}``. A figure
without a dimension is the total over it. Dimensions can be nested (a school lies in one
municipality and belongs to one board), so a figure of a municipality is a sum over its schools.
Everything else in the chapter works on the matrix made here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from instroom.core.errors import DataError
from instroom.core.messages import Message

#: Finest value -> value of every coarser dimension it lies in.
Attributes = dict[str, str]
#: Dimension -> value -> coarser dimension -> coarser value, as in the input.
Nested = Mapping[str, Mapping[str, Mapping[str, Any]]]
#: More combinations of finest values than this are refused before they fill the memory.
MOST_COMBINATIONS = 2_000_000


@dataclass(frozen=True, slots=True)
class FrequencyTable:
    """Cells of linked tables; figures about exactly the same people are one cell.

    Attributes
    ----------
    of
        Per figure the number of its cell, ``-1`` for a combination nobody can be in (a school
        with a municipality it does not lie in).
    names
        Per cell the canonical text of its dimensions; cells are sorted by it, so that nothing
        depends on the order of the figures.
    cover
        Which finest groups a cell counts, shape (cells, groups), entries 1. Groups that no
        figure tells apart are one column.
    dims
        Per cell the dimensions it is broken down by (of its first figure), coarse ones included.
    """

    of: tuple[int, ...]
    names: tuple[str, ...]
    cover: csr_matrix
    dims: tuple[dict[str, str], ...]


def tabulate(dims: Sequence[Mapping[str, Any]], nested: Nested | None = None) -> FrequencyTable:
    """Return the cells of figures with these dimensions.

    Parameters
    ----------
    dims
        Per figure its dimensions and their values. Values are compared as text.
    nested
        ``{"school": {"A": {"municipality": "X"}}}``; chains are followed (a school in a
        municipality in a region). Coarse values without any known finer value stand for an
        unknown finer one.

    Raises
    ------
    DataError
        When dimensions are no mapping, a nesting goes round or gives one value two parents, or
        there are more than 2 million combinations.

    Examples
    --------
    >>> figures = [{}, {"school": "A"}, {"school": "B"}, {"municipality": "X"}]
    >>> table = tabulate(figures, {"school": {"A": {"municipality": "X"}}})
    >>> table.of, table.cover.toarray().astype(int).tolist()
    ((0, 1, 2, 1), [[1, 1], [1, 0], [0, 1]])
    """
    texts = [_as_text(d) for d in dims]
    tree = _Tree(nested or {}, texts)
    groups = [tree.finest(d) for d in texts]
    rows = _coverage(groups, tree.domains(groups))
    return _cells(texts, rows)


def name_of(dims: Mapping[str, str]) -> str:
    """Return the canonical text of dimensions: sorted, fewest first.

    Examples
    --------
    >>> name_of({"school": "A", "gender": "f"})
    'gender=f;school=A'
    """
    return ";".join(f"{key}={dims[key]}" for key in sorted(dims))


def _as_text(dims: Mapping[str, Any]) -> dict[str, str]:
    if not isinstance(dims, Mapping) or any(v is None or v == "" for v in dims.values()):
        raise DataError(
            "the dimensions of a figure are names with values",
            code="dims",
            found=repr(dims)[:200],
            expected=Message('{"school": "A", "gender": "f"}; leave a dimension out for its total'),
        )
    return {str(key): str(value) for key, value in dims.items()}


class _Tree:
    """The nesting, every finest value with all coarser values it lies in."""

    def __init__(self, nested: Nested, texts: Iterable[Attributes]) -> None:
        self.links = {
            str(fine): {
                str(v): {str(c): str(cv) for c, cv in up.items()} for v, up in values.items()
            }
            for fine, values in nested.items()
        }
        self.finest_of = self._finest()
        self.known: dict[str, dict[str, Attributes]] = {
            fine: {v: self._upward(fine, v) for v in values}
            for fine, values in self.links.items()
            if fine not in self.finest_of
        }
        self._place_unknown(texts)

    def _finest(self) -> dict[str, str]:
        """Return per coarse dimension the finest one under it."""
        above: dict[str, set[str]] = {}
        for fine, values in self.links.items():
            for up in values.values():
                above.setdefault(fine, set()).update(up)
        found: dict[str, set[str]] = {}
        coarse = set().union(*above.values()) if above else set()
        for fine in sorted(set(above) - coarse):
            todo, seen = sorted(above[fine]), {fine}
            while todo:
                one = todo.pop()
                if one not in seen:
                    seen.add(one)
                    found.setdefault(one, set()).add(fine)
                    todo += sorted(above.get(one, ()))
        for one in sorted(coarse):
            if len(found.get(one, ())) != 1:
                raise DataError(
                    "'{one}' must lie above one finest dimension",
                    code="nesting",
                    found=", ".join(sorted(found.get(one, ()))) or Message("a circle"),
                    expected=Message("for example school in municipality in region"),
                    one=one,
                )
        return {one: next(iter(fines)) for one, fines in found.items()}

    def _upward(self, dimension: str, value: str) -> Attributes:
        found: Attributes = {dimension: value}
        todo = [(dimension, value)]
        while todo:
            for coarse, upper in sorted(self.links.get(todo[0][0], {}).get(todo[0][1], {}).items()):
                if found.setdefault(coarse, upper) != upper:
                    raise DataError(
                        "{dimension} '{value}' lies in two values of '{coarse}'",
                        code="nesting",
                        found=Message("{seen} and {upper}", seen=found[coarse], upper=upper),
                        expected=Message("one"),
                        dimension=dimension,
                        value=value,
                        coarse=coarse,
                    )
                todo.append((coarse, upper))
            todo.pop(0)
        return found

    def _place_unknown(self, texts: Iterable[Attributes]) -> None:
        """Give coarse values that have no known finer value a finer one of their own."""
        wanted: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
        for dims in texts:
            for fine in self.known:
                part = {k: v for k, v in dims.items() if self.finest_of.get(k, k) == fine}
                if fine in part:
                    self.known[fine].setdefault(part[fine], {fine: part[fine]})
                    continue
                new = {k: v for k, v in part.items() if not self._has(fine, k, v)}
                wanted |= {(fine, ((k, v),)) for k, v in new.items()}
                if new and len(part) > 1:
                    wanted.add((fine, tuple(sorted(part.items()))))
        for fine, part_items in sorted(wanted):
            found: Attributes = {}
            for key, value in part_items:
                found |= self._upward(key, value)
            self.known[fine]["\0" + name_of(dict(part_items))] = found

    def _has(self, fine: str, coarse: str, value: str) -> bool:
        return any(up.get(coarse) == value for up in self.known[fine].values())

    def finest(self, dims: Attributes) -> dict[str, frozenset[str]]:
        """Return per finest dimension the values a figure counts."""
        found: dict[str, frozenset[str]] = {}
        for key, value in dims.items():
            fine = self.finest_of.get(key, key)
            if fine in self.known:
                inside = frozenset(v for v, up in self.known[fine].items() if up.get(key) == value)
            else:
                inside = frozenset({value})
            found[fine] = found.get(fine, inside) & inside
        return found

    def domains(self, groups: Iterable[Mapping[str, frozenset[str]]]) -> dict[str, list[str]]:
        """Return per finest dimension all its values, in order."""
        found: dict[str, set[str]] = {fine: set(values) for fine, values in self.known.items()}
        for group in groups:
            for fine, values in group.items():
                found.setdefault(fine, set()).update(values)
        return {fine: sorted(found[fine]) for fine in sorted(found)}


def _coverage(
    groups: Sequence[Mapping[str, frozenset[str]]], domains: dict[str, list[str]]
) -> list[NDArray[np.int64]]:
    """Return per figure the numbers of the finest combinations it counts."""
    shape = tuple(len(values) for values in domains.values())
    if np.prod(np.array(shape, float)) > MOST_COMBINATIONS:
        raise DataError(
            "too many combinations of finest values to protect together",
            code="too_many_cells",
            found=" x ".join(f"{len(v)} {k}" for k, v in domains.items()),
            expected=Message("at most {most_combinations:,}", most_combinations=MOST_COMBINATIONS),
            hint=Message("protect years or regions that no figure adds up separately"),
        )
    place = {fine: {v: i for i, v in enumerate(values)} for fine, values in domains.items()}
    strides = np.cumprod((1, *shape[::-1]))[:-1][::-1]
    rows = []
    for group in groups:
        cells = np.zeros(1, np.int64)
        for stride, fine in zip(strides, domains, strict=True):
            chosen = sorted(place[fine][v] for v in group.get(fine, domains[fine]))
            cells = (cells[:, None] + stride * np.array(chosen, np.int64)[None, :]).ravel()
        rows.append(np.sort(cells))
    return rows


def _cells(texts: Sequence[Attributes], rows: Sequence[NDArray[np.int64]]) -> FrequencyTable:
    """Join figures about the same people, and groups that no figure tells apart."""
    names = [name_of(d) for d in texts]
    order = sorted(range(len(texts)), key=lambda i: (len(texts[i]), names[i]))
    cell_of: dict[bytes, int] = {}
    firsts: list[int] = []
    of = [-1] * len(texts)
    for i in order:
        if len(rows[i]) == 0:
            continue
        key = rows[i].tobytes()
        if key not in cell_of:
            cell_of[key] = len(firsts)
            firsts.append(i)
        of[i] = cell_of[key]
    cover = _joined([rows[i] for i in firsts])
    return FrequencyTable(
        tuple(of), tuple(names[i] for i in firsts), cover, tuple(dict(texts[i]) for i in firsts)
    )


def _joined(rows: Sequence[NDArray[np.int64]]) -> csr_matrix:
    """Return the matrix of cells by groups with equal columns joined, in order of first sight."""
    if not rows:
        return csr_matrix((0, 0))
    cells = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    groups, column = np.unique(np.concatenate(rows), return_inverse=True)
    by_column = np.argsort(column, kind="stable")
    edges = np.searchsorted(column[by_column], np.arange(len(groups) + 1))
    seen: dict[bytes, int] = {}
    for start, stop in pairwise(edges):
        seen.setdefault(cells[by_column[start:stop]].tobytes(), len(seen))
    counted = [np.frombuffer(key, cells.dtype) for key in seen]
    which = np.repeat(np.arange(len(counted)), [len(c) for c in counted])
    data = np.ones(len(which))
    return csr_matrix((data, (np.concatenate(counted), which)), shape=(len(rows), len(counted)))
