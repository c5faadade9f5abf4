"""Fitting: planted settings are recovered, what the targets do not tell is said, and nothing is written by halves."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from sim.calibration import Line, Prediction, calibrate, checked_targets
from sim.cli import main
from sim.fitting.search import (
    DONE,
    INTERRUPTED,
    OUT_OF_EVALUATIONS,
    Conflict,
    Direction,
    Evaluation,
    Floats,
    Found,
    Runs,
    Search,
    conflict_sentence,
    conflicts,
    cost,
    flat_sentence,
    misfit,
    pinned,
)
from sim.fitting.settings import Settings, settings_of
from sim.inputs.files import Address, Target, read_ranges
from sim.inputs.loading import Question, read_scenario
from sim.inputs.problems import ScenarioError
from sim.results.comparison.statistics import spread
from tests.engines import uncrossed
from tests.hall.processes import QUICK

# -- the search, on misfits that are formulas ----------------------------------------------------------------------------

Misfits = Callable[[Floats], Sequence[float]]


def searched(
    of: Misfits,
    start: Sequence[float],
    *,
    most: int = 200,
    noise: float = 0.0,
    in_common: float = 0.0,
    stop_at: int = 0,
    steps: float = 0.0,
) -> Found:
    """A search over misfits by a formula; with noise, replications differ by as much, at random or everywhere alike."""
    luck = np.random.default_rng(1)
    alike = in_common * np.array([-1, 1, -1, 1, -1, 1, -1, 1])
    calls = [0]

    def evaluate(positions: Sequence[Floats]) -> list[Evaluation]:
        calls[0] += 1
        if calls[0] == stop_at:
            raise KeyboardInterrupt
        found = []
        for position in positions:
            assert np.all((position >= 0) & (position <= 1))
            one = np.array(of(position))
            found.append(Evaluation(position, one[:, None] + alike + noise * luck.normal(size=(len(one), 8)), (), {}))
        return found

    return Search(evaluate, np.array(start), lambda one: one, np.full(len(start), steps), most).run()


def test_planted_positions_of_linear_misfits_are_found() -> None:
    found = searched(lambda at: (20 * (at[0] - 0.7), 20 * (at[0] + at[1] - 1.0), 20 * (at[2] - 0.9)), [0.2, 0.5, 0.5])
    assert found.ended == DONE
    assert found.best.position == pytest.approx([0.7, 0.3, 0.9], abs=0.01)
    assert found.slopes is not None
    known = pinned(found.slopes)
    assert known.flat == ()
    # By pencil: one unit of misfit is 1/20 of the first; the second follows from both targets, sqrt(2) of it.
    assert known.plus_minus == pytest.approx((0.05, 0.05 * 2**0.5, 0.05))


def test_a_pair_of_which_only_the_sum_shows_is_flat_and_moves_by_no_more_than_that_needs() -> None:
    found = searched(lambda at: (20 * (at[0] + at[1] - 1.2), 20 * (at[2] - 0.5)), [0.4, 0.4, 0.3])
    assert found.best.position == pytest.approx([0.6, 0.6, 0.5], abs=0.01)
    assert found.slopes is not None
    known = pinned(found.slopes)
    assert known.plus_minus == (None, None, pytest.approx(0.05))
    (direction,) = known.flat
    assert {one: round(part, 6) for one, part in direction.parts} in ({0: 1.0, 1: -1.0},)


def test_a_setting_that_nothing_shows_is_said_alone_and_stays() -> None:
    found = searched(lambda at: (20 * (at[0] - 0.7),), [0.2, 0.35])
    assert found.best.position == pytest.approx([0.7, 0.35], abs=0.01)
    assert found.slopes is not None
    known = pinned(found.slopes)
    assert [direction.parts for direction in known.flat] == [((1, 1.0),)]
    assert known.plus_minus[1] is None


def test_a_setting_that_moves_targets_by_less_than_they_accept_is_not_pinned_down() -> None:
    """Half of the range moves the target by 0.9 of its accepted half-range, or by 1.1."""
    for slope, flat in ((1.8, 1), (2.2, 0)):
        found = searched(lambda at, slope=slope: (slope * (at[0] - 0.5),), [0.4])
        assert found.slopes is not None
        assert len(pinned(found.slopes).flat) == flat


def test_what_is_no_more_than_noise_is_not_pinned_down() -> None:
    for noise, flat in ((0.1, 0), (200.0, 1)):
        found = searched(lambda at: (20 * (at[0] - 0.5),), [0.4], noise=noise)
        assert found.slopes is not None
        assert len(pinned(found.slopes).flat) == flat


def test_noise_that_all_positions_share_widens_plus_or_minus_though_the_slope_is_exact() -> None:
    """By pencil: 8 replications of -s or s have an error of s/sqrt(7), and Student's t for 7 is 2.365."""
    for size, flat in ((5.0, 0), (15.0, 1)):
        found = searched(lambda at: (20 * (at[0] - 0.5),), [0.4], in_common=size)
        assert found.slopes is not None
        known = pinned(found.slopes)
        assert len(known.flat) == flat
        wide = (1 + 2.365**2 * size**2 / 7) ** 0.5 / 20
        assert known.plus_minus == ((None,) if flat else (pytest.approx(wide, rel=1e-3),))


