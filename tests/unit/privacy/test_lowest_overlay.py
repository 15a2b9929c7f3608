"""An overlay shows no lower place than what comes along, under the same name or another."""

from pathlib import Path

import pytest

from instroom.core.errors import DefinitionError
from instroom.definitions import registry

OWN = """
title = "Eigen"
measure = "share"
unit = "pupils"
breakdowns = ["municipality", "school"]
definition = "Eigen."
verb = "vertrekt"
{lowest}
[stages.default]
title = "jaar"
who = "leerlingen"
sources = ["duo_early_leavers"]
measure = "pupils"
part = "early_leavers"
"""


@pytest.mark.parametrize("name", ["early_leavers", "mine"])
@pytest.mark.parametrize(
    ("lowest", "refused"),
    [("", True), ('lowest_place = "board"', True), ('lowest_place = "municipality"', False),
     ('lowest_place = "region"', False)],
)  # fmt: skip
def test_an_overlay_shows_no_lower_place_than_what_comes_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, lowest: str, refused: bool
) -> None:
    folder = tmp_path / "monitoring/indicators"
    folder.mkdir(parents=True)
    (folder / f"{name}.toml").write_text(OWN.format(lowest=lowest), "utf-8")
    monkeypatch.setenv("INSTROOM_DEFINITIONS", str(tmp_path))
    registry._set_of.cache_clear()
    try:
        if not refused:
            assert registry.indicators()[name].lowest_place in lowest
            return
        with pytest.raises(DefinitionError) as found:
            registry.indicators()
        assert found.value.code == "place_too_narrow"
    finally:
        registry._set_of.cache_clear()
