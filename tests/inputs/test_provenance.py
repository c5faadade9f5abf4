"""Every value in force can be followed to its file, line and comment."""

import hashlib
from pathlib import Path

import pytest

from sim.inputs.loading import read_many, read_scenario
from sim.inputs.overrides import differences, show_text
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import Scenario, Value
from tests.inputs.small_world import SMALL_WORLD

pytestmark = pytest.mark.usefixtures("in_own_folder")

EVERY_KEY = Path(__file__).parent / "every_key.yaml"


def value_at(scenario: Scenario, path: str) -> Value:
    """The one value at a path."""
    (found,) = [value for value in scenario.values if value.path == path]
    return found


@pytest.fixture
def pair(in_own_folder: Path) -> tuple[Scenario, Scenario]:
    """The small world and one that extends it."""
    (in_own_folder / "base.yaml").write_text(
        SMALL_WORLD.replace("    beds: 5", "    beds: 5   # counted: '# of beds', 2025"), encoding="utf-8"
    )
    Path("more.yaml").write_text(
        "extends: base.yaml\nname: More\n"
        "change: {services.hospital.beds: 32}  # assumption\n"
        "add:\n  services.unit.queue_limit: 3\n"
    )
    base, more = read_many(["base.yaml", "more.yaml"])
    return base, more


def test_a_value_keeps_the_file_line_and_comment_that_it_came_from(pair: tuple[Scenario, Scenario]) -> None:
    _, more = pair
    assert value_at(more, "services.unit.beds") == Value(
        path="services.unit.beds", text="5", file="base.yaml", line=8, note="counted: '# of beds', 2025"
    )
    assert value_at(more, "services.hospital.beds") == Value(
        path="services.hospital.beds", text="32", file="more.yaml", line=3, note="assumption"
    )


def test_defaults_in_force_are_listed_too(pair: tuple[Scenario, Scenario]) -> None:
    base, _ = pair
    assert value_at(base, "seed") == Value(path="seed", text="1", file="default", line=0)
    assert value_at(base, "people.everyone.arrival.otherwise").file == "default"


def test_short_forms_are_listed_under_the_key_that_they_stand_for(pair: tuple[Scenario, Scenario]) -> None:
    base, _ = pair
    assert value_at(base, "people.everyone.journey.hospital.then.home.share").text == "50%"
    assert value_at(base, "people.everyone.journey.unit.stay_days.fixed").text == "25"


def test_every_path_that_is_listed_can_be_set() -> None:
    scenario = read_scenario(EVERY_KEY)
    again = read_scenario(EVERY_KEY, sets=[f"{value.path}={value.text}" for value in scenario.values])
    assert (again.services, again.people, again.costs) == (scenario.services, scenario.people, scenario.costs)
    assert [value.text for value in again.values] == [value.text for value in scenario.values]
    assert all(value.file.startswith("--set") for value in again.values)


def test_differences_are_the_values_that_are_not_shared(pair: tuple[Scenario, Scenario]) -> None:
    base, more = pair
    assert [(path, a and a.text, b and b.text) for path, a, b in differences(base, more)] == [
        ("services.hospital.beds", "30", "32"),
        ("services.unit.queue_limit", None, "3"),
    ]
    assert differences(base, base) == []


WAITS = "people.everyone.journey.hospital.then.unit.longest_wait_days"


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (f"{WAITS}={{exponential: {{mean: 9.8}}}}", f"{WAITS}=2", (WAITS, "exponential, mean 9.8", "fixed 2")),
        (f"{WAITS}={{lognormal: {{mean: 5, sd: 3}}}}", f"{WAITS}={{lognormal: {{mean: 5, median: 4}}}}",
         (WAITS, "lognormal, mean 5, sd 3", "lognormal, mean 5, median 4")),
        ("services.unit.beds=5", "services.unit.beds=[{from: 2026-04-06, beds: 0}, {from: 2026-11-01, beds: 20}]",
         ("services.unit.beds", "5", "from 2026-04-06 beds 0; from 2026-11-01 beds 20")),
        ("services.unit={kind: other, beds: 5}", "services.unit={kind: other, places: 6}",
         ("services.unit", "beds 5", "places 6")),
        (f"{WAITS}={{exponential: {{mean: 9.8}}}}", f"{WAITS}={{exponential: {{mean: 8}}}}",
         (f"{WAITS}.exponential.mean", "9.8", "8")),
    ],
)  # fmt: skip
def test_a_value_in_another_shape_is_one_difference(before: str, now: str, told: tuple[str, str, str]) -> None:
    Path("s.yaml").write_text(SMALL_WORLD, encoding="utf-8")
    base, more = (read_scenario("s.yaml", [one]) for one in (before, now))
    assert [(path, a and a.text, b and b.text) for path, a, b in differences(base, more)] == [told]


def test_every_file_is_known_by_its_fingerprint() -> None:
    text = SMALL_WORLD.replace("stay_days: 25", "stay_days: {empirical: {file: data/stays.csv}}")
    Path("s.yaml").write_text(text, encoding="utf-8")
    Path("data").mkdir()
    Path("data/stays.csv").write_text("3\n4\n")
    fingerprints = dict(read_scenario("s.yaml").files)
    assert fingerprints == {
        "s.yaml": hashlib.sha256(text.encode()).hexdigest(),
        "data/stays.csv": hashlib.sha256(b"3\n4\n").hexdigest(),
    }


def test_the_problems_of_several_files_come_together() -> None:
    for file in ("a.yaml", "b.yaml"):
        Path(file).write_text(SMALL_WORLD.replace("beds: 5", "beds: x"), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_many(["a.yaml", "b.yaml", "c.yaml"])
    assert [problem.file for problem in caught.value.problems] == ["a.yaml", "b.yaml", "c.yaml"]


def test_show_has_one_line_for_each_value(pair: tuple[Scenario, Scenario]) -> None:
    _, more = pair
    lines = show_text(more).splitlines()
    assert len(lines) == len(more.values)
    (beds,) = [line for line in lines if line.startswith("services.unit.beds")]
    assert beds.split(maxsplit=4) == ["services.unit.beds", "5", "base.yaml:8", "#", "counted: '# of beds', 2025"]