@pytest.mark.parametrize(("start", "truth"), [(0.0, 0.05), (1.0, 0.97)])
def test_a_search_may_start_at_an_end_and_never_leaves_the_range(start: float, truth: float) -> None:
    found = searched(lambda at: (20 * (at[0] - truth), 20 * (at[1] - 0.5)), [start, 0.5])
    assert found.best.position == pytest.approx([truth, 0.5], abs=0.01)


def test_targets_that_exclude_each_other_are_named_with_what_moves_them() -> None:
    found = searched(lambda at: (20 * (at[0] - 0.2), 20 * (at[0] - 0.8), 20 * (at[1] - 0.5)), [0.9, 0.1])
    assert found.best.position == pytest.approx([0.5, 0.5], abs=0.01)
    assert found.slopes is not None
    low, high = conflicts(found.slopes, found.tried)
    assert (low.target, low.above, low.settings, low.nearer) == (0, True, (0,), (0,))
    assert low.pushes == ((1, pytest.approx(-1.0)),)
    assert (high.target, high.above, high.pushes) == (1, False, ((0, pytest.approx(1.0)),))


@pytest.mark.parametrize(("far", "nearer"), [(-8.75, ()), (0.5, (0,))])
def test_a_setting_brings_a_target_nearer_only_if_a_value_that_was_tried_does(
    far: float, nearer: tuple[int, ...]
) -> None:
    """One or two beds, and nothing between: the second overshoots by more than the first misses, or comes nearer though worse for another."""
    found = searched(lambda at: (1.25, 0.0) if at[0] < 0.5 else (far, 3.0), [0.0], steps=1.0)
    assert found.best.position.tolist() == [0.0]
    assert found.slopes is not None
    (one,) = conflicts(found.slopes, found.tried)
    assert (one.target, one.settings, one.nearer) == (0, (0,), nearer)


def test_a_slope_that_may_be_noise_stands_against_nothing() -> None:
    found = searched(lambda at: (3.0, 20 * (at[0] - 0.5)), [0.4], noise=0.3)
    assert found.slopes is not None
    (one,) = conflicts(found.slopes, found.tried)
    assert (one.target, one.settings, one.pushes) == (0, (), ())


def test_a_search_makes_no_more_evaluations_than_it_may_and_keeps_the_best() -> None:
    def banana(at: Floats) -> Sequence[float]:
        return (50 * (at[1] - at[0] ** 2), 30 * (at[0] - 0.9))

    enough = searched(banana, [0.1, 0.9])
    assert enough.best.position == pytest.approx([0.9, 0.81], abs=0.05)
    few = searched(banana, [0.1, 0.9], most=12)
    assert few.ended == OUT_OF_EVALUATIONS
    assert few.evaluations <= 12
    assert cost(few.best) < sum(one**2 for one in banana(np.array([0.1, 0.9]))) / 10


