"""The file in which sums per group travel: open, readable, and safe to check.

JSON with a fixed order of fields, a group on a line, and numbers with all their digits. The
signature at the end is over the bytes of the file itself, so that any tool can check it. Only
:func:`write_sums` makes such a file, and it lets nothing out that breaks the privacy rule.
Described field by field in ``docs/reference/sommenbestand.md``.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from instroom.core.errors import DataError, PrivacyError, Where
from instroom.core.messages import Message
from instroom.core.output_files import written
from instroom.crossproducts.compress import Compressed
from instroom.crossproducts.crossproducts import CrossProducts, Floats
from instroom.crossproducts.pooled import Path, ancestors, paths, pool
from instroom.privacy.pooling import Guarded, Refused, guard
from instroom.privacy.small_groups import REST, Merged, SmallGroupRule
from instroom.privacy.sums_fields import Fields
from instroom.privacy.sums_seal import seal, verify

FORMAT, VERSION = "instroom-sums", 1


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums from one file, or from several pooled.

    Attributes
    ----------
    cross
        The cross-products, with labels.
    dropped
        Rows left out where the sums were made, for a missing value.
    definition
        What the columns mean; files are pooled only when it is the same.
    description
        Anything else worth knowing, such as who made it and for which school year.
    rule, merged, refused
        The privacy rule, and what was merged and left out for it.
    labels
        ``plain``, or ``pseudonyms`` with ``key_mark`` telling which key made them.
    signed
        Whether a key proved who wrote it; without, only that nothing fell over on the way.
    name
        Name of the file, for messages.
    """

    cross: CrossProducts
    dropped: int
    definition: Mapping[str, str]
    description: Mapping[str, str]
    rule: SmallGroupRule
    merged: tuple[Merged, ...]
    refused: tuple[Refused, ...]
    labels: str
    key_mark: str | None
    signed: bool
    name: str


def write_sums(
    made: Compressed | CrossProducts,
    path: FilePath | str,
    *,
    definition: Mapping[str, str],
    description: Mapping[str, str] | None = None,
    key: bytes | None = None,
    pseudonyms: bytes | None = None,
    rule: SmallGroupRule | None = None,
    of_groups: Collection[str] = (),
) -> Guarded:
    """Write sums per group to a file once they keep the privacy rule, and return what was written.

    Equal sums, texts and keys give equal bytes.

    Parameters
    ----------
    made
        What ``compress`` gave, with labels and products per group of the highest level;
        cross-products alone will do, but then nothing is known of the values of columns.
    path
        Where to; an existing file is replaced.
    definition
        What the columns mean, such as ``{"instrument": "attitude-2026", "outcome": "scale 1-5"}``.
    description
        Free texts to go with it.
    key
        Key that the makers of files share with their reader: the file is signed with it
        (HMAC-SHA256). Without, the file ends in a plain SHA-256 digest, which shows damage but
        not who wrote it.
    pseudonyms
        Key that turns labels into pseudonyms. The same key gives the same school the same
        pseudonym in every file.
    rule, of_groups
        As for :func:`instroom.privacy.pooling.guard`.

    Raises
    ------
    PrivacyError, DataError
        As :func:`instroom.privacy.pooling.guard`; then nothing is written. ``empty_key`` when a
        key is shorter than 16 bytes.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> c = from_arrays({"y": range(30)}, {"school": ["a"] * 15 + ["b"] * 15}, keep_labels=True)
    >>> file = FilePath(mkdtemp()) / "sums.json"
    >>> write_sums(c, file, definition={"y": "a score"}, key=b"a key we both know").rows
    0
    >>> read_sums(file, key=b"a key we both know").cross.sums.tolist()
    [[15.0, -112.5], [15.0, 112.5]]
    """
    cross, dropped, spans = (
        (made.cross, made.dropped, made.spans) if isinstance(made, Compressed) else (made, 0, {})
    )
    for secret in (key, pseudonyms):
        if secret is not None and len(secret) < 16:
            raise PrivacyError(
                "a key is too short", code="empty_key", expected=Message("16 bytes or more")
            )
    kept = guard(cross, rule, of_groups=of_groups, spans=spans)
    if pseudonyms is not None:
        kept = _disguise(kept, pseudonyms)
    texts = {"definition": dict(definition), "description": dict(description or {})}
    body = _body(kept, dropped, texts, None if pseudonyms is None else _mark(pseudonyms))
    with written(path) as place:
        place.write_bytes(seal(body, key))
    return kept


def read_sums(path: FilePath | str, *, key: bytes | None = None) -> Sums:
    """Read sums that :func:`write_sums` wrote, after checking where they come from.

    Parameters
    ----------
    path
        The file.
    key
        The key it was signed with. A signed file is only read with its key; with a key given, a
        file that is not signed is refused.

    Raises
    ------
    DataError
        ``not_sums``, ``sums_version``, ``sums_field`` (a field is missing, strange or does not
        fit the others); the field is in ``where.key``.
    PrivacyError
        ``sums_changed`` when digest or signature do not fit; ``sums_key_needed``;
        ``sums_unsigned``.
    """
    file = FilePath(path)
    raw = file.read_bytes()
    fields = Fields.of(raw, file.name, FORMAT, VERSION)
    signed = verify(raw, file.name, key)
    cross = fields.cross()
    of = fields.mapping("guard")
    return Sums(
        cross,
        fields.count("dropped"),
        fields.words("definition"),
        fields.words("description"),
        of.rule(),
        tuple(
            Merged(one.text("level"), one.path(), one.count("groups"))
            for one in of.mappings("merged")
        ),
        tuple(
            Refused(one.text("level"), one.path(), one.text("code"), one.maybe("column"))
            for one in of.mappings("refused")
        ),
        fields.text("labels"),
        fields.maybe("key_mark"),
        signed,
        file.name,
    )


