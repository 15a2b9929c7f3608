"""Every stored byte is looked at before it counts: damage is named, mended, and never an answer."""

import contextlib
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instroom.cli.main import main
from instroom.sources import receipts
from instroom.sources.read import read

FIGURE = "vo_pupils:voorbeeld:2019-2020"


@pytest.fixture(scope="module")
def whole(example: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data directory with two files of observations and a companion; copy it."""
    data = tmp_path_factory.mktemp("whole") / "data"
    names = ("pupils_2016", "pupils_2019", "addresses_vo")
    found = read(*(example[name] for name in names), data=data)
    assert [f["status"] for f in found["files"]] == ["read"] * 3
    return data


@pytest.fixture(scope="module")
def good(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, dict]]:
    """Give what the commands answer on the whole data directory."""
    asked = commands(whole, tmp_path_factory.mktemp("good"))
    answers = {}
    for name in ("series", "kpi", "explain"):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = main([*asked[name], "--json"])
        answers[name] = (code, json.loads(out.getvalue()))
    assert answers["series"][0] == 0 and answers["explain"][1]["equal"]
    return answers


def folder_with(data: Path, part: str, number: int = 0) -> Path:
    return sorted(data.glob(f"files/*/{part}"))[number].parent


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def remove(path: Path) -> None:
    path.unlink()


def double(path: Path) -> None:
    """Write every row twice, or every byte where there are no rows."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        pq.write_table(pa.concat_tables([table, table]), path)
    else:
        path.write_bytes(path.read_bytes() * 2)


def no_rows(path: Path) -> None:
    """Keep a whole file without a row."""
    if path.suffix == ".parquet":
        pq.write_table(pq.read_table(path).slice(0, 0), path)
    else:
        path.write_bytes(b"{}")


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


WAYS = (flip, cut, empty, remove, double, no_rows, folder_instead)
PARTS = ("observations.parquet", "companion.parquet", "receipt.json")


def answered(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict]:
    capsys.readouterr()
    code = main([*words, "--json"])
    out = capsys.readouterr().out
    return code, json.loads(out)


def commands(data: Path, tmp: Path) -> dict[str, list[str]]:
    at = ["--data", str(data)]
    return {
        "series": ["series", "vo_pupils", "--place", "voorbeeld", *at],
        "pipeline": ["pipeline", "--place", "voorbeeld", *at],
        "kpi": ["kpi", "--place", "voorbeeld", *at],
        "explain": ["explain", FIGURE, *at],
        "export": ["export", "observations", "--format", "parquet", "--out", f"{tmp}/o", *at],
        "compute": ["compute", "--place", "voorbeeld", *at],
    }


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_damage_is_one_named_fault_and_is_mended(
    whole: Path,
    good: dict[str, tuple[int, dict]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    folder_mark: Callable[[Path], str],
    part: str,
    way: Callable[[Path], None],
) -> None:
    data = tmp_path / "data"
    shutil.copytree(whole, data)
    folder = folder_with(data, part)
    way(folder / part)
    before = folder_mark(data)
    for name, words in commands(data, tmp_path).items():
        if name in ("pipeline", "kpi") and way is not flip:
            continue  # the same door as series; once is enough
        code, found = answered(capsys, *words)
        if code == 0:  # only what does not use the damaged part may answer, and as before
            assert (name, found) == ("kpi", good["kpi"][1]) or (name, part) == ("export", PARTS[1])
            continue
        assert (name, code) == (name, 12)
        assert found["error"]["code"] == "damaged_store"
        assert part in found["error"]["message"]
        assert folder.name[:12] in found["error"]["where"]["file"]
        assert "instroom check" in found["error"]["hint"]
    assert folder_mark(data) == before
    code, found = answered(capsys, "check", "--data", str(data))
    assert (code, found["ok"], found["lost"]) == (12, False, [])
    assert len(found["mended"]) == 1 and part in found["mended"][0]
    code, found = answered(capsys, "check", "--data", str(data))
    assert (code, found["ok"], found["mended"]) == (0, True, [])
    assert answered(capsys, *commands(data, tmp_path)["series"]) == good["series"]


def test_swapped_observations_are_seen(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(whole, data)
    asked = commands(data, tmp_path)["series"]
    good = answered(capsys, *asked)
    one, other = (folder_with(data, receipts.OBSERVATIONS, n) for n in (0, 1))
    for name in (receipts.OBSERVATIONS, receipts.NAME):
        (one / name).rename(tmp_path / "aside")
        (other / name).rename(one / name)
        (tmp_path / "aside").rename(other / name)
        assert answered(capsys, *asked)[1]["error"]["code"] == "damaged_store"
        found = answered(capsys, "check", "--data", str(data))[1]
        assert len(found["mended"]) == 2
        assert answered(capsys, *asked) == good


@pytest.mark.parametrize("way", [flip, cut, empty, remove], ids=lambda way: way.__name__)
def test_a_damaged_original_is_named_and_healed_by_reading_it_again(
    whole: Path,
    tmp_path: Path,
    example: dict[str, Path],
    capsys: pytest.CaptureFixture[str],
    way: Callable[[Path], None],
) -> None:
    data = tmp_path / "data"
    shutil.copytree(whole, data)
    sha = receipts.sha256_of(example["pupils_2019"])
    way(data / "files" / sha / "original")
    code, found = answered(capsys, "check", "--data", str(data))
    snapshots = next(c for c in found["checks"] if c["id"] == "snapshots")
    assert (code, snapshots["ok"]) == (12, False) and sha[:12] in snapshots["message"]
    code, found = answered(capsys, "explain", FIGURE, "--data", str(data))
    assert (code, found["error"]["code"]) == (12, "damaged_store")
    assert read(example["pupils_2019"], data=data)["files"][0]["already"] is False
    assert answered(capsys, "check", "--data", str(data))[0] == 0
    assert answered(capsys, "explain", FIGURE, "--data", str(data))[1]["equal"] is True


def test_what_the_original_cannot_give_back_is_named(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(whole, data)
    folder = folder_with(data, receipts.OBSERVATIONS)
    cut(folder / receipts.OBSERVATIONS)
    cut(folder / "original")
    for _ in range(2):
        code, found = answered(capsys, "check", "--data", str(data))
        assert (code, len(found["lost"]), found["mended"]) == (12, 1, [])


def test_the_whole_figure_is_compared_not_only_its_share(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Doubled rows under a receipt that was made to fit leave a share as it was."""
    data = tmp_path / "data"
    shutil.copytree(whole, data)
    for path in data.glob(f"files/*/{receipts.OBSERVATIONS}"):
        double(path)
        old = receipts.opened(path.parent)
        receipts.write(receipts.sealed(old, path.parent.name, path.parent), path.parent)
    assert answered(capsys, "explain", FIGURE, "--data", str(data))[1]["equal"] is False


def test_reading_goes_on_beside_a_damaged_file(
    whole: Path, tmp_path: Path, example: dict[str, Path]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(whole, data)
    empty(folder_with(data, receipts.OBSERVATIONS) / receipts.NAME)
    assert read(example["mbo"], data=data)["files"][0]["status"] == "read"


def test_a_directory_of_before_the_seals_is_brought_up_to_date(
    whole: Path, tmp_path: Path, good: dict[str, tuple[int, dict]], capsys: Any
) -> None:
    data = tmp_path / "data"
    shutil.copytree(whole, data)
    for path in data.glob(f"files/*/{receipts.NAME}"):
        old = json.loads(path.read_text("utf-8"))
        kept = {k: v for k, v in old.items() if k not in ("seal", "digests", "sha256")}
        path.write_text(json.dumps(kept), "utf-8")
        path.with_name(receipts.COPY).unlink()
    asked = commands(data, tmp_path)["series"]
    assert "older version" in answered(capsys, *asked)[1]["error"]["found"]
    assert len(answered(capsys, "check", "--data", str(data))[1]["mended"]) == 3
    assert answered(capsys, *asked) == good["series"]
