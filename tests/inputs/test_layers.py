"""A scenario that extends another one: what may change, what may be added, and how each change is told."""

from pathlib import Path

import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Change
from tests.inputs.small_world import SMALL_WORLD, problems_of

pytestmark = pytest.mark.usefixtures("in_own_folder")

STAY = "people.everyone.journey.hospital.stay_days"
THEN = "people.everyone.journey.hospital.then"


@pytest.fixture(autouse=True)
def _base(in_own_folder: Path) -> None:
    (in_own_folder / "base.yaml").write_text(SMALL_WORLD, encoding="utf-8")


def extending(text: str, file: str = "more.yaml") -> str:
    """A file that extends the small world."""
    Path(file).write_text(f"extends: base.yaml\n{text}", encoding="utf-8")
    return file


def changes_of(text: str) -> list[tuple[str, str, str]]:
    """Path, old and new text of every change that a file makes."""
    return [(one.path, one.old, one.new) for one in read_scenario(extending(text)).changes]


def test_a_change_is_told_old_and_new_with_its_line() -> None:
    scenario = read_scenario(extending("change:\n  services.hospital.beds: 300\n"))
    assert scenario.changes == (Change(path="services.hospital.beds", old="30", new="300", file="more.yaml", line=3),)
    assert scenario.service("hospital").capacity[0].places == 300


def test_a_route_written_short_counts_as_its_share() -> None:
    both_ways = f"change: {{{THEN}.home: 40%, {THEN}.unit.share: 50%}}"
    assert changes_of(both_ways) == [(f"{THEN}.home.share", "50%", "40%"), (f"{THEN}.unit.share", "40%", "50%")]


def test_a_short_change_of_a_route_keeps_its_steps_and_waits() -> None:
    scenario = read_scenario(extending(f"change: {{{THEN}.home: 40%, {THEN}.unit: 50%}}"))
    unit = scenario.people[0].journey[0].then[0]
    assert (unit.share, unit.otherwise, [step.name for step in unit.steps]) == (0.5, "home", ["hub", "forms"])


def test_a_whole_distribution_can_be_changed_for_a_number() -> None:
    assert changes_of(f"change: {{{STAY}: 9}}") == [(STAY, "{lognormal: {mean: 9, sd: 11.8}}", "9")]


def test_a_list_item_is_changed_by_its_number() -> None:
    world = SMALL_WORLD.replace("beds: 5", "beds: [{from: 2026-04-06, beds: 5}, {from: 2026-04-10, beds: 6}]")
    Path("base.yaml").write_text(world, encoding="utf-8")
    assert changes_of("change: {services.unit.beds.2.beds: 7}") == [("services.unit.beds.2.beds", "6", "7")]


def test_what_is_new_is_added_by_name_or_by_path() -> None:
    text = f"""\
add:
  services:
    cedarwood: {{kind: reablement_unit, beds: 29}}
  services.unit.queue_limit: 3
  {THEN}.cedarwood: 0%
  people.everyone.journey.cedarwood: {{stay_days: 16, then: {{out: 100%}}}}
  people.everyone.arrival.priority: 3
  costs.services.cedarwood: {{per_open_day: £187, payer: nhs}}
"""
    assert [service.name for service in read_scenario(extending(text)).services] == [
        "hospital",
        "unit",
        "home_care",
        "cedarwood",
        "home",
    ]
    assert [path for path, _, _ in changes_of(text)] == [
        "services.cedarwood",
        "services.unit.queue_limit",
        f"{THEN}.cedarwood",
        "people.everyone.journey.cedarwood",
        "people.everyone.arrival.priority",
        "costs.services.cedarwood",
    ]


def test_each_file_has_its_own_name_and_the_calendar_of_its_parent() -> None:
    scenario = read_scenario(extending("name: More\nquestion: More of it?\n"))
    unnamed = read_scenario(extending("", file="nameless.yaml"))
    assert (scenario.name, scenario.question, scenario.calendar.measured_days) == ("More", "More of it?", 20)
    assert (unnamed.name, unnamed.id) == ("nameless", "nameless")


