"""Whoever changes a value that others override is told so, and by how much of the people."""

from pathlib import Path

import pytest

from sim.cli import main
from sim.diagnostics.warnings import overridden, override_notes, override_warnings, remarks, warnings_before_a_run
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario

TOWN = """\
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 30}
services:
  hospital: {kind: acute, beds: unlimited}
  unit: {kind: reablement_unit, beds: unlimited}
steps:
  forms: {reason: hospital_process, takes_days: 1, share: 50%}
  plans: {reason: hospital_process, takes_days: 1}
people:
  everyone:
    arrives_at: hospital
    arrivals_per_day: 4
    journey:
      hospital:
        stay_days: {exponential: {mean: 10}}
        then:
          unit: {share: 30%, stay_days: {exponential: {mean: 20}}, steps: [{forms: {takes_working_days: 2}}]}
          home: {share: 60%, stay_days: 5, steps: [forms]}
          died: 10%
          out: {share: 0%, stay_days: 9}
      unit: {stay_days: 7, then: {out: {share: 100%, steps: [{forms: {share: 10%}}, plans]}}}
"""
HOSPITAL = "people.everyone.journey.hospital"
STAY = f"{HOSPITAL}.stay_days"


@pytest.fixture(autouse=True)
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "town.yaml").write_text(TOWN)
    monkeypatch.chdir(tmp_path)


def scenario(*sets: str) -> Scenario:
    return read_scenario("town.yaml", sets)


def test_each_value_that_does_not_hold_everywhere_is_named_with_its_people() -> None:
    found = {one.path: (one.routes, len(one.by), one.share) for one in overridden(scenario())}
    assert found == {
        STAY: (3, 2, pytest.approx(0.9)),
        "steps.forms.takes_days": (3, 1, pytest.approx(0.3 / (0.3 + 0.6 + 0.3))),  # of those on the three routes
        "steps.forms.share": (3, 1, pytest.approx(0.3 / (0.3 + 0.6 + 0.3))),
    }


def test_a_step_of_its_own_outside_counts_with_everybody_who_comes() -> None:
    outside = "    arrival: {steps: [{forms: {share: 10%}}]}\n"
    Path("town.yaml").write_text(TOWN.replace("    journey:\n", outside + "    journey:\n", 1))
    (found,) = (one for one in overridden(scenario()) if one.path == "steps.forms.share")
    assert (found.routes, found.share) == (4, pytest.approx((0.3 + 1) / (0.3 + 0.6 + 0.3 + 1)))
    assert "people.everyone.arrival.steps.forms.share" in found.by


def test_a_stay_says_how_long_all_routes_take_together_and_what_scales_them() -> None:
    notes = override_notes(scenario())
    assert notes[0] == (
        f"{STAY} is overridden on 2 of 3 routes, 90% of people; all of them together need 10 days on average, and "
        f"{HOSPITAL}.stay_times scales them all"
    )
    assert override_notes(scenario(f"{HOSPITAL}.stay_times=2"))[0] == notes[0].replace("need 10 days", "need 20 days")
    assert notes[1] == (
        f"steps.forms.takes_days is overridden on 1 of 3 routes, 25% of people; see {HOSPITAL}.then.unit.steps.forms.takes_working_days"
    )


def test_a_change_of_it_alone_is_warned_of() -> None:
    (warning,) = override_warnings(scenario(f"{STAY}.exponential.mean=30"))
    assert warning.startswith(f"{STAY} was changed, but is overridden on 2 of 3 routes, 90% of people; ")
    assert override_warnings(scenario(f"{STAY}={{fixed: 30}}"))
    assert warning in warnings_before_a_run(scenario(f"{STAY}.exponential.mean=30"))


@pytest.mark.parametrize(
    "sets",
    [
        (),
        (f"{STAY}.exponential.mean=10",),  # no change
        (f"{HOSPITAL}.stay_times=3",),
        (
            f"{STAY}.exponential.mean=30",
            f"{HOSPITAL}.then.unit.stay_days.exponential.mean=60",
            f"{HOSPITAL}.then.home.stay_days=15",
        ),
        ("people.everyone.journey.unit.stay_days=9",),
    ],
)
def test_no_warning_where_nothing_is_missed(sets: tuple[str, ...]) -> None:
    assert override_warnings(scenario(*sets)) == []


def test_a_value_that_moves_nobody_says_so() -> None:
    text = TOWN.replace("died: 10%", "died: {share: 10%, stay_days: 2}").replace(", plans]", "]")
    Path("town.yaml").write_text(text.replace("steps: [forms]", "steps: []"))
    where = {one.path: one.where for one in overridden(scenario())}
    assert where[STAY] == "overridden on all 3 routes, 100% of people"


def test_show_and_validate_say_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "town.yaml"]) == 0
    (line,) = [one for one in capsys.readouterr().out.splitlines() if one.startswith(f"{STAY}.exponential.mean")]
    assert line.endswith("# overridden on 2 of 3 routes, 90% of people")
    assert main(["validate", "town.yaml", "--set", f"{STAY}.exponential.mean=20"]) == 0
    out = capsys.readouterr().out
    assert f"  warning: {STAY} was changed, but is overridden on 2 of 3 routes, 90% of people" in out
    assert out.count(STAY) == 1
    assert "  note: steps.forms.share is overridden on 1 of 3 routes, 25% of people" in out


def test_a_remark_stands_beside_every_part_of_a_value() -> None:
    Path("town.yaml").write_text(TOWN.replace("{exponential: {mean: 10}}", "{lognormal: {mean: 10, sd: 9}}"))
    assert [path for path in remarks(scenario()) if path.startswith(STAY)] == [
        f"{STAY}.lognormal.mean",
        f"{STAY}.lognormal.sd",
    ]


def test_what_differs_by_level_is_told_once_weighed_by_the_people() -> None:
    by_need = TOWN.replace("    journey:", "    traits: {need: {high: 25%, low: 75%}}\n    journey:")
    routes = by_need[by_need.index("        then:\n") : by_need.index("      unit: {stay_days: 7")]
    mine = "        then: {by: need, high: {home: {share: 100%, stay_days: 5}}, low: {home: 100%}}\n"
    Path("town.yaml").write_text(by_need.replace(routes, mine))
    (one,) = [one for one in overridden(scenario()) if one.path == STAY]
    assert one.by == (f"{HOSPITAL}.then.high.home.stay_days",)
    assert (one.routes, one.share, one.mean_days) == (2, pytest.approx(0.25), pytest.approx(0.25 * 5 + 0.75 * 10))
