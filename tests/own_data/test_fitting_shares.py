"""Shares, arrivals and lengths by level from stays: each worked out by hand on worlds of two routes."""

from pathlib import Path

import numpy as np
import pytest

from sim.cli import main
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Group, Scenario
from sim.own_data.fitting import fit_spells
from sim.own_data.fitting_scenario import changes
from sim.own_data.people_files import Words, read_spells

WORLD = """
name: Two needs
calendar: {start: 2026-01-05, warm_up_days: 0, measured_days: 60}
replications: 2
services:
  hospital: {kind: acute, beds: 60}
  unit: {kind: reablement_unit, beds: 12}
people:
  everyone:
    arrives_at: hospital
    arrivals_per_day: 3
    traits:
      lives: {alone: 50%, with_others: 50%}
      need: {by: lives, alone: {light: 60%, heavy: 40%}, with_others: {light: 90%, heavy: 10%}}
    journey:
      hospital:
        stay_days: {exponential: {mean: 8}}
        then: {by: need, light: {home: 90%, died: 10%}, heavy: {unit: 90%, home: 0%, died: 10%}}
      unit: {stay_days: {exponential: {mean: 15}}, then: {home: 100%}}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "world.yaml").write_text(WORLD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def stays(
    routes: dict[str, int], column: str = "", levels: tuple[str, ...] = ("",), nights: tuple[int, ...] = (5,)
) -> None:
    """So many stays of each route, one each day after the other; levels and nights take turns with the stays of a route."""
    rows, day = [f"admitted,left,pathway,{column}"], np.datetime64("2026-01-05")
    for route, number in routes.items():
        for one in range(number):
            left = day + nights[one % len(nights)]
            rows.append(f"{day},{left},{route},{levels[one % len(levels)]}")
            day += 1
    Path("stays.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def lines_of(*, trait: str = "", weekdays: bool = False, file: str = "world.yaml") -> tuple[dict[str, str], list[str]]:
    scenario = read_scenario(file)
    found = read_spells("stays.csv", scenario, Words())
    lines, lacking = changes(found, fit_spells(found, trait), scenario, weekdays=weekdays)
    read_scenario(file, [f"{path}={value}" for path, value, _ in lines])  # which would refuse what makes no sense
    return {path.removeprefix("people.everyone."): value for path, value, _ in lines}, lacking


def shares_shown(scenario: Scenario) -> dict[str, float]:
    """The share of everybody who takes each route."""
    (group,) = scenario.people
    found: dict[str, float] = {}
    for levels, share in zip(group.profiles, group.shares_of_profiles, strict=True):
        visit = group.visit("hospital", levels, levels)
        assert visit is not None
        for route in visit.then:
            found[route.to] = found.get(route.to, 0.0) + share * route.share
    return found


def test_levels_that_the_file_does_not_give_are_moved_until_the_routes_are_as_seen() -> None:
    stays({"home": 100, "unit": 80, "died": 20})
    lines, lacking = lines_of()
    assert not lacking
    scenario = read_scenario("world.yaml", [f"people.everyone.{path}={value}" for path, value in lines.items()])
    assert shares_shown(scenario) == pytest.approx({"home": 0.5, "unit": 0.4, "died": 0.1}, abs=2e-4)
    # a tenth died before and now, so within each list nothing moves
    assert not [path for path in lines if path.endswith("died.share")]
    # 4 in 9 of those who leave alive go to the unit; the odds of need are twice as high again: with x times the odds,
    # 0.4x/(0.6+0.4x) and 0.1x/(0.9+0.1x) have the mean 4/9
    light, heavy = (float(lines[f"traits.need.alone.{level}"].rstrip("%")) for level in ("light", "heavy"))
    other = float(lines["traits.need.with_others.heavy"].rstrip("%"))
    assert heavy + other == pytest.approx(2 * 100 * 4 / 9, abs=0.05)
    assert heavy / light / (0.4 / 0.6) == pytest.approx(other / (100 - other) / (0.1 / 0.9), rel=0.01)


def test_more_who_die_die_in_every_list_alike() -> None:
    stays({"home": 80, "unit": 80, "died": 40})
    lines, _ = lines_of()
    died = [lines[f"journey.hospital.then.{level}.died.share"] for level in ("light", "heavy")]
    assert died == ["20%", "20%"]


def test_levels_that_the_file_gives_make_their_lists_and_their_shares() -> None:
    stays({"unit": 60, "home": 20, "died": 20}, "need", ("heavy",))
    text = Path("stays.csv").read_text(encoding="utf-8")
    stays({"home": 90, "died": 10}, "need", ("light",))
    Path("stays.csv").write_text(
        text + "\n".join(Path("stays.csv").read_text(encoding="utf-8").splitlines()[1:]) + "\n"
    )
    lines, lacking = lines_of()
    assert not [one for one in lacking if "share" in one]
    start = "journey.hospital.then"
    assert [lines[f"{start}.heavy.{route}.share"] for route in ("unit", "home", "died")] == ["60%", "20%", "20%"]
    assert [lines[f"{start}.light.{route}.share"] for route in ("home", "died")] == ["90%", "10%"]
    heavy = [float(lines[f"traits.need.{lives}.heavy"].rstrip("%")) for lives in ("alone", "with_others")]
    assert sum(heavy) / 2 == pytest.approx(50, abs=0.02)  # as many as seen
    assert heavy[0] > heavy[1]  # and still more of those who live alone


def test_routes_that_the_file_does_not_tell_apart_leave_the_shares_as_they_are() -> None:
    stays({"home": 100, "died": 20})
    lines, lacking = lines_of()
    assert not [path for path in lines if path.endswith(".share") or path.startswith("traits")]
    assert any("nobody in the file goes to unit" in one and "Seen: home 83.3%, died 16.7%" in one for one in lacking)


def test_a_length_for_each_level_and_for_the_others_the_length_of_all() -> None:
    stays({"home": 300, "unit": 60, "died": 12}, "lives", ("alone", "with_others"), (10, 4, 12, 6))
    lines, _ = lines_of(trait="lives")
    home = lines["journey.hospital.then.light.home.stay_days"]
    assert home.startswith("{by: lives, alone: {") and "with_others: {" in home and "else" not in home
    assert not lines["journey.hospital.then.light.died.stay_days"].startswith("{by")  # six of each level are too few
    scenario = read_scenario("world.yaml", [f"people.everyone.{path}={value}" for path, value in lines.items()])
    (group,) = scenario.people
    assert [round(mean) for mean in means_of(group, "home")] == [11, 5]


def means_of(group: Group, to: str) -> list[float]:
    """Mean days needed of each level of `lives`, of light need."""
    found = []
    for lives in ("alone", "with_others"):
        levels = (("lives", lives), ("need", "light"))
        visit = group.visit("hospital", levels, levels)
        assert visit is not None
        (route,) = [one for one in visit.then if one.to == to]
        assert route.stay is not None
        found.append(route.stay.mean_days)
    return found


def test_lengths_by_the_trait_of_the_lists_go_to_their_lists() -> None:
    stays({"home": 200, "died": 30}, "need", ("light",), (4, 6))
    text = Path("stays.csv").read_text(encoding="utf-8")
    stays({"unit": 100, "home": 40, "died": 30}, "need", ("heavy",), (14, 18))
    Path("stays.csv").write_text(
        text + "\n".join(Path("stays.csv").read_text(encoding="utf-8").splitlines()[1:]) + "\n"
    )
    lines, _ = lines_of(trait="need")
    start = "journey.hospital.then"
    light, heavy = lines[f"{start}.light.died.stay_days"], lines[f"{start}.heavy.died.stay_days"]
    assert "mean: 5" in light and "mean: 16" in heavy and "by" not in light + heavy


def test_arrivals_a_day_and_on_each_weekday_are_counted_over_whole_days() -> None:
    rows = ["admitted,left,pathway"]
    for day in range(29):  # from Monday 5 January on: 4 on a Monday, 2 on other days
        when = np.datetime64("2026-01-05") + day
        rows += [f"{when},{when + 3},home"] * (4 if day % 7 == 0 else 2)
    Path("stays.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    scenario = read_scenario("world.yaml")
    found = read_spells(
        "stays.csv", scenario, Words(), *(np.datetime64(one).astype(object) for one in ("2026-01-05", "2026-02-01"))
    )
    lines = {path: value for path, value, _ in changes(found, fit_spells(found), scenario, weekdays=True)[0]}
    assert lines["people.everyone.arrivals_per_day"] == "2.286"  # 16 a week
    assert lines["people.everyone.arrivals_by_weekday"].startswith("{mon: 1.750, tue: 0.875")


def test_of_admissions_those_whom_the_model_sends_back_are_taken_off() -> None:
    text = WORLD.replace(
        "unit: {stay_days: {exponential: {mean: 15}}, then: {home: 100%}}",
        "unit: {stay_days: {exponential: {mean: 15}}, then: {hospital: 50%, home: 50%}}",
    )
    Path("back.yaml").write_text(
        text.replace("heavy: {unit: 90%, home: 0%, died: 10%}", "heavy: {unit: 100%, home: 0%}"), encoding="utf-8"
    )
    # a quarter needs much: of 1 arrival they come 2 times (half of them come back each time), so admissions are 0.75 + 0.25 x 2
    stays({"home": 100, "unit": 80, "died": 20})
    lines, _ = lines_of(file="back.yaml")
    assert float(lines["arrivals_per_day"]) == pytest.approx(199 / 204 / 1.25, rel=1e-3)


def test_a_trait_that_nobody_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    stays({"home": 100, "unit": 80})
    words = ["fit", "stays.csv", "--scenario", "world.yaml", "--outputs", "out"]
    assert main([*words, "--by", "need"]) == 2
    assert "--by need: stays.csv gives nobody's need" in capsys.readouterr().err
    assert main([*words, "--by", "ned"]) == 2
    assert "has no such trait; did you mean `need`?" in capsys.readouterr().err
    assert not Path("out").exists()