def test_extends_may_chain_and_folders_are_relative_to_each_file() -> None:
    Path("later").mkdir()
    Path("later/two.yaml").write_text("extends: ../more.yaml\nchange: {services.hospital.beds: 32}\n")
    extending("change: {services.hospital.beds: 31}")
    scenario = read_scenario("later/two.yaml")
    assert [(one.file, one.old, one.new) for one in scenario.changes] == [
        ("more.yaml", "30", "31"),
        ("later/two.yaml", "31", "32"),
    ]
    assert [file for file, _ in scenario.files] == ["later/two.yaml", "more.yaml", "base.yaml"]


REFUSED = {
    "a service that does not exist": (
        "change: {services.hospitl.beds: 4}",
        "more.yaml:2:10: `services.hospitl.beds` does not exist: there is no `hospitl` in `services` of base.yaml; "
        "did you mean `hospital`?",
    ),
    "a key that does not exist": (
        "change: {services.hospital.bed: 4}",
        "more.yaml:2:10: `services.hospital.bed` does not exist: there is no `bed` in `services.hospital` of base.yaml; "
        "did you mean `beds`?",
    ),
    "a known key that the parent leaves at its default": (
        "change: {services.hospital.queue_limit: 4}",
        "more.yaml:2:10: `services.hospital.queue_limit` is not written in base.yaml; "
        "write it under `add:` instead of `change:`",
    ),
    "places where the parent counts beds": (
        "change: {services.hospital.places: 4}",
        "more.yaml:2:10: `services.hospital.places` is not written in base.yaml, which says `beds`; "
        "change `services.hospital`",
    ),
    "another family inside a distribution": (
        f"change: {{{STAY}.exponential.mean: 4}}",
        f"more.yaml:2:10: `{STAY}.exponential.mean` is not written in base.yaml, which says `lognormal`; change `{STAY}`",
    ),
    "a whole section": (
        "change: {services: {hospital: {beds: 4}}}",
        "more.yaml:2:10: `services` is a whole section; write one value by its dotted path, such as "
        "`services.hospital.beds`",
    ),
    "one value twice": (
        "change: {people.everyone.journey.unit.stay_days: 4, people.everyone.journey.unit.stay_days.fixed: 5}",
        "more.yaml:2:53: `people.everyone.journey.unit.stay_days.fixed` is changed twice (first on line 2); keep one",
    ),
    "a value inside one that is changed": (
        "change: {services.unit: {kind: other, beds: 4}, services.unit.beds: 5}",
        "more.yaml:2:49: `services.unit.beds` is changed twice (first on line 2); keep one",
    ),
    "a value around one that is changed": (
        "change: {services.unit.beds: 5, services.unit: {kind: other, beds: 4}}",
        "more.yaml:2:33: `services.unit` is changed twice (first on line 2); keep one",
    ),
    "the name of the other file": (
        "change: {name: Another}",
        "more.yaml:2:10: `name` is not changed here; write `name:` at the top of this file",
    ),
    "an addition that exists": (
        "add: {services: {unit: {kind: other, beds: 4}}}",
        "more.yaml:2:18: `services.unit` exists already in base.yaml; write it under `change:` to replace it",
    ),
    "an addition to what does not exist": (
        "add: {services.unitt.queue_limit: 4}",
        "more.yaml:2:7: `services.unitt.queue_limit` cannot be added: there is no `unitt` in `services` of base.yaml; "
        "did you mean `unit`?",
    ),
    "an addition that the language does not know": (
        "add: {services.unit.queuelimit: 4}",
        "more.yaml:2:7: `services.unit.queuelimit` cannot be added: there is no `queuelimit` in `services.unit` of "
        "base.yaml; did you mean `queue_limit`?",
    ),
    "values beside extends": (
        "services: {}",
        "more.yaml:2:1: `services` cannot be used with `extends`; put what differs under `change:` and what is new "
        "under `add:`",
    ),
    "an unknown key beside extends": ("chang: {}", "more.yaml:2:1: `chang` is not known; did you mean `change`?"),
    "a change without a space after its colon": (
        "change:\n  services.hospital.beds:310\n",
        "more.yaml:3:3: `services.hospital.beds:` has no space after its colon; write `services.hospital.beds: 310`",
    ),
    "a change with an equals sign": (
        "change:\n  services.hospital.beds = 310\n  services.unit.beds: 7\n",
        "more.yaml:3:3: `services.hospital.beds` has an equals sign; write `services.hospital.beds: 310`",
    ),
    "changes that are no lines": (
        "change: [services.hospital.beds]",
        "more.yaml:2:1: `change` must hold lines such as `services.hospital.beds: 300`",
    ),
    "a share changed alone": (
        f"change:\n  {THEN}.home: 45%",
        f"more.yaml:3:47: `{THEN}` adds up to 95%, not 100%: 40% + 10% + 45%; `home` was changed, the others add up "
        "to 50%: write 50% there, or change others too",
    ),
    "two shares changed": (
        f"change:\n  {THEN}.home: 45%\n  {THEN}.unit.share: 46%",
        f"more.yaml:4:53: `{THEN}` adds up to 101%, not 100%: 46% + 10% + 45%; `unit` and `home` were changed, the "
        "others add up to 10%: make these add up to 90%, or change others too",
    ),
    "every share written in this file": (
        f"add: {{{THEN}.out: 0%}}\nchange:\n  {THEN}.home: 45%\n  {THEN}.unit.share: 46%\n  {THEN}.home_care: 7%",
        f"more.yaml:5:53: `{THEN}` adds up to 98%, not 100%: 46% + 7% + 45% + 0%; `unit`, `home_care`, `home` and `out` were changed: 2% is "
        "missing: raise one of them, such as `unit` to 48%",
    ),
    "a wrong value": (
        "change: {services.hospital.beds: 4.5}",
        "more.yaml:2:34: `services.hospital.beds` is 4.5, not a whole number",
    ),
}