def test_an_interrupted_search_keeps_the_best_so_far() -> None:
    found = searched(lambda at: (20 * (at[0] - 0.7),), [0.2], stop_at=4)
    assert found.ended == INTERRUPTED
    assert abs(misfit(found.best)[0]) < 20 * 0.5


# -- in words --------------------------------------------------------------------------------------------------------------


def test_what_trades_is_told_with_moves_that_go_together() -> None:
    two = settings(
        f"Share,{SHARE} | {HOME},10% | rest,50% | rest,assumption,", "Beds,services.unit.beds,5,20,assumption,"
    )
    assert flat_sentence(Direction(((1, 1.0), (0, -0.5))), two.all) == (
        "Not pinned down: Beds and Share trade against each other. Beds up by 1.5 and Share down by 2 points, together, leave the "
        "binding targets about as they are."
    )


def test_a_target_that_stays_missed_is_told_with_what_stands_against_it() -> None:
    """Of bed days: 12 are shown; 16 to 18 are aimed at, so 5 halves of the range below 17."""
    write_targets(
        "Bed days,hospital occupied_bed_days,,days,16,,18,yes,own,",
        "Stay,hospital length_of_stay_mean_days,,days,3,,4,yes,own,",
    )
    scenario = read_scenario("exact.yaml")
    lines = calibrate(scenario, checked_targets("targets.csv", scenario), 1)
    two = settings(f"Stay needed,{STAY}.fixed,1,5,assumption,", "Beds,services.unit.beds,5,20,assumption,")
    says = "Bed days stays below what is aimed at (misfit -5.0): "
    against = Conflict(0, False, ((1, 2.5),), (0,), (0,))
    assert conflict_sentence(against, lines, two.all) == (
        f"{says}what would bring it nearer by one unit of misfit (Stay needed) moves the misfit of Stay by +2.5, away from what is aimed at."
    )
    neither = conflict_sentence(Conflict(0, False, ((1, 2.5),), (0, 1), ()), lines, two.all)
    assert neither == f"{says}no value of Stay needed or Beds that was tried brings it nearer."
    alone = conflict_sentence(Conflict(0, False, (), (0, 1), (0, 1)), lines, two.all)
    assert alone == f"{says}Stay needed and Beds would bring it nearer, as far as their ranges go."
    assert (
        conflict_sentence(Conflict(0, False, (), (), ()), lines, two.all)
        == f"{says}no setting here moves it by more than noise."
    )


# -- with the simulator ---------------------------------------------------------------------------------------------------

SETTINGS_HEADING = "assumption,path,low,high,source,note\n"
TARGETS_HEADING = "target,measure,divided_by,unit,low,aim,high,binds,source,note\n"
TWO = """\
name: Two
question: How many wait?
calendar: {start: 2026-04-06, warm_up_days: 30, measured_days: 60}
replications: 3
seed: 1
services: {hospital: {kind: acute, beds: unlimited}, unit: {kind: reablement_unit, beds: 40}}
people:
  everyone:
    arrives_at: hospital
    arrivals_per_day: 4
    journey:
      hospital: {stay_days: {exponential: {mean: 4}}, then: {unit: {share: 20%}, home: {share: 80%}}}
      unit: {stay_days: {exponential: {mean: 6}}, then: {home: 100%}}
"""
EXACT = """\
name: Exact
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 20}
replications: 2
services: {hospital: {kind: acute, beds: 10}, unit: {kind: reablement_unit, beds: 9}}
people:
  everyone:
    arrives_at: hospital
    arrivals: [{day: 0, count: 4}]
    journey:
      hospital: {stay_days: 3, then: {unit: 50%, home: 50%}}
      unit: {stay_days: 2, then: {out: 100%}}
"""
STAY = "people.everyone.journey.hospital.stay_days"
SHARE = "people.everyone.journey.hospital.then.unit.share"
HOME = "people.everyone.journey.hospital.then.home.share"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "exact.yaml").write_text(EXACT)
    (tmp_path / "two.yaml").write_text(TWO)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_targets(*lines: str) -> None:
    Path("targets.csv").write_text(TARGETS_HEADING + "".join(f"{line}\n" for line in lines))


