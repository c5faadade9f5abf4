"""Where no file is named, the question has four readings; each line of the table is what comparing its two files gives."""

import json
from pathlib import Path

import pytest

from sim.cli import main
from sim.cli.simulating import AS_SHIPPED, HEADS, READINGS, WHICH_IS_YOURS
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario
from sim.results.words.labels import figure

pytestmark = pytest.mark.usefixtures("blank_charts")

HOME = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_line_of_the_table_is_what_comparing_its_files_gives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    few = ["--replications", "2", "--no-cross-check"]
    assert main(few) == 0
    shown = capsys.readouterr().out
    lines = shown[shown.index(HEADS[0]) :].splitlines()[1:5]
    assert lines[0].startswith(AS_SHIPPED)
    assert " ".join(WHICH_IS_YOURS.split()[:8]) in " ".join(shown.split())
    reading = READINGS[1]
    assert main(["compare", str(HOME / reading.base), str(HOME / reading.other), *few, "--json", "found.json"]) == 0
    found = json.loads(Path("found.json").read_text(encoding="utf-8"))
    (fewer,) = [
        row["mean"]
        for row in found["differences"]
        if (row["service"], row["measure"], row["by"]) == ("hospital", "midnight_delayed_mean", "")
    ]
    assert lines[2].startswith(reading.says)
    assert lines[2].removeprefix(reading.says).split()[0] == figure(-fewer, "people")


def read(file: str) -> Scenario:
    return read_scenario(str(HOME / file))


@pytest.mark.parametrize("reading", READINGS)
def test_each_reading_has_the_clock_and_the_beds_of_its_baseline(reading: tuple[str, str, str]) -> None:
    _, base, other = reading
    beds = {one.name: one.capacity for one in read(base).services}
    assert beds["community_beds"] == next(one.capacity for one in read(other).services if one.name == "community_beds")
    traits = [[trait.name for trait in read(file).people[0].traits] for file in (base, other)]
    assert traits[0] == traits[1]
