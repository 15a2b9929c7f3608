"""The door to the network, against a publisher on this machine; all files here are invented."""

import hashlib
import json
import threading
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from instroom.cli.main import main
from instroom.core.errors import DefinitionError, InstroomError, UserError
from instroom.definitions import registry
from instroom.sources import downloads, parse, sandbox
from instroom.sources.addresses import address_of
from instroom.sources.example_flows import flows_text, planted_flows
from instroom.sources.fetch import fetch
from instroom.sources.vintages import folder_of
from unit.sources.fetch_server import Page, Publisher

EXAMS = "duo_exam_candidates"
EXAMS_FILE = "examenkandidaten-en-geslaagden-2019-2024.csv"
EXAMS_PATH = f"/open_onderwijsdata/images/{EXAMS_FILE}"
ETAG = {"ETag": '"one"', "Last-Modified": "Thu, 01 Oct 2026 08:00:00 GMT"}
WORDS = ("EXAMENKANDIDATEN", "GESLAAGDEN", "SLAAGPERC")
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)

CKAN = "/api/3/action/package_show?id=forecasts"
TABLE = "/ODataFeed/odata/99999NED"
ROWS = f"{TABLE}/UntypedDataSet?$format=json"
INFOS = f"{TABLE}/TableInfos?$format=json"
EUROSTAT = "/api/dissemination/sdmx/2.1/data/educ_test?format=TSV&compressed=false"

CBS_SOURCE = """
title = "Invented population"
publisher = "cbs"
licence = "CC-BY-4.0"
unit = "people"
measure = "population"
checks = [{ kind = "unique", columns = ["place", "period"] }]
[periods]
kind = "calendar"
[columns.id]
names = ["ID"]
role = "other"
[columns.region]
names = ["RegioS"]
role = "place"
required = true
[[values]]
pattern = 'Inventions_1'
measure = "population"
[fetch]
kind = "cbs_odata"
path = "ODataFeed/odata/99999NED/UntypedDataSet"
"""
EUROSTAT_SOURCE = """
title = "Invented graduates"
publisher = "eurostat"
licence = "reuse"
unit = "people"
checks = [{ kind = "unique", columns = ["place", "gender"] }]
[periods]
kind = "calendar"
[columns.country]
names = ["geo"]
role = "place"
required = true
[columns.sex]
names = ["sex"]
role = "gender"
required = true
[[values]]
pattern = '(?P<period>\\d{4})'
type = "flagged"
measure = "graduates"
[fetch]
kind = "eurostat"
path = "educ_test"
"""


def exams(schools: int = 40, candidates: int = 12) -> bytes:
    """Return a file in DUO's exam layout; codes that start with 9 mark invented schools."""
    header = [
        *("INSTELLINGSCODE", "VESTIGINGSCODE", "INSTELLINGSNAAM VESTIGING", "GEMEENTENAAM"),
        *("ONDERWIJSTYPE VO", "INSPECTIECODE", "OPLEIDINGSNAAM"),
    ]
    for sex in ("MAN", "VROUW", "TOTAAL"):
        header += [f"{w} SCHOOLJAAR 2023-2024 - {sex}" for w in WORDS]
    lines = [header]
    for i in range(schools):
        code = f"9{i // 26 % 10}{chr(65 + i % 26)}A"
        numbers = [f"{candidates}", "9", "75", "10", "8", "80", f"{candidates + 10}", "17", "77.3"]
        lines.append(
            [
                code,
                f"{code}00",
                "Verzonnen School",
                "ENSCHEDE",
                "HAVO",
                "50",
                "HAVO - N&T",
                *numbers,
            ]
        )
    return "\r\n".join(";".join(f'"{cell}"' for cell in line) for line in lines).encode() + b"\r\n"