def settings(*lines: str, file: str = "exact.yaml") -> Settings:
    Path("settings.csv").write_text(SETTINGS_HEADING + "".join(f"{line}\n" for line in lines))
    return settings_of(Question(file), read_ranges("settings.csv"))


def problems(*lines: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        settings(*lines)
    return str(caught.value).splitlines()


def calibrated(*words: str) -> int:
    return main(["calibrate", "exact.yaml", "--targets", "targets.csv", *QUICK, *words])


UNIT_FLOW = "unit throughput_per_day"


@pytest.mark.slow
def test_the_fit_recovers_planted_settings() -> None:
    """Targets are what other people, of another seed, show with planted settings; the fit starts elsewhere."""
    planted = {f"{STAY}.exponential.mean": "7", SHARE: "45%", HOME: "55%"}
    _plant(planted, "hospital days_to_ready_mean,", "unit admissions,hospital leavers")
    moving = settings(
        f"stay,{STAY}.exponential.mean,2,12,assumption,",
        f"share,{SHARE} | {HOME},10% | rest,80% | rest,assumption,",
        file="two.yaml",
    )
    found = _fitted(moving)
    assert found.slopes is not None
    known = pinned(found.slopes)
    assert known.flat == ()
    for setting, position, size, true in zip(moving.all, found.best.position, known.plus_minus, (7, 0.45), strict=True):
        assert size is not None
        assert size < 0.25
        assert float(setting.value(position)) == pytest.approx(true, abs=1.5 * size * setting.width)
        assert float(setting.value(position)) == pytest.approx(true, rel=0.12)


@pytest.mark.slow
def test_of_arrivals_and_a_share_only_the_product_is_pinned_down() -> None:
    planted = {"people.everyone.arrivals_per_day": "5", SHARE: "45%", HOME: "55%", f"{STAY}.exponential.mean": "7"}
    _plant(planted, f"{UNIT_FLOW},", "hospital days_to_ready_mean,")
    moving = settings(
        f"share,{SHARE} | {HOME},10% | rest,80% | rest,assumption,",
        f"stay,{STAY}.exponential.mean,2,12,assumption,",
        "arrivals,people.everyone.arrivals_per_day,2,8,assumption,",
        file="two.yaml",
    )
    found = _fitted(moving)
    share, stay, arrivals = (float(s.value(at)) for s, at in zip(moving.all, found.best.position, strict=True))
    assert share * arrivals == pytest.approx(5 * 0.45, rel=0.15)
    assert stay == pytest.approx(7, rel=0.12)
    assert found.slopes is not None
    (direction,) = pinned(found.slopes).flat
    assert sorted(one for one, _ in direction.parts) == [0, 2]
    assert [part > 0 for _, part in direction.parts] == [True, False]


@pytest.mark.nightly
def test_plus_or_minus_holds_the_planted_value_about_as_often_as_it_says() -> None:
    """Twelve pairs of settings, each planted among other people: of 24 values 20 or more lie inside (95% each; 1 in 200 by chance)."""
    inside = 0
    for seed in range(12):
        planted = {f"{STAY}.exponential.mean": f"{6 + seed / 6:.3g}", SHARE: f"{40 + seed}%", HOME: f"{60 - seed}%"}
        _plant(planted, "hospital days_to_ready_mean,", "unit admissions,hospital leavers", seed=100 + seed)
        moving = settings(
            f"stay,{STAY}.exponential.mean,2,12,assumption,",
            f"share,{SHARE} | {HOME},10% | rest,80% | rest,assumption,",
            file="two.yaml",
        )
        found = _fitted(moving)
        assert found.slopes is not None
        truth = (float(planted[f"{STAY}.exponential.mean"]), (40 + seed) / 100)
        for setting, position, size, true in zip(
            moving.all, found.best.position, pinned(found.slopes).plus_minus, truth, strict=True
        ):
            assert size is not None
            inside += abs(float(setting.value(position)) - true) <= size * setting.width
    assert inside >= 20


def _plant(planted: dict[str, str], *wanted: str, seed: int = 99) -> None:
    """Targets of 3% either way around what a scenario with planted settings shows on other people."""
    truth = read_scenario("two.yaml", [f"{path}={text}" for path, text in planted.items()], replications=8, seed=seed)
    write_targets(*(f"{number},{one},days,0,,1,yes,planted," for number, one in enumerate(wanted)))
    lines = calibrate(truth, checked_targets("targets.csv", truth), 1, engines=uncrossed())
    means = [line.found.mean if line.found else 0.0 for line in lines]
    rows = [
        f"{one},days,{mean * 0.97:.6f},,{mean * 1.03:.6f},yes,planted," for one, mean in zip(wanted, means, strict=True)
    ]
    write_targets(*(f"{number},{row}" for number, row in enumerate(rows)))


def _fitted(moving: Settings) -> Found:
    targets = checked_targets("targets.csv", moving.question.read())
    every = moving.all

    def rounded(at: Floats) -> Floats:
        return np.array([one.rounded(x) for one, x in zip(every, at, strict=True)])

    start, steps = np.array([one.start for one in every]), np.array([one.step for one in every])
    return Search(Runs(moving, targets, 1, uncrossed()), start, rounded, steps, 200).run()


@pytest.mark.slow
def test_the_fragment_reads_gives_the_figures_that_were_printed_and_says_how_well_each_value_is_known(capsys) -> None:
    write_targets(
        "Bed days,hospital occupied_bed_days,,days,15,16,17,yes,made up,",
        "Unit,unit occupancy,,share,0%,,1%,no,made up,",
    )
    asked = ("--fit", f"{STAY}.fixed=1..5", "--fit", "services.unit.beds=7..12", "--write", "fitted.yaml")
    assert calibrated(*asked) == 0
    said = capsys.readouterr().out
    assert "1 of 1 binding target met" in said
    assert "Not pinned down: services.unit.beds." in said
    text = Path("fitted.yaml").read_text()
    fitted = read_scenario("fitted.yaml")
    found = next(value.text for value in fitted.values if value.path == f"{STAY}.fixed")
    assert (fitted.name, float(found)) == ("Exact, fitted", pytest.approx(4, abs=0.03))
    assert f"  {STAY}.fixed: {found}  # assumption: fitted, plus or minus 0.25; was 3" in text
    assert "# As it was: services.unit.beds 9, fitted, not pinned down by these targets" in text
    assert "#   Bed days: 16.00 (15.00 to 17.00); 12.00 -> " in text
    assert calibrated(*asked) == 0  # a file that a fit wrote may be written again
    capsys.readouterr()
    assert main(["calibrate", "fitted.yaml", "--targets", "targets.csv", *QUICK]) == 0
    figures = capsys.readouterr().out.split("16.00 (15.00 to 17.00)")[1].split("met")[0].split()
    assert " ".join(figures) in " ".join(said.split())


def test_shares_that_a_setting_does_not_name_make_room_and_are_written_too() -> None:
    write_targets("Bed days,hospital occupied_bed_days,,days,11,12,13,yes,made up,")
    assert calibrated("--fit", f"{SHARE}=10%..90%", "--set", f"{STAY}=4", "--write", "fitted.yaml") == 0
    text = Path("fitted.yaml").read_text()
    assert f"  {STAY}.fixed: 4  # assumption: as it was set" in text
    read_scenario("fitted.yaml")


@pytest.mark.slow
def test_the_file_is_the_same_with_one_worker_and_with_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.runs.experiment.WORTH_STARTING_WORKERS", -1.0)
    write_targets("Bed days,hospital occupied_bed_days,,days,15,16,17,yes,made up,")
    written = []
    for workers in ("1", "2"):
        asked = ("--fit", f"{STAY}.fixed=1..5", "--write", "fitted.yaml", "--evaluations", "6")
        argv = ["calibrate", "exact.yaml", "--targets", "targets.csv", "--engine", "reference", "--workers", workers]
        assert main([*argv, *asked]) == 0
        written.append(Path("fitted.yaml").read_bytes())
    assert written[0] == written[1]


def test_ctrl_c_writes_the_best_so_far_and_is_130(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    calls = [0]
    run_all = Runs.__call__

    def interrupted(self, positions):
        calls[0] += 1
        if calls[0] == 4:
            raise KeyboardInterrupt
        return run_all(self, positions)

    monkeypatch.setattr(Runs, "__call__", interrupted)
    write_targets("Bed days,hospital occupied_bed_days,,days,15,16,17,yes,made up,")
    assert calibrated("--fit", f"{STAY}.fixed=1..5", "--write", "fitted.yaml") == 130
    assert "interrupted): the best so far" in capsys.readouterr().out
    assert "stopped before it was known how well it is pinned down" in Path("fitted.yaml").read_text()
    read_scenario("fitted.yaml")


def test_what_cannot_be_fitted_is_refused_all_at_once_with_its_lines() -> None:
    assert problems(
        "a,services.unti.beds,1,2,assumption,",
        "b,services.unit.kind,1,2,assumption,",
        "c,replications,1,2,assumption,",
        "d,services.unit.beds,5,2,assumption,",
        "e,people.everyone.arrivals,1,2,assumption,",
        f"f,{HOME},rest,rest,assumption,",
        "g,services.hospital.beds,many,12,assumption,",
        "h,services.hospital.beds,8,12,assumption,",
        "i,calendar.start,1,2,assumption,",
    ) == [
        "settings.csv:2:1: `services.unti.beds` is not in the scenario; did you mean `services.unit.beds`?",
        "settings.csv:3:1: `services.unit.kind` is `reablement_unit`, and no number: only numbers can be moved",
        "settings.csv:4:1: `replications` says how the scenario is run, and is nothing to move",
        "settings.csv:5:1: `low` (5) is not below `high` (2), so there is nowhere to move",
        "settings.csv:6:1: `people.everyone.arrivals` holds several values; write the path of one number, such as `people.everyone.arrivals.1.day`, or factors as in `x0.8`",
        f"settings.csv:7:1: `{HOME}` is `rest`; the first path of a line is the one that moves",
        "settings.csv:8:1: `services.hospital.beds` is `many`, not a number",
        "settings.csv:9:1: `services.hospital.beds` is moved by line 8 already",
        "settings.csv:10:1: `calendar.start` says how the scenario is run, and is nothing to move",
    ]


def test_ends_at_which_the_scenario_makes_no_sense_are_refused() -> None:
    assert problems("a,services.unit.beds,-3,5,assumption,") == [
        "settings.csv:2:1: `low`: `services.unit.beds` is -3; it cannot be below 0"
    ]
    assert problems("a,services.unit.beds,1.5,5,assumption,") == [
        "settings.csv:2:1: `services.unit.beds` is 1.5, not a whole number"
    ]


def test_whole_beds_stay_whole_and_a_value_in_force_is_met_exactly() -> None:
    beds, stay = settings("beds,services.hospital.beds,x0.75,x1.5,assumption,", f"stay,{STAY},x0.5,x2,assumption,").all
    assert (beds.parts[0].low, beds.parts[0].high) == (8, 15)  # 7.5 rounded up
    assert [beds.ends(at) for at in (0.0, 0.5, 1.0)] == [("8",), ("12",), ("15",)]
    assert beds.ends(beds.start) == ("10",)
    assert (stay.ends(stay.start), stay.ends(1.0)) == (("3",), ("6",))  # one number: its value
    (spread,) = settings(f"stay,{STAY},x0.5,x2,assumption,", file="two.yaml").all  # a distribution: factors of it
    assert (spread.ends(spread.start), spread.amount(0.1)) == (("x1",), "0.15 times what it is")
    assert (stay.amount(0.1), beds.amount(0.5)) == ("0.45", "3.5")


def test_what_moves_together_goes_by_the_value_that_is_written_for_the_first() -> None:
    (both,) = settings(f"both,services.hospital.beds | {STAY}.fixed,8 | 2,15 | 9,assumption,").all
    assert both.ends(0.5) == ("12", "6")  # 11.5 beds are 12, four of seven steps up


def test_what_is_as_stated_is_not_moved_and_a_moved_value_holds_instead_of_a_typed_one() -> None:
    Path("settings.csv").write_text(f"{SETTINGS_HEADING}stay,{STAY}.fixed,1,5,assumption,\n")
    moving = settings_of(Question("exact.yaml", (f"{STAY}.fixed=4",)), read_ranges("settings.csv"))
    assert moving.all[0].start == 0.75
    assert moving.moved([0.75]) == {}
    values = {value.path: value.text for value in moving.scenario([0.25]).values}
    assert values[f"{STAY}.fixed"] == "2"


def test_a_value_that_every_route_overrides_is_refused_and_one_outside_its_ends_is_told(capsys) -> None:
    write_targets("Bed days,hospital occupied_bed_days,,days,15,16,17,yes,made up,")
    routes = "{unit: {share: 50%, stay_days: 3}, home: {share: 50%, stay_days: 3}}"
    Path("exact.yaml").write_text(EXACT.replace("{unit: 50%, home: 50%}", routes))
    assert calibrated("--fit", f"{STAY}.fixed=1..5") == 2
    assert f"`{STAY}` is overridden on all 2 routes, 100% of people" in capsys.readouterr().err
    Path("exact.yaml").write_text(EXACT)
    assert calibrated("--fit", f"{STAY}.fixed=4..5", "--evaluations", "4") == 0
    assert "the present value, 3, lies outside 4 to 5; the fit starts at the nearest end" in capsys.readouterr().err


def test_targets_of_which_none_binds_or_one_has_no_figure_are_refused(capsys) -> None:
    write_targets("Bed days,hospital occupied_bed_days,,days,15,16,17,no,made up,")
    assert calibrated("--fit", "services.unit.beds=7..12") == 2
    assert "no target binds" in capsys.readouterr().err
    write_targets("Nights,hospital delay_mean_if_delayed_nights,,nights,5,6,7,yes,made up,")
    assert calibrated("--fit", "services.unit.beds=7..12") == 2
    assert "Nights: binds, but this scenario has no such figure" in capsys.readouterr().err


def test_a_scenario_that_no_fit_wrote_is_never_written_over(capsys) -> None:
    write_targets("Bed days,hospital occupied_bed_days,,days,15,16,17,yes,made up,")
    assert calibrated("--fit", "services.unit.beds=7..12", "--write", "two.yaml") == 2
    assert "--write two.yaml: this file is there, and no fit wrote it" in capsys.readouterr().err
    assert Path("two.yaml").read_text() == TWO
    assert calibrated("--write", "new.yaml") == 2
    assert "--write goes with --fit" in capsys.readouterr().err


# -- days that were kept back ----------------------------------------------------------------------------------------------


def _target(low: float, aim: float | None, high: float) -> Target:
    where = Address("hospital", "throughput_per_day")
    return Target("Leavers", where, None, "people a day", low, aim, high, binds=True, source="", note="", line=2)


def test_a_prediction_interval_is_that_of_one_more_replication() -> None:
    """Mean 10, sd 2, n 5: half of it is t(4) 2.776445 times 2 times the root of 1.2, 6.0829."""
    found = spread([8.0, 8.0, 10.0, 12.0, 12.0])
    one = Prediction(Line(_target(15, 16, 17), found, 5))
    assert one.ends == pytest.approx((3.917, 16.083), abs=0.001) and one.verdict == "as predicted"
    assert Prediction(Line(_target(16, None, 17), found, 5)).verdict == "outside"  # 16.5, the middle
    assert Prediction(Line(_target(16, None, 17), None, 5)).verdict == "no figure"
    assert Prediction(Line(_target(16, None, 17), spread([16.5]), 1)).verdict == "no figure"


def test_a_search_of_one_evaluation_ends_where_it_began(capsys: pytest.CaptureFixture[str]) -> None:
    write_targets("Bed days,hospital occupied_bed_days,,days,15,16,17,yes,made up,")
    assert calibrated("--fit", f"{STAY}.fixed=1..5", "--evaluations", "1") == 0
    assert "Internal error" not in "".join(capsys.readouterr())


def test_days_that_were_kept_back_are_predicted_with_the_fitted_settings(capsys: pytest.CaptureFixture[str]) -> None:
    """Four people come on the first day: a fit to 16 bed days gives a stay of 4; a longer stay never shows in 3 days."""
    write_targets("Bed days,hospital occupied_bed_days,,days,15,16,17,yes,made up,")
    rows = "Bed days of three,hospital occupied_bed_days,,days,11,12,13,yes,made up,\nLeavers,hospital leavers,,people,3,4,5,yes,made up,\n"
    Path("held.csv").write_text(TARGETS_HEADING + rows, encoding="utf-8")
    asked = ("--fit", f"{STAY}.fixed=1..5", "--held-out", "held.csv")
    assert calibrated(*asked, "--period", "2026-05-04..2026-05-06") == 0
    said = capsys.readouterr().out.split("Held out: held.csv, 2026-05-04..2026-05-06")[1]
    (first, second) = [line.split() for line in said.splitlines() if "made up" in line]
    assert first[:6] == ["Bed", "days", "of", "three", "12.00", "12.00"] and "as predicted" in " ".join(first)
    assert "outside" in second and "1 of 2 held-out figures came as predicted" in said
    assert calibrated(*asked, "--json", "out.json", "--csv", "out.csv", "--page", "out.md") == 0
    whole = json.loads(Path("out.json").read_text(encoding="utf-8"))
    kept = [one for one in whole["targets"] if one["part"] == "held out"]
    assert [(one["target"], one["verdict"]) for one in kept] == [
        ("Bed days of three", "outside"),
        ("Leavers", "as predicted"),
    ]
    assert kept[1]["mean"] == kept[1]["lower"] == kept[1]["upper"] == 4 and len(whole["targets"]) == 3
    (setting,) = whole["settings"]
    assert float(setting["fitted"]) == pytest.approx(4, abs=0.05) and setting["stated"] == "3"
    rows = Path("out.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].startswith("part,target,binds,service,measure") and [row.split(",")[0] for row in rows[1:]] == [
        "target",
        "held out",
        "held out",
    ]
    on_the_page = Path("out.md").read_text(encoding="utf-8")
    assert (
        "## Settings" in on_the_page
        and "## Held out: held.csv\n" in on_the_page
        and "1 of 2 held-out figures" in on_the_page
    )
    assert (
        "1 of 2 held-out figures came as predicted" in capsys.readouterr().out
    )  # leavers now, on the scenario's own days


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--held-out", "held.csv"), "--held-out goes with --fit"),
        (("--fit", f"{STAY}.fixed=1..5", "--period", "2026-05-04..2026-05-06"), "--period goes with --held-out"),
        (("--fit", f"{STAY}.fixed=1..5", "--held-out", "targets.csv", "--period", "May"), "--period needs two dates"),
        (
            ("--fit", f"{STAY}.fixed=1..5", "--held-out", "targets.csv", "--period", "2026-05-31..2026-05-04"),
            "the second date is the last day",
        ),
        (
            ("--fit", f"{STAY}.fixed=1..5", "--held-out", "targets.csv", "--period", "2026-02-30..2026-05-04"),
            "there is no such day",
        ),
    ],
)
def test_days_kept_back_that_make_no_sense_are_refused(
    words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_targets("Bed days,hospital occupied_bed_days,,days,15,16,17,yes,made up,")
    assert calibrated(*words) == 2
    assert says in capsys.readouterr().err
