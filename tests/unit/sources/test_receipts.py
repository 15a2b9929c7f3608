"""Receipts as they stand on disk: those of earlier versions are read, and written as they were."""

import json
from pathlib import Path
from typing import get_type_hints

import pytest

from instroom.core.errors import DataError
from instroom.sources import receipts
from instroom.sources.read import read
from instroom.sources.records import Receipt
from instroom.sources.store import Store

#: Written by version 0.1.0 for a file of DUO, byte for byte.
OLD = """\
{
 "asked": null,
 "asked_source": null,
 "definition": "a100d9b5e3bd2577",
 "digests": {
  "observations.parquet": "ac19b2da98973cfad60c97824c86304ccacff125a3bf2b9ef172dbda7329d914"
 },
 "encoding": "ascii",
 "example": false,
 "licence": "CC0-1.0",
 "limits": null,
 "name": "vsv-per-swv-2015.csv",
 "observations": 6350,
 "periods": [
  "2014-2015"
 ],
 "publisher": "duo",
 "rows": 1270,
 "seal": "786852eef79fc79a7567a74bf48b77d627c2b05e5c70d7a92cb24cfe68d9cab3",
 "sha256": "0947e5bb90fef6564ee0f27c85f0567298ce09dd6e21d8dff14ed5c64998ec01",
 "source": "duo_early_leavers",
 "status": "read",
 "tables": {},
 "warnings": [
  {
   "code": "period_from_name",
   "count": 1,
   "message": {
    "most": null,
    "template": "the period {code} was taken from the file's name",
    "values": {
     "code": "2014-2015"
    }
   }
  }
 ]
}
"""
SHA = "0947e5bb90fef6564ee0f27c85f0567298ce09dd6e21d8dff14ed5c64998ec01"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / SHA
    made.mkdir()
    (made / receipts.NAME).write_text(OLD, "utf-8")
    return made


def test_an_old_receipt_is_read_and_written_again_to_the_byte(folder: Path, tmp_path: Path) -> None:
    receipts.write(receipts.opened(folder), tmp_path)
    for name in (receipts.NAME, receipts.COPY):
        assert (tmp_path / name).read_text("utf-8") == OLD


def test_sealing_anew_gives_the_seal_it_had(folder: Path) -> None:
    old = receipts.opened(folder)
    again = receipts.sealed(old, SHA, folder)  # without its parts: their digests are gone
    assert again["digests"] == {} and again["seal"] != old["seal"]
    assert receipts._seal({**again, "digests": old["digests"]}) == old["seal"]


def test_a_receipt_of_today_says_the_same_things(example: dict[str, Path], tmp_path: Path) -> None:
    read(example["mbo"], data=tmp_path)
    (stored,) = Store(tmp_path)
    told = json.loads((stored.folder / receipts.NAME).read_bytes())
    assert sorted(told) == sorted(json.loads(OLD))
    assert set(told) <= set(get_type_hints(Receipt)), "what is kept has a type"
    assert stored.source == told["source"]


@pytest.mark.parametrize("name", json.loads(OLD))
def test_every_word_of_a_receipt_is_under_its_seal(folder: Path, name: str) -> None:
    changed = json.loads(OLD)
    changed[name] = "anders"
    (folder / receipts.NAME).write_text(json.dumps(changed), "utf-8")
    with pytest.raises(DataError) as caught:
        receipts.opened(folder)
    assert caught.value.code == "damaged_store"
