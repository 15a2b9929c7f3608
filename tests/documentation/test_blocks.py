"""All code blocks of the documentation run, page by page, in order, in a new data directory."""

import os
import shlex
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from documentation.kitchen import EXAMS, ROOT, Block, blocks, exams, lay, pages, script
from instroom.sources.example_flows import write_flows
from unit.sources.fetch_server import Page, Publisher

HERE = Path(__file__).parent
#: Python names that a page says its reader has.
GIVEN = (
    "sleutel = b'een sleutel van genoeg tekens'\ntweede_sleutel = b'nog een sleutel, ook lang'\n"
)
#: A page that is another page in another language, and that page.
SAME_COMMANDS = {"README.nl.md": "README.md"}


@pytest.fixture
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    flows = write_flows(tmp_path_factory.mktemp("publisher"))
    with Publisher() as server:
        server.pages[f"/open_onderwijsdata/images/{EXAMS}"] = Page(exams())
        for file in flows:
            server.pages[f"/open_onderwijsdata/images/{file.name}"] = Page(file.read_bytes())
        yield server.address


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, mirror: str) -> dict[str, str]:
    """Return the variables of a new user: own home, own tools first, nothing set of Instroom."""
    tools = folder / "tools"
    tools.mkdir()
    command = f'#!/bin/sh\nexec "{sys.executable}" -m instroom.cli "$@"\n'
    for name, text in {
        "instroom": command,
        "python": f'#!/bin/sh\nexec "{sys.executable}" "$@"\n',
    }.items():
        (tools / name).write_text(text)
        (tools / name).chmod((tools / name).stat().st_mode | stat.S_IXUSR)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("INSTROOM_", "DJANGO_"))}
    return kept | {
        "HOME": str(folder / "work"),
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "MIRROR": mirror,
        "PORT": str(free_port()),
        "ROOT": str(ROOT),
        "TESTS": str(HERE),
        "NO_PROXY": "127.0.0.1,localhost",
        "SLEUTEL": "een sleutel van genoeg tekens",
    }


def words(block: Block) -> list[list[str]]:
    """Return the words of every command of a block, without comments."""
    found = [shlex.split(line, comments=True) for line in block.text.splitlines()]
    return [[block.language, block.file], *filter(None, found)]


def not_run_elsewhere(page: Path) -> list[Block]:
    """Return the blocks that a page must run itself: not those of the page it translates."""
    name = page.relative_to(ROOT).as_posix()
    if name not in SAME_COMMANDS:
        return list(blocks(page))
    there = [words(block) for block in blocks(ROOT / SAME_COMMANDS[name])]
    return [block for block in blocks(page) if words(block) not in there]


def test_a_translated_page_gives_the_same_commands() -> None:
    """In the same order; only the options of ``instroom effect`` are words of a language."""
    for name, other in SAME_COMMANDS.items():
        here, there = (
            [
                line[:3] if line[:2] == ["instroom", "effect"] else line
                for block in blocks(ROOT / page)
                for line in words(block)
            ]
            for page in (name, other)
        )
        assert here == there, name
        assert not_run_elsewhere(ROOT / name), "the effect in its own language is run"


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [p for p in pages() if any(blocks(p))],
    ids=lambda p: p.relative_to(ROOT).as_posix(),
)
def test_the_blocks_of_a_page_run(page: Path, tmp_path: Path, mirror: str) -> None:
    work = tmp_path / "work"
    work.mkdir()
    lay(work)
    for name in ("docs", "scripts", "drills"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, work / name)
    variables = environment(tmp_path, mirror)
    (work / "block.py").write_text(GIVEN, "utf-8")
    text = f'. "{HERE}/shell.sh"\n{script(not_run_elsewhere(page))}\n'
    done = subprocess.run(
        ["bash", "-c", text],
        check=False,
        cwd=work,
        env=variables,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert "Traceback" not in done.stderr


def test_every_page_is_looked_at() -> None:
    """A page that is not found, or a fence that is not understood, would pass in silence."""
    found = {p.relative_to(ROOT).as_posix(): list(blocks(p)) for p in pages()}
    for name in (
        "README.md",
        "README.nl.md",
        "docs/tutorials/eerste-uur.md",
        "docs/how-to/effect-berekenen.md",
    ):
        assert found[name], name
    for page in pages():
        text = page.read_text("utf-8")
        fences = [line for line in text.splitlines() if line.lstrip().startswith("```")]
        assert len(fences) % 2 == 0, page
        assert all(line.startswith("```") for line in fences), f"{page}: an indented fence"
