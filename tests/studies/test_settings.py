"""The one grammar of settings: what is understood, and what is refused with which words."""

from pathlib import Path

import pytest

from sim.inputs.loading import Question
from sim.inputs.part import typed_setting
from sim.inputs.problems import Problems, ScenarioError
from sim.studies.settings import Settings, settings_of
from tests.studies.worlds import loss_file

BEDS = "services.hospital.beds"
STAY = "people.everyone.journey.hospital.stay_days"


def settings(folder: Path, *texts: str, typed: tuple[str, ...] = (), fine: bool = False) -> Settings:
    problems = Problems()
    found = [typed_setting(text, "--vary", problems) for text in texts]
    problems.stop_if_any()
    return settings_of(Question(loss_file(folder), typed), [one for one in found if one], fine=fine)


def refusal(folder: Path, *texts: str, typed: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(ScenarioError) as refused:
        settings(folder, *texts, typed=typed)
    return [problem.text for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("text", "shown", "values"),
    [
        (f"{BEDS}=8..10", ["8", "9", "10"], [8, 9, 10]),
        (f"{BEDS}=8..13:2", ["8", "10", "12"], [8, 10, 12]),
        (f"{BEDS}=12,8", ["8", "12"], [8, 12]),
        (f"{BEDS}=1,200..1,210:10", ["1200", "1210"], [1200, 1210]),
        (f"{BEDS}=x0.8..x1.2:0.2", ["8", "10", "12"], [8, 10, 12]),
        (f"{STAY}=x0.5,x1.5", ["x0.5", "x1.5"], ["x0.5", "x1.5"]),
        (f"{STAY}.exponential.mean=4..5:0.5", ["4", "4.5", "5"], [4, 4.5, 5]),
        ("people.everyone.journey.unit.stay_days=1,2.5", ["1", "2.5"], [1, 2.5]),
        ("people.everyone.journey.hospital.then.unit=5%..15%:5%", ["5%", "10%", "15%"], [0.05, 0.1, 0.15]),
        ("services.unit.beds=x1,x2", ["x1", "x2"], ["x1", "x2"]),
    ],
)
def test_values_as_a_planner_writes_them(tmp_path: Path, text: str, shown: list[str], values: list[object]) -> None:
    (one,) = settings(tmp_path, text).all
    assert [one.shown(number) for number in range(len(one.numbers))] == shown
    assert [one.value(number) for number in range(len(one.numbers))] == values


def test_a_point_sets_what_differs_and_shares_still_add_up(tmp_path: Path) -> None:
    both = settings(tmp_path, f"{BEDS}=10,11", "people.everyone.journey.hospital.then.unit=10%,25%")
    assert both.points == ((0, 0), (0, 1), (1, 0), (1, 1))
    assert both.moved((0, 0)) == {}
    assert both.moved((1, 1)) == {
        BEDS: "11",
        "people.everyone.journey.hospital.then.unit.share": "25%",
        "people.everyone.journey.hospital.then.out.share": "75%",
    }
    assert both.words((1, 1)) == f"{BEDS}=11, people.everyone.journey.hospital.then.unit=25%"


def test_dated_beds_are_moved_by_a_factor(tmp_path: Path) -> None:
    (scenario,) = settings(tmp_path, "services.unit.beds=x2").scenarios([(0,)])
    assert [step.places for step in scenario.services[1].capacity] == [6, 10]


def test_paths_that_move_together_take_the_same_value_or_each_its_own(tmp_path: Path) -> None:
    unit = "people.everyone.journey.unit.stay_days.fixed"
    assert settings(tmp_path, f"{STAY}.exponential.mean|{unit}=6").moved((0,)) == {
        f"{STAY}.exponential.mean": "6",
        unit: "6",
    }
    assert settings(tmp_path, f"{STAY}.exponential.mean|{unit}=6|2,7|3").moved((1,)) == {
        f"{STAY}.exponential.mean": "7",
        unit: "3",
    }


def test_a_fine_range_needs_no_step(tmp_path: Path) -> None:
    (one,) = settings(tmp_path, f"{STAY}.exponential.mean=4..5", fine=True).all
    assert 500 <= len(one.numbers) - 1 <= 5000
    assert (one.shown(0), one.shown(len(one.numbers) - 1)) == ("4", "5")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("services.hospitl.beds=1..5", "`services.hospitl.beds` is not in the scenario; did you mean `services.hospital.beds`?"),
        (f"{BEDS}=10..8", f"`{BEDS}` is empty: 10 is above 8; write the lower one first"),
        (f"{BEDS}=8..10:0", f"`{BEDS}` has a step of 0; a step is more than 0"),
        (f"{BEDS}=8..10:0.5", f"`{BEDS}` is 8.5, not a whole number"),
        (f"{BEDS}=8..10:5%", f"`{BEDS}` goes from a number to a number in steps of a percentage; write all three the same way"),
        (f"{BEDS}=1..50000", f"`{BEDS}` has 50,000 values; 10,000 are the most, so take a wider step"),
        (f"{BEDS}=8,8", f"`{BEDS}` takes 8 twice; keep one"),
        (f"{BEDS}=many", f"`{BEDS}` is `many`, not a number"),
        (f"{STAY}.exponential.mean=4..5", f"`{STAY}.exponential.mean` goes from 4 to 5; write the step too, as in 4..5:STEP"),
        (f"{STAY}=4..5:1", f"`{STAY}` holds several values; write the path of one number, such as `{STAY}.exponential.mean`, or factors as in `x0.8`"),
        ("services.unit.beds=1..5", "`services.unit.beds` holds several values; write the path of one number, such as `services.unit.beds.1.beds`, or factors as in `x0.8`"),
        ("services.hospital.kind=1..5", "`services.hospital.kind` is `acute`, and no number: only numbers can be moved"),
        ("seed=1..5", "`seed` says how the scenario is run, and is nothing to move"),
        (f"{BEDS}", "is no setting; write PATH=FROM..TO:STEP or PATH=a,b,c, such as services.hospital.beds=290..320:5"),
        (f"{BEDS}=8,,9", "has an empty value; write PATH=FROM..TO:STEP or PATH=a,b,c, such as services.hospital.beds=290..320:5"),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert refusal(tmp_path, text) == [said]


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    assert refusal(tmp_path, f"{BEDS}=8,9", f"{BEDS}=10..8") == [
        f"`{BEDS}` is varied already; put all its values into one setting",
        f"`{BEDS}` is empty: 10 is above 8; write the lower one first",
    ]


def test_too_many_combinations(tmp_path: Path) -> None:
    said = refusal(tmp_path, f"{BEDS}=1..50", f"{STAY}.exponential.mean=1..50:1")
    assert said == ["makes 2,500 combinations; 1,000 are the most"]


def test_what_is_fixed_and_varied_is_said_and_factors_are_of_what_is_fixed(tmp_path: Path) -> None:
    assert refusal(tmp_path, f"{BEDS}=8,9", typed=(f"{BEDS}=20",)) == [
        f"`{BEDS}` is fixed by --set too, which would not count; drop one of them"
    ]
    assert settings(tmp_path, f"{BEDS}=x0.5", typed=(f"{BEDS}=20",)).moved((0,)) == {BEDS: "10"}


def test_values_that_the_scenario_cannot_have_are_told_with_the_point(tmp_path: Path) -> None:
    share = "people.everyone.journey.hospital.then.unit"
    with pytest.raises(ScenarioError) as refused:
        settings(tmp_path, f"{STAY}.exponential.mean=0,1").scenarios([(0,), (1,)])
    assert next(str(one).partition(": ")[2] for one in refused.value.problems).startswith(
        f"at {STAY}.exponential.mean=0: "
    )
    assert refusal(tmp_path, f"{share}=150%") == [f"`{share}` is 150%; a share lies between 0% and 100%"]


def test_a_stay_that_routes_override_is_refused_or_warned_of(tmp_path: Path) -> None:
    override = "people.everyone.journey.hospital.then.out.stay_days={fixed: 3}"
    some = settings(tmp_path, f"{STAY}.exponential.mean=4,5", typed=(override,))
    assert len(some.warnings()) == 1
    every = (override, "people.everyone.journey.hospital.then.unit.stay_days={fixed: 3}")
    (said,) = refusal(tmp_path, f"{STAY}.exponential.mean=4,5", typed=every)
    assert said.startswith(f"`{STAY}.stay_days` is overridden") or said.startswith(
        f"`{STAY}` is overridden on all 2 routes"
    )
