"""Run the whole way with an overlay: read, compute, ask page by page; print it all as JSON.

``python added_site.py DATA``: a process of its own, because addresses are made when it starts.
"""

import contextlib
import html
import io
import json
import re
import sys
from pathlib import Path

import added_files

from instroom import api
from instroom.cli.main import main
from instroom.core.texts import languages
from instroom.sources.example import write_example

COMMANDS = {
    "series": ["series", "sample_members"],
    "pipeline": ["pipeline", "--name", "sample"],
    "kpi": ["kpi"],
    "place": ["series", "sample_members", "--place", "Proefdam"],
}
QUESTIONS = (
    "indicators",
    "series/sample_members",
    "series/sample_members?place=Proefdam",
    "series/sample_members?by=kind",
    "series/technical_profile_share?stage=exam&classification=sample",
    "pipeline",
    "pipeline?name=sample",
    "pipeline?name=samples",
    "kpi",
    "explain/sample_members:sample:2018-2019",
)


def files(folder: Path) -> list[Path]:
    """Write a file of the added source, and one school's exams in the added municipality."""
    write_example(folder)
    exams = folder / "examenkandidaten-en-geslaagden-2014-2019.csv"
    head, *rows = exams.read_bytes().splitlines(keepends=True)
    mine = [row.replace(b"OEFENVEEN", b"PROEFDAM") for row in rows if row.startswith(b"90AA")]
    (folder / "exams.csv").write_bytes(b"".join([head, *mine]))
    (folder / "clubs.csv").write_bytes(added_files.CLUBS.encode())
    return [folder / "clubs.csv", folder / "exams.csv"]


def spoken(language: str, data: Path) -> dict[str, str]:
    found = {}
    for name, words in COMMANDS.items():
        place = [] if "--place" in words else ["--place", "sample"]
        with contextlib.redirect_stdout(io.StringIO()) as out:
            assert main([*words, *place, "--data", str(data), "--lang", language]) == 0, words
        found[name] = out.getvalue()
    return found


def readable(page: str) -> str:
    """Return the words of a page, and the addresses it links to."""
    links = re.findall(r'href="([^"]*)"', page)
    body = re.sub(r"<(style|script)\b.*?</\1>", " ", page, flags=re.DOTALL)
    body = re.sub(r'<span lang="nl">(.*?)</span>', r"\1", body, flags=re.DOTALL)
    words = html.unescape(re.sub(r"<[^>]+>", " ", body))
    return " ".join(f"{words} {' '.join(links)}".split())


def menu(page: str) -> str:
    """Return the words of the head and the foot that every page has."""
    parts = re.findall(r'(?s)<header class="head">.*?</header>|<footer class="foot">.*', page)
    assert len(parts) == 2
    return " ".join(map(readable, parts))


def documented() -> dict[str, str]:
    sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
    import make_docs

    made = (
        make_docs.glossary,
        make_docs.indicators,
        make_docs.sources,
        make_docs.goals,
        make_docs.roles,
    )
    return {path.name: make() for path, make in make_docs.PAGES.items() if make in made}


def everything(data: Path) -> dict[str, object]:
    read = api.read(*files(data.parent / "files"), data=data)["files"]
    api.compute(data=data, region="sample")
    from django.core.cache import caches
    from django.test import Client

    from instroom_web.reports.models import StoredDocument

    client = Client()
    pages: dict[str, dict[str, str]] = {language: {} for language in languages()}
    dutch: dict[str, dict[str, list[str]]] = {language: {} for language in languages()}
    for row in StoredDocument.objects.exclude(language="").only("language", "key"):
        answer = client.get(f"/{row.language}/{row.key}/".replace("//", "/"))
        assert answer.status_code == 200, (row.language, row.key)
        page = answer.content.decode()
        pages[row.language][row.key] = readable(page)
        dutch[row.language][row.key] = re.findall(r'(?s)<span lang="nl">(.*?)</span>', page)
    asked = {url: client.get(f"/api/v1/{url}") for url in QUESTIONS}
    StoredDocument.objects.filter(key="sample").delete()  # as before the first compute
    caches["public_pages"].clear()
    return {
        "read": [(Path(one["file"]).name, one["status"], one["source"]) for one in read],
        "pages": pages,
        "dutch": dutch,
        "menu": {
            language: menu(client.get(f"/{language}/").content.decode()) for language in languages()
        },
        "api": {url: (answer.status_code, answer.json()) for url, answer in asked.items()},
        "docs": documented(),
        "cli": {language: spoken(language, data) for language in languages()},
        "check": api.check(data=data)["ok"],
        "not_computed": {
            language: (answer.status_code, readable(answer.content.decode()))
            for language in languages()
            for answer in [client.get(f"/{language}/sample/")]
        },
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(everything(Path(sys.argv[1])), ensure_ascii=False))
