"""Targets that exclude each other are told before anything runs, with the arithmetic; those of a real run never are."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sim.calibration import calibrate, conflicting_targets
from sim.cli import main
from sim.inputs.distributions import fixed
from sim.inputs.files import Target, address
from sim.inputs.scenario import Arrival, Scenario
from tests.hall.processes import QUICK
from tests.hall.worlds import small


def target(measure: str, low: float, high: float, divided_by: str = "", *, binds: bool = True) -> Target:
    """A target that is called by its measure."""
    below = address(divided_by) if divided_by else None
    return Target(measure.split()[1], address(measure), below, "share", low, None, high, binds, "own", "", 2)


def told(*targets: Target, scenarios: Sequence[Scenario] = ()) -> list[str]:
    return conflicting_targets(targets, scenarios or [small(beds=20, unit=4, per_day=2.0)])


def test_people_a_day_times_days_each_are_people_and_so_are_a_share_of_beds() -> None:
    """1 to 1.2 a day, 5 to 6 days each: 5 to 7.2 people; 80% to 90% of 4 beds: 3.2 to 3.6."""
    flow, stay = target("unit throughput_per_day", 1, 1.2), target("unit length_of_stay_mean_days", 5, 6)
    occupied = target("unit occupancy", 0.8, 0.9)
    said = told(flow, stay, occupied)
    assert said[0] == (
        "unit: these exclude each other. 1 to 1.2 people a day (throughput_per_day) x 5 to 6 days each (length_of_stay_mean_days) = "
        "5 to 7.2 people; but 80.0% to 90.0% occupied (occupancy) x 4 beds or places (the scenario) = 3.2 to 3.6 people."
    )
    assert said[1].endswith("= 5 to 7.2 people; but the scenario has 4 beds or places.")
    assert told(flow, replace(stay, low=3, high=3.5), occupied) == []
    eight = small(unit=8)
    assert told(flow, stay, occupied, scenarios=[eight]) == []


@pytest.mark.parametrize(("low", "excluded"), [(4.05, False), (4.1, True)])
def test_ranges_that_miss_each_other_by_less_than_2_in_100_may_both_be_true(low: float, excluded: bool) -> None:
    census = target("unit midnight_census_mean", low, 5)
    assert bool(told(census)) is excluded  # beside 4 beds


def test_the_window_s_totals_are_told_a_day_and_two_of_one_figure_are_compared_directly() -> None:
    """60 measured days: 120 to 126 leavers are 2 to 2.1 a day; 540 bed days over 120 leavers 4.5 days."""
    totals = target("hospital leavers", 120, 126), target("hospital throughput_per_day", 3, 3)
    assert told(*totals, scenarios=[small(per_day=0)]) == [
        "hospital: these exclude each other. 3 people a day (throughput_per_day); but 2 to 2.1 people a day (leavers)."
    ]
    stays = (
        target("hospital occupied_bed_days", 4.5, 4.5, "hospital leavers"),
        target("hospital length_of_stay_mean_days", 6, 7),
    )
    assert told(*stays) == [
        "hospital: these exclude each other. 6 to 7 days each (length_of_stay_mean_days); but 4.5 days each (occupied_bed_days)."
    ]


def test_whom_the_scenario_sends_from_outside_counts_unless_some_may_not_enter() -> None:
    """2 a day for 12 days each are 24 people; 20 beds."""
    stay = target("hospital length_of_stay_mean_days", 12, 12, binds=False)
    (said,) = told(stay)
    assert said == (
        "hospital: these exclude each other. 2 people a day (whom the scenario sends from outside) x "
        "12 days each (length_of_stay_mean_days, which does not bind) = 24 people; but the scenario has 20 beds or places."
    )
    one = small()
    (group,) = one.people
    impatient = replace(one, people=(replace(group, arrivals_outside=(Arrival(longest_wait=fixed(1)),)),))
    assert told(stay, scenarios=[impatient]) == []
    assert told(stay, scenarios=[small(), small(beds=30)]) == []  # a fit may move beds so far
    assert told(stay, scenarios=[small(), small(per_day=1)]) == []


def test_those_who_enter_have_waited_and_those_who_wait_may_be_more() -> None:
    flow, wait = target("unit admissions", 60, 60), target("unit wait_mean_days", 3, 4)  # 1 a day
    assert told(flow, wait, target("unit queue_mean", 1, 2)) == [
        "unit: these exclude each other. 1 to 2 people waiting (queue_mean); but 1 people a day (admissions) x 3 to 4 days waited "
        "(wait_mean_days) = at least 3 people waiting."
    ]
    assert told(flow, wait, target("unit queue_mean", 7, 9)) == []  # others gave up


def test_nights_of_all_are_the_share_delayed_times_the_nights_of_those() -> None:
    share, nights = (
        target("hospital delayed_share", 0.25, 0.28),
        target("hospital delay_mean_if_delayed_nights", 6, 6.4),
    )
    (said,) = told(share, nights, target("hospital delay_mean_nights", 2, 2.1))
    assert said.endswith(
        "25.0% to 28.0% delayed (delayed_share) x 6 to 6.4 nights of delay (delay_mean_if_delayed_nights) = 1.5 to 1.79 nights of delay."
    )
    assert told(share, nights, target("hospital delay_mean_nights", 1.6, 2)) == []


def test_people_delayed_and_their_part_of_the_bed_days_say_how_many_are_there() -> None:
    delayed = target("hospital delayed_people_mean", 4, 4)
    part = target("hospital delayed_bed_days", 0.1, 0.16, "hospital occupied_bed_days")
    (said,) = told(delayed, part)  # 25 to 40 people in 20 beds
    assert (
        "4 people delayed (delayed_people_mean) / 10.0% to 16.0% of bed days (delayed_bed_days) = 25 to 40 people"
        in said
    )


def test_what_a_run_itself_shows_never_excludes_itself() -> None:
    """Every figure of a run, 1% either way, as a target: a false alarm would be here."""
    world = small(beds=40, unit=8, days=600, warm_up=100, replications=3)
    measures = (
        "throughput_per_day", "admissions", "leavers", "length_of_stay_mean_days", "occupied_bed_days", "midnight_census_mean",
        "occupancy", "midnight_occupancy", "delayed_people_mean", "midnight_delayed_mean", "queue_mean", "wait_mean_days",
        "delayed_share", "delay_mean_if_delayed_nights", "delay_mean_nights",
    )  # fmt: skip
    wanted = [target(f"{service} {one}", 0, 1) for service in ("hospital", "unit") for one in measures]
    lines = [line for line in calibrate(world, wanted, 1) if line.found is not None]
    assert len(lines) > 24
    shown = [
        replace(line.target, low=line.found.mean * 0.99, high=line.found.mean * 1.01) for line in lines if line.found
    ]
    assert conflicting_targets(shown, [world]) == []
    doubled = [replace(one, low=one.low * 2, high=one.high * 2) if "length" in one.says else one for one in shown]
    assert conflicting_targets(doubled, [world])


def test_calibrate_tells_it_and_runs_all_the_same(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exact.yaml").write_text(
        """\
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 20}
replications: 1
services: {hospital: {kind: acute, beds: 5}}
people: {everyone: {arrives_at: hospital, arrivals: ARRIVALS, journey: {hospital: {stay_days: 3, then: {out: 100%}}}}}
""".replace("ARRIVALS", str([f"{{day: {day}}}" for day in range(20)]).replace("'", ""))
    )
    (tmp_path / "targets.csv").write_text(
        "target,measure,divided_by,unit,low,aim,high,binds,source,note\n"
        "Flow,hospital throughput_per_day,,people a day,1,,1,yes,own,\nStay,hospital length_of_stay_mean_days,,days,6,,7,yes,own,\n"
    )
    asked = ["calibrate", "exact.yaml", "--targets", "targets.csv", *QUICK]
    wanted = "hospital: these exclude each other. 1 people a day (Flow) x 6 to 7 days each (Stay) = 6 to 7 people; but the scenario has 5"
    assert main(asked) == 0
    assert f"Warning: {wanted}" in capsys.readouterr().out
    assert main([*asked, "--fit", "services.hospital.beds=2..5", "--evaluations", "2"]) == 0
    assert wanted in " ".join(capsys.readouterr().out.split())
    assert main([*asked, "--fit", "services.hospital.beds=2..8", "--evaluations", "2"]) == 0
    assert "exclude each other" not in capsys.readouterr().out
