"""Groups that no figure counts but that a shown total minus shown parts would tell."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from instroom.privacy.tables import FrequencyTable

Floats = NDArray[np.float64]


def remainders(table: FrequencyTable, n: Floats, threshold: float) -> tuple[csr_matrix, Floats]:
    """Return the small groups that remain of a cell when its counted parts are taken away.

    A municipality of 57 pupils with one school of 50 in the figures tells of 7 at its other
    schools, though no figure is about them. Parts are the cells of one breakdown (with the same
    dimensions) that lie inside a cell; when they are all of it, nothing remains.

    Parameters
    ----------
    table
        The cells.
    n
        The number of every cell, shape (cells,), ``nan`` when it is not known exactly.
    threshold
        Remainders of 1 up to ``threshold - 1`` are returned.

    Returns
    -------
    csr_matrix, array
        Which finest groups each remainder counts, shape (remainders, groups), and its number.

    Examples
    --------
    >>> from instroom.privacy.tables import tabulate
    >>> nested = {"school": {"A": {"municipality": "X"}, "B": {"municipality": "X"}}}
    >>> table = tabulate([{"municipality": "X"}, {"school": "A"}], nested)
    >>> cover, left = remainders(table, np.array([57.0, 50.0]), 10)
    >>> cover.toarray().tolist(), left.tolist()
    ([[0.0, 1.0]], [7.0])
    """
    cover = table.cover
    size: Floats = cover @ np.ones(cover.shape[1])
    breakdowns: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for cell, dims in enumerate(table.dims):
        breakdowns[tuple(sorted(dims))].append(cell)
    counted = {_key(cover, cell) for cell in range(cover.shape[0])}
    rows, numbers = [csr_matrix((0, cover.shape[1]))], []
    for _, parts in sorted(breakdowns.items()):
        inside = _inside(cover, size, parts)
        covered, left = inside @ size[parts], n - inside @ n[parts]
        small = (covered > 0) & (covered < size) & (left > 0) & (left < threshold)
        for cell in np.flatnonzero(small).tolist():
            row = csr_matrix(cover[cell] - inside[cell] @ cover[parts])
            row.eliminate_zeros()
            row.sort_indices()
            key = _key(row, 0)
            if key not in counted:
                counted.add(key)
                rows.append(row)
                numbers.append(float(left[cell]))
    return csr_matrix(vstack(rows)), np.array(numbers)


def _inside(cover: csr_matrix, size: Floats, parts: list[int]) -> csr_matrix:
    """Return which parts lie inside which cells, smaller ones only."""
    shared = csr_matrix(cover @ cover[parts].T).tocoo()
    within = (shared.data == size[parts][shared.col]) & (shared.data < size[shared.row])
    pairs = (shared.row[within], shared.col[within])
    return csr_matrix((np.ones(int(within.sum())), pairs), shape=shared.shape)


def _key(cover: csr_matrix, row: int) -> bytes:
    indices = cover.indices[cover.indptr[row] : cover.indptr[row + 1]]
    return np.sort(indices).astype(np.int64).tobytes()