@pytest.mark.parametrize(("text", "answer"), REFUSED.values(), ids=REFUSED.keys())
def test_a_slip_in_a_layer_is_answered_in_its_own_file(text: str, answer: str) -> None:
    assert problems_of(extending(text)) == [answer]


PARENTS = {
    "bas.yaml": "`bas.yaml` does not exist; did you mean `base.yaml`?",
    "/etc/base.yaml": "`/etc/base.yaml` must be a path beside this file, with / between folders",
    "C:/base.yaml": "`C:/base.yaml` must be a path beside this file, with / between folders",
    "..\\base.yaml": "`..\\base.yaml` must be a path beside this file, with / between folders",
    "base.txt": "`base.txt` does not end in .yaml or .yml",
    "folder.yaml": "`folder.yaml` is a folder, not a file",
    "more.yaml": "`more.yaml` is extended in a circle; let each file extend one that extends nothing",
    "round.yaml": "`more.yaml` is extended in a circle; let each file extend one that extends nothing",
    "[base.yaml]": "`extends` must be the path of one other scenario, such as baseline.yaml",
}


@pytest.mark.parametrize(("parent", "answer"), PARENTS.items())
def test_a_parent_that_cannot_be_read_is_refused_where_it_is_named(parent: str, answer: str) -> None:
    Path("folder.yaml").mkdir()
    Path("round.yaml").write_text("extends: more.yaml\n")
    Path("more.yaml").write_text(f"extends: {parent}\n")
    named_in = "round.yaml" if parent == "round.yaml" else "more.yaml"
    assert problems_of("more.yaml") == [f"{named_in}:1:10: {answer}"]


def test_a_chain_of_six_parents_is_refused() -> None:
    for number in range(6):
        Path(f"c{number}.yaml").write_text(f"extends: c{number + 1}.yaml\n")
    answer = "`c6.yaml` makes a chain of more than 5 files; let each file extend one that extends nothing"
    assert problems_of("c0.yaml") == [f"c5.yaml:1:10: {answer}"]


def test_change_without_extends_is_refused() -> None:
    Path("alone.yaml").write_text(SMALL_WORLD + "add: {seed: 2}\n", encoding="utf-8")
    assert problems_of("alone.yaml") == [
        "alone.yaml:36:1: `add` needs `extends: other.yaml`, the scenario that it starts from"
    ]


