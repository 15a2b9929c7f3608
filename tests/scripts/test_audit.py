"""The audit: a package that was not checked is not clean; every locked package has a licence."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import audit  # noqa: E402
import licences  # noqa: E402

CLEAN = [{"name": "Alpha_one", "version": "1", "vulns": []}, {"name": "beta", "vulns": []}]


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (CLEAN, []),
        (CLEAN[:1], ["beta: not checked"]),
        ([], ["alpha-one: not checked", "beta: not checked"]),
        (
            [CLEAN[0], {"name": "beta", "skip_reason": "Dependency not found on PyPI"}],
            ["beta: not checked"],
        ),
        (
            [
                CLEAN[1],
                {
                    "name": "alpha-one",
                    "version": "1",
                    "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}],
                },
            ],
            ["alpha-one 1: PYSEC-1, mended in ['2']"],
        ),
    ],
    ids=["clean", "left out", "no answer", "skipped", "advisory"],
)
def test_audited_is_installed(found: list[dict[str, object]], wrong: list[str]) -> None:
    assert audit.verdict(found, {"alpha-one", "beta"}) == wrong


def test_a_service_that_answers_nothing_is_no_clean_bill(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "audited", lambda _: [])
    assert audit.main([]) == 1
    assert " 0 checked, 0 advisories" in capsys.readouterr().out


def test_every_locked_package_has_a_licence_on_the_page() -> None:
    assert licences.PAGE.read_text("utf-8") == licences.page()
    named = {m[1]: (m[2], m[3]) for m in licences._LINE.finditer(licences.page())}
    for package, (version, _) in licences.locked().items():
        assert named[package][0] == version
        assert named[package][1] not in ("", licences.UNKNOWN)