def as_json(content: object) -> Page:
    return Page(json.dumps(content).encode(), headers={"Content-Type": "application/json"})


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    with Publisher() as server:
        yield server


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Definitions of invented sources, one for each kind of address."""
    folder = tmp_path / "definitions" / "monitoring" / "sources"
    folder.mkdir(parents=True)
    own = Path(registry.__file__).parent / "monitoring" / "sources" / f"{EXAMS}.toml"
    text = own.read_text("utf-8").partition("[fetch]")[0]
    (folder / "test_ckan.toml").write_text(text + '[fetch]\nkind = "ckan"\npath = "forecasts"\n')
    (folder / "test_none.toml").write_text(text)
    (folder / "test_cbs.toml").write_text(CBS_SOURCE)
    (folder / "test_eurostat.toml").write_text(EUROSTAT_SOURCE)
    monkeypatch.setenv("INSTROOM_DEFINITIONS", str(tmp_path / "definitions"))
    return folder


class Run:
    """One data directory and one publisher; remembers pauses and progress."""

    def __init__(self, data: Path, publisher: Publisher) -> None:
        self.data, self.publisher = data, publisher
        self.pauses: list[float] = []
        self.lines: list[str] = []

    def __call__(self, *sources: str, today: date | None = MONDAY) -> list[dict[str, Any]]:
        result = fetch(
            *sources,
            data=self.data,
            base_url=self.publisher.address,
            progress=self.lines.append,
            today=today,
            sleep=self.pauses.append,
        )
        assert json.loads(json.dumps(result)) == result
        entries: list[dict[str, Any]] = result["sources"]
        return entries

    def files(self) -> dict[str, bytes]:
        """Return names and contents of all files in the data directory."""
        found = (path for path in self.data.rglob("*") if path.is_file())
        return {path.relative_to(self.data).as_posix(): path.read_bytes() for path in found}

    def vintages(self, source: str = EXAMS) -> list[dict[str, Any]]:
        file = self.data / "downloads" / source / "vintages.json"
        found: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
        return found

    def sent(self) -> list[int]:
        return [asked.sent for asked in self.publisher.asked]


def in_this_process(
    tasks: list[sandbox.Task], **_: object
) -> Iterator[tuple[int, dict[str, Any] | InstroomError]]:
    """Stand in for the child processes, which have tests of their own and take seconds."""
    for position, task in enumerate(tasks):
        try:
            yield position, parse.parse_file(**task.arguments)
        except InstroomError as error:
            yield position, error


@pytest.fixture
def run(tmp_path: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(sandbox, "run_all", in_this_process)
    return Run(tmp_path / "data", publisher)


def refused(entry: dict[str, Any]) -> dict[str, Any]:
    assert entry["status"] == "failed"
    assert entry["read"] is None
    error: dict[str, Any] = entry["error"]
    return error


# --- a file is fetched, read and remembered ----------------------------------------------


def test_a_file_is_fetched_read_and_kept_once(run: Run) -> None:
    run.publisher.pages[EXAMS_PATH] = Page(exams(), headers=ETAG)
    (entry,) = run(EXAMS)
    assert entry["error"] is None
    assert (entry["status"], entry["file"], entry["bytes"]) == ("fetched", EXAMS_FILE, len(exams()))
    assert entry["url"] == run.publisher.address + EXAMS_PATH
    assert (entry["published"], entry["last_seen"]) == ("2026-10-01", "2026-11-23")
    assert entry["read"]["status"] == "read"
    assert entry["read"]["example"]
    assert entry["read"]["periods"] == ["2023-2024"]
    originals = [name for name, body in run.files().items() if body == exams()]
    assert originals == [f"files/{entry['sha256']}/original"]
    assert [p.name for p in (run.data / "downloads" / EXAMS).iterdir()] == ["vintages.json"]
    assert run.vintages() == [
        {
            "file": EXAMS_FILE,
            "sha256": entry["sha256"],
            "url": entry["url"],
            "licence": "CC0-1.0",
            "publisher": "duo",
            "published": "2026-10-01",
            "first_seen": "2026-11-23",
            "last_seen": "2026-11-23",
            "bytes": len(exams()),
        }
    ]
    assert run.lines == [f"1/1 {EXAMS}", f"1/1 {EXAMS} 0.0 of 0.0 MB"]
    assert run.publisher.asked[0].headers["User-Agent"].startswith("instroom/")
    assert "Authorization" not in run.publisher.asked[0].headers


def test_an_unchanged_file_changes_only_the_date(run: Run) -> None:
    run.publisher.pages[EXAMS_PATH] = Page(exams(), headers=ETAG)
    run(EXAMS)
    before = run.files()
    (entry,) = run(EXAMS, today=TUESDAY)
    after = run.files()
    assert (entry["status"], entry["last_seen"]) == ("unchanged", "2026-11-24")
    assert entry["read"]["already"]
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed == {f"downloads/{EXAMS}/vintages.json"}
    (vintage,) = run.vintages()
    assert (vintage["first_seen"], vintage["last_seen"]) == ("2026-11-23", "2026-11-24")


def test_without_a_date_no_date_is_written_and_nothing_changes(run: Run) -> None:
    run.publisher.pages[EXAMS_PATH] = Page(exams())
    (entry,) = run(EXAMS, today=None)
    assert (entry["last_seen"], entry["published"]) == (None, None)
    assert not {"first_seen", "last_seen"} & set(run.vintages()[0])
    before = run.files()
    assert run(EXAMS, today=None)[0]["status"] == "unchanged"
    assert run.files() == before


def test_a_new_version_is_kept_beside_the_old_one(run: Run) -> None:
    run.publisher.pages[EXAMS_PATH] = [Page(exams()), Page(exams(candidates=14))]
    (old,) = run(EXAMS)
    (new,) = run(EXAMS, today=TUESDAY)
    assert (old["status"], new["status"]) == ("fetched", "fetched")
    assert [v["sha256"] for v in run.vintages()] == [old["sha256"], new["sha256"]]
    assert [v["last_seen"] for v in run.vintages()] == ["2026-11-23", "2026-11-24"]


def test_one_failing_source_does_not_stop_the_others(run: Run) -> None:
    path = "/open_onderwijsdata/images/geslaagden-gezakten-en-cijfers-2018-2019.csv"
    run.publisher.pages = {path: Page(b"", 404), EXAMS_PATH: Page(exams())}
    entries = run("duo_exam_results", EXAMS)
    assert [entry["status"] for entry in entries] == ["failed", "fetched"]
    assert [line for line in run.lines if "MB" not in line] == [
        "1/2 duo_exam_results",
        f"2/2 {EXAMS}",
    ]


# --- lines that break --------------------------------------------------------------------


def test_a_broken_line_is_resumed_where_it_broke(run: Run) -> None:
    body = exams(schools=260)
    half = len(body) // 2
    run.publisher.pages[EXAMS_PATH] = [
        Page(body, headers=ETAG, drop_after=half),
        Page(body, headers=ETAG),
    ]
    (entry,) = run(EXAMS)
    assert (entry["status"], entry["bytes"]) == ("fetched", len(body))
    assert run.publisher.asked[1].headers["Range"] == f"bytes={half}-"
    assert run.publisher.asked[1].headers["If-Range"] == '"one"'
    assert run.sent() == [half, len(body) - half]
    assert run.pauses == [1.0]


def test_the_part_of_an_earlier_run_is_resumed(run: Run) -> None:
    body = exams(schools=260)
    broken = Page(body, headers=ETAG, drop_after=1000)
    run.publisher.pages[EXAMS_PATH] = [broken, broken, broken, Page(body, headers=ETAG)]
    assert "no answer after 3 tries" in refused(run(EXAMS)[0])["message"]
    part = f"downloads/{EXAMS}/{EXAMS_FILE}.part"
    assert run.files()[part] == body[:3000]
    assert set(run.files()) == {part, f"{part}.json"}
    assert run.pauses == [1.0, 4.0]
    (entry,) = run(EXAMS)
    assert (entry["status"], run.sent()[3]) == ("fetched", len(body) - 3000)
    assert not [name for name in run.files() if ".part" in name]


def test_a_file_that_changed_in_between_is_fetched_anew(run: Run) -> None:
    old, new = exams(schools=100), exams(schools=110, candidates=15)
    run.publisher.pages[EXAMS_PATH] = [
        Page(old, headers=ETAG, drop_after=2000),
        Page(new, headers={"ETag": '"two"'}),
    ]
    (entry,) = run(EXAMS)
    assert (entry["status"], entry["bytes"], run.sent()[1]) == ("fetched", len(new), len(new))


def test_a_version_mark_is_needed_to_resume(run: Run) -> None:
    body = exams()
    run.publisher.pages[EXAMS_PATH] = [Page(body, drop_after=500), Page(body)]
    (entry,) = run(EXAMS)
    assert (entry["status"], run.sent()) == ("fetched", [500, len(body)])
    assert "Range" not in run.publisher.asked[1].headers


@pytest.mark.parametrize(
    ("first", "last", "whole"),
    [(0, 900, "*"), (499, 900, "901"), (500, 899, "901")],
    ids=["anew", "overlap", "not to the end"],
)
def test_another_part_than_was_asked_for_is_not_joined(
    run: Run, first: int, last: int, whole: str
) -> None:
    body = exams()[:901].rpartition(b"\r\n")[0].ljust(901, b"\n")
    odd = Page(
        body[first : last + 1],
        status=206,
        headers={"ETag": '"other"', "Content-Range": f"bytes {first}-{last}/{whole}"},
    )
    broken = Page(body, headers=ETAG, drop_after=500)
    run.publisher.pages[EXAMS_PATH] = [broken, odd, Page(body, headers=ETAG)]
    (entry,) = run(EXAMS)
    assert (entry["bytes"], len(run.publisher.asked)) == (len(body), 3)
    assert entry["sha256"] == hashlib.sha256(body).hexdigest()


def test_an_answer_that_is_shorter_than_promised_is_refused_and_tried_again(run: Run) -> None:
    short = Page(exams(), claim=len(exams()) + 10)
    run.publisher.pages[EXAMS_PATH] = [short, short, Page(exams())]
    (entry,) = run(EXAMS)
    assert (entry["status"], len(run.publisher.asked)) == ("fetched", 3)
    run.publisher.pages[EXAMS_PATH] = short
    before = run.files()
    error = refused(run(EXAMS, today=TUESDAY)[0])
    assert error["code"] == "source_unavailable"
    after = run.files()
    assert {name for name in before | after if before.get(name) != after.get(name)} == {
        f"downloads/{EXAMS}/{EXAMS_FILE}.part"
    }


def test_a_busy_publisher_is_asked_again(run: Run) -> None:
    run.publisher.pages[EXAMS_PATH] = [Page(b"busy", 503), Page(b"busy", 429), Page(exams())]
    assert run(EXAMS)[0]["status"] == "fetched"
    assert run.pauses == [1.0, 4.0]


# --- answers that are not the file -------------------------------------------------------


def test_a_file_that_is_gone_says_what_to_do_by_hand(run: Run) -> None:
    error = refused(run(EXAMS)[0])
    address = run.publisher.address + EXAMS_PATH
    assert (error["code"], error["found"]) == ("source_unavailable", "HTTP 404")
    assert address in error["message"]
    assert error["hint"].startswith(f"download it by hand from {address}")
    assert error["hint"].endswith("then: instroom read FILE")
    assert (len(run.publisher.asked), run.files()) == (1, {})


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"<!DOCTYPE html>\n<html><body>Er ging iets mis</body></html>", "Er ging iets mis"),
        (b'\xef\xbb\xbf <?xml version="1.0"?><e>Too many rows</e>', "Too many rows"),
        (b'{"success": false}', '{"success": false}'),
        (b"", "nothing"),
    ],
    ids=["html", "xml", "json", "empty"],
)
def test_a_message_with_status_200_is_refused(run: Run, body: bytes, found: str) -> None:
    run.publisher.pages[EXAMS_PATH] = Page(body)
    error = refused(run(EXAMS)[0])
    assert (error["found"], run.files()) == (found, {})


def test_a_failure_leaves_the_stored_files_as_they_were(run: Run) -> None:
    run.publisher.pages[EXAMS_PATH] = [
        Page(exams()),
        Page(b"<html>storing</html>"),
        Page(exams().replace(b'"17"', b'"a lot"')),
        Page(b"KOLOM A;KOLOM B\r\n1;2\r\n"),
        Page(b"gone", 410),
    ]
    run(EXAMS)
    before = run.files()
    codes = [run(EXAMS, today=TUESDAY)[0]["error"]["code"] for _ in range(4)]
    assert codes == ["source_unavailable", "not_a_number", "source_changed", "source_unavailable"]
    assert run.files() == before


def test_a_file_with_a_new_layout_names_the_definition_to_mend(run: Run) -> None:
    run.publisher.pages[EXAMS_PATH] = Page(b"KOLOM A;KOLOM B\r\n1;2\r\n")
    (entry,) = run(EXAMS)
    assert (entry["status"], entry["error"]["code"]) == ("failed", "source_changed")
    assert EXAMS in entry["error"]["hint"]
    assert run.files() == {}


def test_a_file_that_is_too_large_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "MAX_BYTES", 1000)
    run.publisher.pages[EXAMS_PATH] = Page(exams(), headers=ETAG)
    error = refused(run(EXAMS)[0])
    assert (error["code"], error["expected"]) == ("too_large", "at most 1,000 bytes")
    assert (len(run.publisher.asked), run.files()) == (1, {})


# --- where the door leads ----------------------------------------------------------------


def test_a_redirect_to_the_same_host_is_followed(run: Run) -> None:
    run.publisher.pages[EXAMS_PATH] = Page(status=302, headers={"Location": "/elsewhere.csv"})
    run.publisher.pages["/elsewhere.csv"] = Page(exams())
    (entry,) = run(EXAMS)
    assert (entry["status"], entry["file"]) == ("fetched", EXAMS_FILE)


@pytest.mark.parametrize(
    "target",
    [
        "http://localhost:{port}/stolen.csv",
        "https://example.org/stolen.csv",
        "http://duo.nl/stolen.csv",
        "https://duo.nl:8443/stolen.csv",
        "https://name:word@duo.nl/stolen.csv",
        "https://duo.nl.example.org/stolen.csv",
        "ftp://duo.nl/stolen.csv",
        "//example.org/stolen.csv",
    ],
)
def test_a_redirect_to_a_foreign_host_is_refused(run: Run, target: str) -> None:
    port = run.publisher.address.rpartition(":")[2]
    page = Page(status=302, headers={"Location": target.format(port=port)})
    run.publisher.pages = {EXAMS_PATH: page, "/stolen.csv": Page(exams())}
    error = refused(run(EXAMS)[0])
    assert "no publisher's" in error["message"]
    assert "word" not in json.dumps(error)
    assert ([asked.path for asked in run.publisher.asked], run.files()) == ([EXAMS_PATH], {})


def test_redirects_that_go_round_are_refused(run: Run) -> None:
    run.publisher.pages[EXAMS_PATH] = Page(status=301, headers={"Location": EXAMS_PATH})
    assert "redirects" in refused(run(EXAMS)[0])["message"]


def test_an_unknown_source_is_refused_before_anything_is_asked(run: Run) -> None:
    with pytest.raises(DefinitionError, match="did you mean 'duo_exam_candidates'"):
        run(EXAMS, "duo_exam_candidate")
    assert run.publisher.asked == []


@pytest.mark.usefixtures("overlay")
def test_a_source_without_an_address_is_refused(run: Run) -> None:
    with pytest.raises(UserError, match="no address"):
        run("test_none")


@pytest.mark.parametrize("base", ["duo.nl", "ftp://duo.nl", "https://", "https://a:b@duo.nl"])
def test_a_mirror_must_be_an_address(tmp_path: Path, base: str) -> None:
    with pytest.raises(UserError, match="mirror"):
        fetch(EXAMS, data=tmp_path, base_url=base)


def test_a_mirror_can_be_a_folder_of_a_host(run: Run) -> None:
    run.publisher.pages[f"/mirror{EXAMS_PATH}"] = Page(exams())
    base = f"{run.publisher.address}/mirror/"
    (entry,) = fetch(EXAMS, data=run.data, base_url=base)["sources"]
    assert entry["status"] == "fetched"


def test_every_address_is_https_at_a_known_publisher(overlay: Path) -> None:
    hosts = {
        "test_ckan": "https://onderwijsdata.duo.nl/api/3/action/package_show?id=forecasts",
        "test_cbs": f"https://opendata.cbs.nl{ROWS}",
        "test_eurostat": f"https://ec.europa.eu{EUROSTAT}",
        EXAMS: f"https://duo.nl{EXAMS_PATH}",
    }
    assert tomllib.loads((overlay / "test_cbs.toml").read_text())["fetch"]["kind"] == "cbs_odata"
    for source in registry.sources().values():
        if source.fetch:
            url = address_of(source)
            assert url.startswith("https://")
            assert hosts.get(source.id, url) == url


# --- the four kinds of address -----------------------------------------------------------


def resources(*found: dict[str, str]) -> Page:
    return as_json({"success": True, "result": {"resources": list(found)}})


@pytest.mark.usefixtures("overlay")
def test_ckan_takes_the_newest_csv_and_rewrites_internal_hosts(run: Run) -> None:
    inside = "http://ckan-internal:5000/dataset/x/resource/b2/download/exams-2026.csv"
    run.publisher.pages[CKAN] = resources(
        {
            "id": "a1",
            "format": "CSV",
            "url": "https://duo.nl/a",
            "last_modified": "2025-01-01T09:00",
        },
        {"id": "b2", "format": "CSV", "url": inside, "last_modified": "2026-02-12T09:00"},
        {
            "id": "c3",
            "format": "PDF",
            "url": "https://duo.nl/c",
            "last_modified": "2026-03-01T09:00",
        },
    )
    run.publisher.pages["/datastore/dump/b2"] = Page(exams())
    (entry,) = run("test_ckan")
    assert entry["error"] is None
    assert (entry["status"], entry["published"]) == ("fetched", "2026-02-12")
    assert entry["url"] == f"{run.publisher.address}/datastore/dump/b2"
    assert entry["file"] == "exams-2026.csv"


@pytest.mark.usefixtures("overlay")
def test_ckan_keeps_the_publishers_own_addresses(run: Run) -> None:
    url = "https://onderwijsdata.duo.nl/dataset/x/resource/b2/download/exams.csv"
    run.publisher.pages[CKAN] = resources({"id": "b2", "format": "csv", "url": url})
    run.publisher.pages["/dataset/x/resource/b2/download/exams.csv"] = Page(exams())
    assert run("test_ckan")[0]["status"] == "fetched"


@pytest.mark.usefixtures("overlay")
@pytest.mark.parametrize(
    "page",
    [resources(), as_json([]), as_json({"success": False}), Page(b"<html>"), Page(b"[" * 9**5)],
)
def test_ckan_without_a_csv_is_refused(run: Run, page: Page) -> None:
    run.publisher.pages[CKAN] = page
    error = refused(run("test_ckan")[0])
    assert "https://onderwijsdata.duo.nl/dataset/forecasts" in error["hint"]
    assert run.files() == {}


def cbs_rows(start: int, stop: int, following: str | None = None) -> Page:
    rows = [
        {"ID": i, "RegioS": f"GM9{i:03d}", "Inventions_1": f"  {i + 100}"}
        for i in range(start, stop)
    ]
    return as_json(
        {"odata.metadata": "m", "value": rows}
        | ({"odata.nextLink": following} if following else {})
    )


def infos(modified: str = "2026-05-17T02:00:00") -> Page:
    return as_json({"value": [{"ID": 0, "Title": "Invented", "Modified": modified}]})


@pytest.mark.usefixtures("overlay")
def test_cbs_pages_become_one_file_as_cbs_exports_it(run: Run) -> None:
    second = f"{TABLE}/UntypedDataSet?$skip=3"
    run.publisher.pages = {
        INFOS: infos(),
        ROWS: cbs_rows(0, 3, f"http://opendata.cbs.nl{second}"),
        f"{second}&$format=json": cbs_rows(3, 5),
    }
    (entry,) = run("test_cbs")
    assert entry["error"] is None
    assert (entry["status"], entry["published"]) == ("fetched", "2026-05-17")
    assert (entry["file"], entry["read"]["rows"]) == ("99999NED_UntypedDataSet.csv", 5)
    original = run.data / "files" / entry["sha256"] / "original"
    lines = original.read_bytes().decode().split("\r\n")
    assert lines[0] == '\ufeff"ID";"RegioS";"Inventions_1"'
    assert lines[1] == '"0";"GM9000";"  100"'
    assert len(lines) == 7
    assert run("test_cbs", today=TUESDAY)[0]["status"] == "unchanged"


@pytest.mark.usefixtures("overlay")
def test_cbs_goes_on_with_the_page_that_failed(run: Run) -> None:
    second = f"{TABLE}/UntypedDataSet?$format=json&$skip=3"
    run.publisher.pages = {
        INFOS: infos(),
        ROWS: cbs_rows(0, 3, f"https://opendata.cbs.nl{second}"),
        second: Page(b"", 500),
    }
    error = refused(run("test_cbs")[0])
    assert "tableId=99999NED" in error["hint"]
    assert second in error["message"]
    assert set(run.files()) == {
        f"downloads/test_cbs/99999NED_UntypedDataSet.csv.part{end}" for end in ("", ".json")
    }
    with (run.data / "downloads/test_cbs/99999NED_UntypedDataSet.csv.part").open("ab") as part:
        part.write(b'"3";"half a page')
    run.publisher.pages[second] = cbs_rows(3, 5)
    run.publisher.asked.clear()
    (entry,) = run("test_cbs")
    assert (entry["status"], entry["read"]["rows"]) == ("fetched", 5)
    assert [asked.path for asked in run.publisher.asked] == [INFOS, second, INFOS]


@pytest.mark.usefixtures("overlay")
def test_cbs_begins_anew_when_the_table_was_changed(run: Run) -> None:
    second = f"{TABLE}/UntypedDataSet?$format=json&$skip=3"
    run.publisher.pages = {
        INFOS: infos(),
        ROWS: cbs_rows(0, 3, second),
        second: Page(b"", 500),
    }
    run("test_cbs")
    run.publisher.pages |= {INFOS: infos("2026-06-01T02:00:00"), second: cbs_rows(3, 6)}
    run.publisher.asked.clear()
    (entry,) = run("test_cbs")
    assert (entry["status"], entry["published"]) == ("fetched", "2026-06-01")
    assert [asked.path for asked in run.publisher.asked] == [INFOS, ROWS, second, INFOS]


@pytest.mark.usefixtures("overlay")
@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ({ROWS: cbs_rows(0, 0)}, "no rows"),
        ({ROWS: cbs_rows(0, 3, ROWS)}, "circle"),
        ({ROWS: cbs_rows(0, 3, "https://example.org/next")}, "no publisher's"),
        (
            {ROWS: cbs_rows(0, 3, f"{ROWS}&x"), f"{ROWS}&x": as_json({"value": [{"B": 1}]})},
            "columns",
        ),
        ({ROWS: cbs_rows(0, 3), INFOS: [infos(), infos("2026-06-01")]}, "changed during"),
    ],
)
def test_cbs_pages_that_do_not_fit_are_refused(
    run: Run, pages: dict[str, Page | list[Page]], words: str
) -> None:
    run.publisher.pages = {INFOS: infos(), **pages}
    assert words in refused(run("test_cbs")[0])["message"]
    assert not [name for name in run.files() if name.startswith("files/")]


@pytest.mark.usefixtures("overlay")
def test_a_cbs_table_that_is_too_large_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "MAX_BYTES", 5000)
    pages = {f"{ROWS}&p={i}": cbs_rows(i * 30, i * 30 + 30, f"{ROWS}&p={i + 1}") for i in range(20)}
    run.publisher.pages = {INFOS: infos(), ROWS: pages[f"{ROWS}&p=0"], **pages}
    assert refused(run("test_cbs")[0])["code"] == "too_large"
    assert run.files() == {}


@pytest.mark.usefixtures("overlay")
def test_eurostat_tsv_is_fetched_and_its_xml_error_with_status_200_refused(run: Run) -> None:
    table = b"freq,sex,geo\\TIME_PERIOD\t2022 \t2023 \nA,F,NL\t12 b\t: \nA,M,NL\t30 \t31 p\n"
    fault = b'<?xml version="1.0"?><S:Fault><faultstring>ERR_NO_DATA</faultstring></S:Fault>'
    run.publisher.pages[EUROSTAT] = [Page(fault), Page(table)]
    error = refused(run("test_eurostat")[0])
    assert (error["found"], run.files()) == ("ERR_NO_DATA", {})
    (entry,) = run("test_eurostat")
    assert entry["error"] is None
    assert (entry["status"], entry["file"]) == ("fetched", "educ_test.tsv")
    assert entry["read"]["periods"] == ["2022", "2023"]


# --- the data directory ------------------------------------------------------------------


def test_a_damaged_list_of_versions_is_told_and_left_alone(run: Run) -> None:
    run.publisher.pages[EXAMS_PATH] = Page(exams())
    folder = run.data / "downloads" / EXAMS
    folder.mkdir(parents=True)
    (folder / "vintages.json").write_text("[{]")
    error = refused(run(EXAMS)[0])
    assert error["code"] == "vintages_unreadable"
    assert set(run.files()) == {f"downloads/{EXAMS}/vintages.json"}


def test_two_fetches_of_one_source_do_not_mix(run: Run) -> None:
    run.publisher.pages[EXAMS_PATH] = Page(exams())
    with folder_of(run.data / "downloads" / EXAMS):
        assert refused(run(EXAMS)[0])["code"] == "busy"
    assert run(EXAMS)[0]["status"] == "fetched"


def test_a_data_directory_that_cannot_be_written_is_told(run: Run) -> None:
    run.publisher.pages[EXAMS_PATH] = Page(exams())
    run.data.write_text("a file, no folder")
    with pytest.raises(UserError, match="no folder"):
        run(EXAMS)
    assert run.data.read_text() == "a file, no folder"


# --- without a network -------------------------------------------------------------------


def test_a_host_that_cannot_be_reached_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every source says so, with where to find it by hand; nobody waits for a second silence."""
    knocked = []

    def refuse(address: tuple[str, int], **_: float) -> None:
        knocked.append(address)
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr("instroom.sources.door.getproxies", dict)
    monkeypatch.setattr("instroom.sources.door.socket.create_connection", refuse)
    pauses: list[float] = []
    found = fetch(data=tmp_path / "data", sleep=pauses.append)
    hosts = {entry["error"]["where"]["key"] for entry in found["sources"]}
    assert hosts == {host for host, _ in knocked}
    assert len(knocked) == len(hosts) < len(found["sources"])
    assert pauses == []
    for entry in found["sources"]:
        error = refused(entry)
        assert error["code"] == "host_unreachable"
        assert error["found"] == "there is no network to it"
        assert "instroom read" in error["hint"]


