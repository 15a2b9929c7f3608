"""Sums travel whole, signed and described; what was changed on the way is refused."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from instroom.core.errors import DataError, PrivacyError
from instroom.crossproducts.compress import Compressed, compress
from instroom.crossproducts.pooled import paths
from instroom.privacy.small_groups import REST, Merged, SmallGroupRule
from instroom.privacy.sums_file import pool_sums, read_sums, write_sums
from instroom.stats.multilevel import mixed

KEY, OTHER = b"a key that boards share", b"a key of somebody else."
DEFINITION = {"instrument": "attitude-2026", "post": "scale 1-5"}
COLUMNS, GROUPS = ["treat", "pre", "post"], ["school", "class"]
#: The issue's demand on pooled estimates.
POOLED = 1e-9


def _table(n: int = 3000, seed: int = 1) -> pa.Table:
    rng = np.random.default_rng(seed)
    school, group = np.arange(n) // 150, np.arange(n) // 30
    pre = rng.normal(3, 1, n)
    lift = rng.normal(0, 0.3, n)[school] + rng.normal(0, 0.2, n)[group]
    post = 0.6 * pre + 0.2 * (school % 2) + lift + rng.normal(size=n)
    names = [f"sch\u00f6ol {i:02d}" for i in school]
    return pa.table(
        {
            "school": names,
            "class": [f"{i:03d}" for i in group],
            "treat": school % 2,
            "pre": pre,
            "post": post,
        }
    )


def _made(table: pa.Table, **more: Any) -> Compressed:
    return compress(table, COLUMNS, GROUPS, keep_labels=True, **more)


def _write(path: Path, table: pa.Table | None = None, **more: Any) -> Path:
    made = _made(_table() if table is None else table)
    write_sums(made, path, **({"definition": DEFINITION, "key": KEY} | more))
    return path


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    made = _made(_table(), slope="pre")
    about = {"board": "Bestuur De Brug", "year": "2026-2027"}
    path = tmp_path / "a.json"
    kept = write_sums(made, path, definition=DEFINITION, description=about, key=KEY)
    back = read_sums(path, key=KEY)
    assert (kept.merged, kept.refused) == (back.merged, back.refused) == ((), ())
    assert (back.definition, back.description) == (DEFINITION, about)
    assert (back.signed, back.dropped, back.rule, back.labels) == (
        True,
        0,
        SmallGroupRule(),
        "plain",
    )
    for name in ("columns", "levels", "slope", "n", "labels"):
        assert getattr(back.cross, name) == getattr(made.cross, name), name
    for name in ("shift", "sums", "products", "slope_sums"):
        assert getattr(back.cross, name).tobytes() == getattr(made.cross, name).tobytes(), name
    assert np.array_equal(back.cross.parents[0], made.cross.parents[0])


def test_equal_sums_give_equal_bytes_in_any_order_of_rows(tmp_path: Path) -> None:
    table = _table()
    turned = table.take(pa.array(np.random.default_rng(2).permutation(len(table))))
    one, other = _write(tmp_path / "a", table), _write(tmp_path / "b", turned)
    assert one.read_bytes() == other.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def test_the_file_is_plain_json_with_a_mark_any_tool_can_check(tmp_path: Path) -> None:
    raw = _write(tmp_path / "a.json").read_bytes()
    said = json.loads(raw)
    assert (said["format"], said["version"], said["rows"]) == ("instroom-sums", 1, 3000)
    assert said["columns"] == ["(Intercept)", *COLUMNS]
    assert len(said["groups"]) == 100
    assert len(said["products"]) == 20
    blank = re.sub(rb'[0-9a-f]{64}(?="\}\}\n$)', b"", raw)
    assert said["signature"] == {
        "method": "hmac-sha256",
        "value": hmac.new(KEY, blank, hashlib.sha256).hexdigest(),
    }


def test_without_a_key_the_file_ends_in_a_digest(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.json", key=None)
    assert json.loads(path.read_bytes())["signature"]["method"] == "sha256"
    assert not read_sums(path).signed


@pytest.mark.parametrize("how", ["by school", "through schools"])
@pytest.mark.parametrize("pseudonyms", [None, b"sixteen bytes or more"])
def test_files_of_two_halves_give_the_estimate_of_the_whole(
    tmp_path: Path, how: str, pseudonyms: bytes | None
) -> None:
    table = _table()
    at = np.arange(len(table))
    first = at < 1200 if how == "by school" else at % 150 < 60
    files = [
        read_sums(
            _write(tmp_path / f"{i}", table.filter(pa.array(rows)), pseudonyms=pseudonyms), key=KEY
        )
        for i, rows in enumerate((first, ~first))
    ]
    both = pool_sums(files)
    assert not both.merged
    assert not both.refused
    whole, pooled = mixed.fit(_made(table).cross), mixed.fit(both.cross)
    for name in ("beta", "se", "deviance"):
        np.testing.assert_allclose(getattr(pooled, name), getattr(whole, name), rtol=POOLED)


def test_pseudonyms_hide_names_and_keep_who_is_who(tmp_path: Path) -> None:
    secret = b"only the boards know"
    table = _table()
    path = _write(tmp_path / "a", table, pseudonyms=secret)
    text = path.read_text("utf-8")
    assert "school 0" not in text
    assert "sch\u00f6ol" not in text
    back = read_sums(path, key=KEY)
    assert back.labels == "pseudonyms"
    assert len(set(paths(back.cross))) == 100
    again = read_sums(_write(tmp_path / "b", table.slice(0, 300), pseudonyms=secret), key=KEY)
    assert set(paths(again.cross)) <= set(paths(back.cross))
    other = read_sums(_write(tmp_path / "c", table, pseudonyms=b"another key of boards"), key=KEY)
    assert set(paths(other.cross)).isdisjoint(paths(back.cross))
    with pytest.raises(DataError) as error:
        pool_sums([back, other])
    assert (error.value.where.file, error.value.where.key) == ("c", "key_mark")


def test_pseudonyms_stand_in_an_order_of_their_own(tmp_path: Path) -> None:
    table = _table()
    at = np.arange(len(table))
    few = table.filter(pa.array((at % 150 >= 25) & ((at // 150 % 4 > 0) | (at % 150 < 30))))
    said = json.loads(_write(tmp_path / "a", few, pseudonyms=b"only the boards know").read_bytes())
    assert len(said["guard"]["merged"]) == 15
    assert len(said["guard"]["refused"]) == 5
    for listed in (
        said["groups"],
        said["products"],
        *map(said["guard"].get, ("merged", "refused")),
    ):
        places = [one["path"] for one in listed]
        assert places == sorted(places)


def test_what_was_merged_and_left_out_is_in_the_file(tmp_path: Path) -> None:
    table = _table()
    at = np.arange(len(table))
    few = (at >= 300) | (at < 35)  # school 0: classes of 30 and 5; school 1: none
    few &= (at < 450) | (at >= 592)  # school 3: 8 rows
    back = read_sums(_write(tmp_path / "a", table.filter(pa.array(few))), key=KEY)
    assert back.merged == (Merged("class", ("sch\u00f6ol 00",), 2),)
    assert (("sch\u00f6ol 00", REST)) in paths(back.cross)
    assert [(one.path, one.code) for one in back.refused] == [(("sch\u00f6ol 03",), "too_few_rows")]
    assert back.cross.n == few.sum() - 8


def test_nothing_is_written_when_the_rule_refuses(tmp_path: Path) -> None:
    with pytest.raises(PrivacyError) as error:
        _write(tmp_path / "a", _table(8))
    assert error.value.exit_code == 13
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("which", ["key", "pseudonyms"])
def test_a_short_key_is_refused(tmp_path: Path, which: str) -> None:
    with pytest.raises(PrivacyError) as error:
        _write(tmp_path / "a", **{which: b"short"})
    assert error.value.code == "empty_key"


@pytest.mark.parametrize("key", [KEY, None])
@pytest.mark.parametrize("at", [0.1, 0.5, 0.9, 0.999])
def test_any_changed_digit_is_seen(tmp_path: Path, at: float, key: bytes | None) -> None:
    path = _write(tmp_path / "a.json", key=key)
    raw = bytearray(path.read_bytes())
    digits = [i for i in range(int(at * len(raw)), len(raw)) if chr(raw[i]) in "0123456789"]
    place = digits[0]
    raw[place] = ord("1") if chr(raw[place]) != "1" else ord("2")
    path.write_bytes(raw)
    with pytest.raises(PrivacyError) as error:
        read_sums(path, key=key)
    assert error.value.code == "sums_changed"
    assert (error.value.where.file, error.value.where.key) == ("a.json", "signature")


@pytest.mark.parametrize(
    ("written", "read", "code"),
    [
        (KEY, OTHER, "sums_changed"),
        (KEY, None, "sums_key_needed"),
        (None, KEY, "sums_unsigned"),
    ],
)
def test_a_file_is_read_with_its_own_key_only(
    tmp_path: Path, written: bytes | None, read: bytes | None, code: str
) -> None:
    with pytest.raises(PrivacyError) as error:
        read_sums(_write(tmp_path / "a.json", key=written), key=read)
    assert error.value.code == code
    assert KEY.decode() not in str(error.value)


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00\xff", b"[]", b'{"format":"other"}', b"[" * 100_000, b'{"format":1,"format":2}'],
)
def test_a_foreign_file_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "strange.json"
    path.write_bytes(raw)
    with pytest.raises(DataError) as error:
        read_sums(path)
    assert error.value.code == "not_sums"
    assert error.value.where.file == "strange.json"


def _resign(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change a file and give it a fitting digest, as someone with the format at hand could."""
    said = json.loads(path.read_bytes())
    del said["signature"]
    change(said)
    body = json.dumps(said)[:-1].encode()
    blank = body + b',"signature":{"method":"sha256","value":""}}\n'
    value = hashlib.sha256(blank).hexdigest().encode()
    path.write_bytes(blank.replace(b'"value":""', b'"value":"' + value + b'"'))


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "no columns": (lambda d: d.pop("columns"), "columns"),
    "columns twice": (lambda d: d["columns"].__setitem__(3, "pre"), "columns"),
    "text for a number": (lambda d: d["shift"].__setitem__(1, "0"), "shift"),
    "too many numbers": (lambda d: d["shift"].append(0.0), "shift"),
    "infinite": (lambda d: d["groups"][3]["sums"].__setitem__(1, 10**400), "groups.3.sums"),
    "group twice": (lambda d: d["groups"].append(d["groups"][0]), "groups"),
    "half a row": (lambda d: d["groups"][0]["sums"].__setitem__(0, 29.5), "groups"),
    "other rows": (lambda d: d.__setitem__("rows", 2999), "groups"),
    "rows moved": (
        lambda d: (
            d["groups"][0]["sums"].__setitem__(0, 31.0),
            d["groups"][9]["sums"].__setitem__(0, 29.0),
        ),
        "products",
    ),
    "a sum too high": (lambda d: d["groups"][0]["sums"].__setitem__(2, 5.0), "products"),
    "impossible products": (lambda d: d["products"][0]["upper"].__setitem__(-1, 1.0), "products"),
    "a school too few": (lambda d: d["products"].pop(), "products"),
    "slope of nothing": (lambda d: d.__setitem__("slope", "other"), "slope"),
    "negative dropped": (lambda d: d.__setitem__("dropped", -1), "dropped"),
    "truth for a number": (lambda d: d.__setitem__("dropped", True), "dropped"),
    "no rule": (lambda d: d["guard"].pop("least"), "guard.least"),
    "strange merge": (lambda d: d["guard"]["merged"].append({"level": 1}), "guard.merged.0.level"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_does_not_fit_itself_names_the_field(tmp_path: Path, change: str) -> None:
    path = _write(tmp_path / "a.json", key=None)
    do, key = CHANGES[change]
    _resign(path, do)
    with pytest.raises(DataError) as error:
        read_sums(path)
    assert error.value.code == "sums_field"
    assert (error.value.where.file, error.value.where.key) == ("a.json", key)


def test_a_resigned_file_without_changes_is_read(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.json", key=None)
    _resign(path, lambda _: None)
    assert read_sums(path).cross.n == 3000


def test_another_version_is_refused(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.json", key=None)
    _resign(path, lambda d: d.__setitem__("version", 2))
    with pytest.raises(DataError) as error:
        read_sums(path)
    assert (error.value.code, error.value.where.key) == ("sums_version", "version")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("definition.post", {"definition": DEFINITION | {"post": "scale 1-7"}}),
        ("columns", {"columns": ["treat", "post", "pre"]}),
        ("levels", {"groups": ["school"]}),
    ],
)
def test_files_about_other_things_are_not_pooled(
    tmp_path: Path, field: str, change: dict[str, Any]
) -> None:
    one = read_sums(_write(tmp_path / "one"), key=KEY)
    made = compress(
        _table(seed=2),
        change.get("columns", COLUMNS),
        change.get("groups", GROUPS),
        keep_labels=True,
    )
    write_sums(made, tmp_path / "two", definition=change.get("definition", DEFINITION), key=KEY)
    with pytest.raises(DataError) as error:
        pool_sums([one, read_sums(tmp_path / "two", key=KEY)])
    assert (error.value.where.file, error.value.where.key) == ("two", field)
    assert error.value.exit_code == 12


def test_a_file_given_twice_is_not_counted_twice(tmp_path: Path) -> None:
    one = read_sums(_write(tmp_path / "one"), key=KEY)
    with pytest.raises(DataError) as error:
        pool_sums([one, read_sums(_write(tmp_path / "copy"), key=KEY)])
    assert error.value.code == "same_file"


def test_dropped_rows_and_texts_are_kept_when_pooling(tmp_path: Path) -> None:
    table = _table()
    holes = table.set_column(
        4, "post", pa.array(np.where(np.arange(3000) % 100 == 0, np.nan, table["post"].to_numpy()))
    )
    files = [
        read_sums(_write(tmp_path / name, part, description={"board": name}), key=KEY)
        for name, part in (("a", holes.slice(0, 1500)), ("b", holes.slice(1500)))
    ]
    both = pool_sums(files)
    assert both.dropped == 30
    assert both.description == {"a: board": "a", "b: board": "b"}
    assert both.signed
