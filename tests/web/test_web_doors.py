"""One question, one answer: the open interface says what the command says."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from running import environment, running

from instroom import api
from instroom.core.errors import UserError
from instroom.definitions import registry


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The invented region: written, read, computed and served."""
    room = tmp_path_factory.mktemp("doors")
    data = room / "data"
    for command in (
        ["example", "--out", str(room / "files")],
        ["read", str(room / "files")],
        ["compute", "--place", "voorbeeld"],
    ):
        line = [sys.executable, "-m", "instroom.cli", *command, "--data", str(data)]
        done = subprocess.run(line, env=environment(), cwd=room, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
    with running(data) as address:
        yield address, data


def questions() -> list[tuple[str, dict[str, str]]]:
    """Return every indicator with its stages, classifications and breakdowns, and odd ones."""
    found: list[tuple[str, dict[str, str]]] = []
    for name, indicator in registry.indicators().items():
        found.append((name, {}))
        found += [(name, {"stage": stage}) for stage in indicator.stages]
        found += [(name, {"by": by}) for by in ("school_type", "gender", "school", "nothing")]
        for kind in registry.classifications():
            group, _, own = kind.partition("/")
            if group == indicator.classification:
                found.append((name, {"classification": own}))
        found += [(name, {"period": period}) for period in ("2019", "2018:", "2018-2019", "1990:x")]
        found.append((name, {"classification": "nothing"}))
        found.append((name, {"school_type": "havo"}))
    return found


def test_every_question_has_one_answer(site: tuple[str, Path]) -> None:
    address, data = site
    answered = refused = 0
    for indicator, options in questions():
        lists = {k: v.split(",") for k, v in options.items() if k in ("by", "school_type")}
        single = {k: v for k, v in options.items() if k not in lists}
        asked = {"place": "voorbeeld", **options}
        said = httpx.get(f"{address}/api/v1/series/{indicator}", params=asked)
        body = said.json()
        try:
            expected = api.series(indicator, place="voorbeeld", data=data, **lists, **single)
        except UserError as error:
            refused += 1
            assert said.status_code in (400, 404), (indicator, options)
            assert body["error"]["code"] in (error.code, "not_stored"), (indicator, options)
            continue
        if said.status_code == 404 and body["error"]["code"] == "not_stored":
            assert f"instroom series {indicator}" in body["error"]["hint"]
            continue
        answered += 1
        assert body == expected, (indicator, options)
    assert answered > 30
    assert refused > 10