def test_behind_a_proxy_the_first_failure_of_a_host_is_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("instroom.sources.door.getproxies", lambda: {"https": "http://127.0.0.1:9"})
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    pauses: list[float] = []
    found = fetch(
        EXAMS,
        "duo_vo_pupils",
        data=tmp_path / "data",
        base_url="http://127.0.0.1:9",
        sleep=pauses.append,
    )
    assert {refused(entry)["code"] for entry in found["sources"]} == {"host_unreachable"}
    assert pauses == []


def test_names_that_are_never_looked_up_do_not_hold_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resolver can stay silent for a minute; all hosts together get a few seconds."""
    stop = threading.Event()

    def silent(*_: object, **__: object) -> None:
        stop.wait(30)
        raise OSError("too late to matter")

    monkeypatch.setattr("instroom.sources.door.getproxies", dict)
    monkeypatch.setattr("instroom.sources.door.REACH", 0.2)
    monkeypatch.setattr("instroom.sources.door.socket.create_connection", silent)
    found = fetch(data=tmp_path / "data")
    stop.set()
    assert {refused(entry)["code"] for entry in found["sources"]} == {"host_unreachable"}
    assert found["seconds"] < 10


@pytest.mark.parametrize(
    ("language", "words"),
    [("nl", "Geen verbinding met duo.nl"), ("en", "No connection"), ("de", "Keine Verbindung")],
)
def test_no_network_is_said_in_the_readers_language(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    words: str,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr("instroom.sources.door.getproxies", dict)
    monkeypatch.setattr("instroom.sources.door.socket.create_connection", refuse)
    assert main(["fetch", EXAMS, "--data", str(tmp_path), "--lang", language]) == 11
    assert words in capsys.readouterr().out


# --- a file for every year ---------------------------------------------------------------


def test_a_source_with_a_file_for_every_year_is_fetched_year_by_year(run: Run) -> None:
    form = "/open_onderwijsdata/images/bestemming-voortgezet-onderwijs-gediplomeerden-{}.csv"
    for year in (2022, 2024):
        flows = planted_flows(1, year)["duo_vo_destination"]
        body = flows_text("duo_vo_destination", flows).encode("utf-8-sig")
        run.publisher.pages[form.format(year)] = Page(body)
    found = fetch("duo_vo_destination", data=run.data, base_url=run.publisher.address)["sources"]
    assert [entry["status"] for entry in found] == [
        "fetched" if year in (2022, 2024) else "failed" for year in range(2020, 2025)
    ]
    assert {entry["source"] for entry in found} == {"duo_vo_destination"}
    read = [entry["read"] for entry in found if entry["read"]]
    assert [one["periods"] for one in read] == [["2021-2022"], ["2023-2024"]]
    again = fetch("duo_vo_destination", data=run.data, base_url=run.publisher.address)["sources"]
    assert [entry["status"] for entry in again].count("unchanged") == 2
    kept = run.data / "downloads" / "duo_vo_destination" / "vintages.json"
    assert len(json.loads(kept.read_text("utf-8"))) == 2