def test_set_changes_and_adds_last_and_is_told_like_a_change() -> None:
    scenario = read_scenario("base.yaml", sets=["services.hospital.beds=1,200", "services.unit.queue_limit=5"])
    assert scenario.service("hospital").capacity[0].places == 1200
    assert scenario.service("unit").queue_limit == 5
    assert [(one.file, one.line) for one in scenario.changes] == [
        ("--set services.hospital.beds=1,200", 0),
        ("--set services.unit.queue_limit=5", 0),
    ]


def test_replications_and_seed_can_be_given_beside_the_file() -> None:
    scenario = read_scenario("base.yaml", replications=7, seed=11)
    assert (scenario.replications, scenario.seed) == (7, 11)
    assert ("seed", "11", "--seed 11") in [(value.path, value.text, value.file) for value in scenario.values]


def test_set_understands_whole_values_and_names() -> None:
    scenario = read_scenario("base.yaml", sets=[f"{STAY}={{exponential: {{mean: 4}}}}", "name=Other = better"])
    assert scenario.people[0].journey[0].stay is not None
    assert (scenario.people[0].journey[0].stay.family, scenario.name) == ("exponential", "Other = better")


SETS = {
    "services.hospital.bed=1": "`services.hospital.bed` does not exist: there is no `bed` in `services.hospital` of "
    "the scenario; did you mean `beds`?",
    "services.hospital.beds": "must be written path=value, such as services.hospital.beds=300",
    "=3": "must be written path=value, such as services.hospital.beds=300",
    "services.hospital.beds=": "has no value after the =",
    "services.hospital.beds=12.5": "`services.hospital.beds` is 12.5, not a whole number",
    "services.hospital.beds={beds: 1,200}": "`1,200` between brackets reads as more than one value; write 1200 or '1,200'",
    "services.hospital.beds=*x": "`*x` points to another line; write the value itself",
    "teams.assessors.places.1=3": "`teams.assessors.places.1` does not exist: there is no `1` in "
    "`teams.assessors.places` of the scenario",
    "people.everyone.journey.hospital.then.unit.steps.0.share=3%": "`people.everyone.journey.hospital.then.unit.steps.0.share` "
    "does not exist: there is no `0` in `people.everyone.journey.hospital.then.unit.steps` of the scenario; known here: hub "
    "and forms",
    "services=3": "`services` is a whole section; write one value by its dotted path, such as `services.hospital.beds`",
}


@pytest.mark.parametrize(("written", "answer"), SETS.items())
def test_a_slip_in_set_is_answered_by_itself(written: str, answer: str) -> None:
    assert problems_of("base.yaml", sets=[written]) == [f"--set {written}: {answer}"]


@pytest.mark.parametrize("row", ["0", "3", "first", "01"])
def test_rows_are_counted_from_1(row: str) -> None:
    dated = "services.hospital.beds=[{from: 2026-04-06, beds: 3}, {from: 2026-04-09, beds: 4}]"
    Path("dated.yaml").write_text(SMALL_WORLD.replace("beds: 30", dated.replace("services.hospital.beds=", "beds: ")))
    answer = (
        ""
        if row == "01"
        else (
            f"--set services.hospital.beds.{row}.beds=5: `services.hospital.beds.{row}.beds` does not exist: there is no row `{row}` in "
            "`services.hospital.beds` of the scenario; they count from 1 to 2"
        )
    )
    assert "\n".join(problems_of("dated.yaml", sets=[f"services.hospital.beds.{row}.beds=5"])) == answer


def test_a_value_set_twice_is_refused() -> None:
    twice = ["seed=1", "seed=2"]
    assert problems_of("base.yaml", sets=twice) == ["--set seed=2: `seed` is changed twice; keep one"]


def test_a_seed_below_nought_is_answered_as_it_was_typed() -> None:
    assert problems_of("base.yaml", seed=-3) == ["--seed -3: `seed` is -3; it cannot be below 0"]