def pool_sums(files: Sequence[Sums]) -> Sums:
    """Return the sums of several files together (see :func:`instroom.crossproducts.pooled.pool`).

    Raises
    ------
    DataError
        ``nothing_to_pool``; ``sums_differ`` naming the file and the field that differs from the
        first file; ``same_file`` when two files hold the same sums.
    """
    if not files:
        raise DataError("there are no files to pool", code="nothing_to_pool")
    first, seen = files[0], dict[bytes, str]()
    for one in files:
        _fits(first, one)
        mark = one.cross.sums.tobytes() + one.cross.products.tobytes()
        if mark in seen:
            raise DataError(
                "the same sums as in {seen}",
                code="same_file",
                where=Where(file=one.name),
                hint=Message("give each file once"),
                seen=seen[mark],
            )
        seen[mark] = one.name
    descriptions = {
        f"{one.name}: {key}": text for one in files for key, text in one.description.items()
    }
    return replace(
        first,
        cross=pool([one.cross for one in files]),
        dropped=sum(one.dropped for one in files),
        description=first.description if len(files) == 1 else descriptions,
        merged=tuple(found for one in files for found in one.merged),
        refused=tuple(found for one in files for found in one.refused),
        signed=all(one.signed for one in files),
        name=", ".join(one.name for one in files),
    )


def _fits(first: Sums, one: Sums) -> None:
    cross, other = one.cross, first.cross
    same: list[tuple[str, Any, Any]] = [
        ("columns", cross.columns, other.columns),
        ("levels", cross.levels, other.levels),
        ("slope", cross.slope, other.slope),
        ("labels", one.labels, first.labels),
        ("key_mark", one.key_mark, first.key_mark),
    ]
    keys = sorted({*one.definition, *first.definition})
    same += [
        (f"definition.{key}", one.definition.get(key), first.definition.get(key)) for key in keys
    ]
    for field, here, there in same:
        if here != there:
            raise DataError(
                "differs from {name}",
                code="sums_differ",
                where=Where(file=one.name, key=field),
                found=_said(here),
                expected=_said(there),
                hint=Message(
                    "pool only files made with the same columns, levels, definition and key"
                ),
                name=first.name,
            )


def _said(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _mark(key: bytes) -> str:
    """Return what tells one key from another and tells nothing of the key."""
    return hmac.new(key, b"instroom key mark", hashlib.sha256).hexdigest()[:16]


def _disguise(kept: Guarded, key: bytes) -> Guarded:
    """Replace labels by pseudonyms: of the whole path, so that '1a' differs between schools."""
    cross, levels = kept.cross, kept.cross.levels

    def name(path: Path) -> str:
        text = json.dumps([levels[len(path) - 1], *path])
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:24]

    def whole(path: Path) -> Path:
        return tuple(REST if p == REST else name(path[: i + 1]) for i, p in enumerate(path))

    named = paths(cross) if levels else []
    tops: list[dict[int, str]] = [{} for _ in levels]
    for place, path in zip(_places(cross), named, strict=True):
        for level, (at, label) in enumerate(zip(place, whole(path), strict=True)):
            tops[level][at] = label
    return replace(
        kept,
        cross=replace(cross, labels=tuple(tuple(top[i] for i in range(len(top))) for top in tops)),
        merged=tuple(replace(one, path=whole(one.path)) for one in kept.merged),
        refused=tuple(replace(one, path=whole(one.path)) for one in kept.refused),
    )


def _places(cross: CrossProducts) -> Iterable[tuple[int, ...]]:

    return zip(*(level.tolist() for level in ancestors(cross)), strict=True)


def _body(
    kept: Guarded, dropped: int, texts: Mapping[str, dict[str, str]], key_mark: str | None
) -> bytes:
    """Return the file up to its signature."""
    cross, k = kept.cross, len(kept.cross.columns)
    upper = np.triu_indices(k)
    found = paths(cross) if cross.levels else [()]
    groups = []
    for g in sorted(range(len(found)), key=lambda i: found[i]):
        slopes = {} if cross.slope_sums is None else {"slope_sums": _numbers(cross.slope_sums[g])}
        groups.append(_json({"path": found[g], "sums": _numbers(cross.sums[g]), **slopes}))
    heads = (cross.labels[0] or ()) if cross.levels else ()
    products = [
        _json({"path": list(heads[s : s + 1]), "upper": _numbers(cross.products[s][upper])})
        for s in sorted(range(len(cross.products)), key=lambda s: heads[s : s + 1])
    ]
    guarded = {
        **asdict(kept.rule),
        # in order of the names written here: another order would tell of the names behind them
        "merged": [asdict(one) for one in sorted(kept.merged, key=lambda m: (m.level, m.path))],
        "refused": [asdict(one) for one in sorted(kept.refused, key=lambda r: r.path)],
    }
    head = {
        "format": FORMAT,
        "version": VERSION,
        **texts,
        "columns": cross.columns,
        "shift": _numbers(cross.shift),
        "levels": cross.levels,
        "slope": cross.slope,
        "labels": "plain" if key_mark is None else "pseudonyms",
        "key_mark": key_mark,
        "rows": cross.n,
        "dropped": dropped,
        "guard": guarded,
    }
    lines = [f"{_json(name)}:{_json(value)}," for name, value in head.items()]
    lines += ['"groups":[', ",\n".join(groups), "],", '"products":[', ",\n".join(products), "],"]
    return ("{" + "\n".join(lines) + "\n").encode()


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _numbers(values: Floats) -> list[float]:
    """Return plain floats; Python writes the fewest digits that give exactly the same number."""
    plain: list[float] = (values + 0.0).tolist()  # no minus zero
    return plain
