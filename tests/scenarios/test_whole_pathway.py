"""The systems that join up health, care and housing: each lever does what it says, on the same people, if only a little."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from sim.inputs.catalogue_page import catalogue_page, shipped
from sim.inputs.loading import read_scenario
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import SECONDS_PER_DAY, Scenario
from sim.model.engine import run, run_observed
from sim.runs.collecting import paired
from tests.scenarios.runs import SCENARIOS, figure, rows

BASELINE = "baseline.yaml"
PARTS = (
    "adaptations_fast_track.yaml",
    "befriending.yaml",
    "cedarwood.yaml",
    "co_located_team.yaml",
    "continuing_care.yaml",
    "handrails.yaml",
    "micro_providers.yaml",
    "planning_from_admission.yaml",
    "pooled_fund.yaml",
    "weekend_acceptance.yaml",
)
TOGETHER = "everything_together.yaml"
NOT_PAIRED = ("today_census.yaml", "winter.yaml")
BY_REASON = ("hospital", "delayed_bed_days", "reason")


def scenario_of(file: str, *sets: str) -> Scenario:
    return read_scenario(str(SCENARIOS / file), sets)


def delayed(file: str, reason: str) -> float:
    return rows(file).get((*BY_REASON, reason), 0.0)


def arrivals(file: str) -> set[int]:
    """The second at which each person of the first sixty days comes from outside: nobody else comes at that second."""
    ledger = run(scenario_of(file, "calendar.warm_up_days=0", "calendar.measured_days=60"), 0)
    return {int(second) for second in ledger.waits["joined"][ledger.waits["held"] == -1]}


@pytest.mark.slow
def test_the_page_of_scenarios_is_fresh() -> None:
    refresh = "refresh it: python3 -m sim.inputs.catalogue_page > scenarios/README.md"
    assert (SCENARIOS / "README.md").read_text(encoding="utf-8") == catalogue_page(shipped()), refresh


@pytest.mark.slow
def test_a_planners_own_file_beside_the_shipped_ones_changes_no_list_and_no_page(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    shutil.copytree(SCENARIOS, folder)
    shutil.copy(folder / "template.yaml", folder / "my_hospital.yaml")
    (folder / "cedarwood" / "half_written.yaml").write_text("name: [\n", encoding="utf-8")
    names = [path.relative_to(folder).as_posix() for path in shipped(folder)]
    assert names == [path.relative_to(SCENARIOS).as_posix() for path in shipped()]
    assert "template.yaml" in names
    some = shipped(folder)[:9]  # another test reads them all
    assert catalogue_page(some, folder) == catalogue_page([SCENARIOS / path.relative_to(folder) for path in some])


def test_no_test_looks_for_scenarios_where_planners_keep_their_own() -> None:
    tests = [file for file in (SCENARIOS.parent / "tests").rglob("*.py") if file.name != Path(__file__).name]
    looking = re.compile(r"scenarios[\"']?\)*\.r?glob", re.IGNORECASE)
    assert [file.name for file in tests if looking.search(file.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("file", [*PARTS, TOGETHER])
def test_a_lever_can_be_paired_with_the_baseline(file: str) -> None:
    chosen, left_out = paired((scenario_of(BASELINE), scenario_of(file)))
    assert (len(chosen), left_out) == (2, ())


@pytest.mark.parametrize("file", NOT_PAIRED)
def test_other_days_and_other_people_are_left_out_with_the_reason(file: str) -> None:
    _, left_out = paired((scenario_of(BASELINE), scenario_of(file)))
    assert left_out[0].reason.startswith("cannot be compared with the base: calendar.start is ")


def test_more_areas_are_left_out_beside_one_hospital() -> None:
    _, left_out = paired((scenario_of(BASELINE), scenario_of("cedarwood_at_scale.yaml")))
    assert left_out[0].reason.endswith("people: south and north come to hospitals that the base does not have")


def test_another_hospital_is_not_ranked_beside_levers_and_alone_is_compared() -> None:
    base, hospital, lever = (scenario_of(file) for file in (BASELINE, "template.yaml", "continuing_care.yaml"))
    chosen, left_out = paired((base, hospital, lever))
    assert [one.id for one in chosen] == ["baseline", "continuing_care"]
    assert [Path(one.file).name for one in left_out] == ["template.yaml"]
    assert left_out[0].reason.startswith(
        "has a hospital's own numbers (marked YOURS), so it is a baseline and not a lever"
    )
    assert [len(found) for found in paired((base, hospital))] == [2, 0]
    assert [len(found) for found in paired((hospital, hospital, hospital))] == [3, 0]


@pytest.mark.slow
def test_the_same_people_come_and_some_no_longer_fall_or_call() -> None:
    before, fewer_falls, none_fall = (
        arrivals(one) for one in (BASELINE, "handrails.yaml", "handrails/optimistic.yaml")
    )
    assert none_fall < fewer_falls < before
    assert 0.01 < 1 - len(none_fall) / len(before) < 0.09  # 4.56%
    assert arrivals("befriending/ten_to_one.yaml") < arrivals("befriending.yaml") < before


@pytest.mark.slow
def test_levers_without_prevention_meet_exactly_the_same_people() -> None:
    before = arrivals(BASELINE)
    for file in ("planning_from_admission.yaml", "weekend_acceptance.yaml", "micro_providers.yaml"):
        assert arrivals(file) == before


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("adaptations_fast_track.yaml", "equipment"),
        ("adaptations_fast_track.yaml", "housing_adaptation"),
        ("handrails/optimistic.yaml", "equipment"),
        ("continuing_care.yaml", "funding_decision"),
        ("planning_from_admission.yaml", "hub_assessment"),
        ("planning_from_admission.yaml", "choice_selffund"),
        ("micro_providers.yaml", "home_care"),
        ("weekend_acceptance.yaml", "p3_care_home"),
        ("cedarwood.yaml", "p1_reablement"),
    ],
)
def test_a_lever_shortens_the_delay_that_it_is_about(file: str, reason: str) -> None:
    assert delayed(file, reason) < delayed(BASELINE, reason)


def test_fund_first_leaves_nobody_waiting_for_a_decision() -> None:
    assert delayed("continuing_care.yaml", "funding_decision") == 0


def test_the_pooled_fund_moves_nobody_and_no_pound_gets_lost() -> None:
    for measure in ("delayed_bed_days", "midnight_census_mean"):
        assert figure("pooled_fund.yaml", "hospital", measure) == figure(BASELINE, "hospital", measure)
    before, after = (figure(one, "all", "cost_cash_gbp") for one in (BASELINE, "pooled_fund.yaml"))
    assert after == pytest.approx(before, abs=1)
    assert figure("pooled_fund.yaml", "all", "cost_cash_gbp", "payer", "better_care_fund") > 0


def test_the_contributions_to_the_pooled_fund_add_up_to_what_its_schemes_spend() -> None:
    def spent(line: str) -> float:
        return figure("pooled_fund.yaml", "all", "budget_spent_gbp", "budget", line)

    given = spent("nhs_minimum_contribution") + spent("council_grant")
    assert given == pytest.approx(spent("beds_after_hospital") + spent("reablement"), abs=0.01)
    assert given == pytest.approx(
        figure("pooled_fund.yaml", "all", "cost_cash_gbp", "payer", "better_care_fund"), abs=0.01
    )


def test_everything_together_has_the_plan_of_the_pooled_fund() -> None:
    plan, again = (scenario_of(file).costs for file in ("pooled_fund.yaml", TOGETHER))
    assert plan.budgets == again.budgets and plan.pools == again.pools and set(plan.uplifts) <= set(again.uplifts)


def test_micro_providers_take_about_a_fifth_of_those_who_still_wait() -> None:
    hired = figure("micro_providers.yaml", "micro_providers", "admissions")
    agencies = figure("micro_providers.yaml", "home_care", "admissions")
    assert 0 < hired < agencies / 4


@pytest.mark.slow
def test_everything_together_frees_more_than_any_part_and_less_than_their_sum() -> None:
    before = figure(BASELINE, "hospital", "delayed_people_mean")
    parts = {file: before - figure(file, "hospital", "delayed_people_mean") for file in PARTS}
    together = before - figure(TOGETHER, "hospital", "delayed_people_mean")
    assert max(parts.values()) < together < sum(parts.values()), parts


def two_weeks(file: str, **options: int) -> Scenario:
    return read_scenario(str(SCENARIOS / file), ("calendar.measured_days=14",), **options)


@pytest.mark.slow
def test_everybody_of_the_census_is_there_once_and_nobody_else_at_the_start() -> None:
    scenario = two_weeks("today_census.yaml")
    ledger = run_observed(scenario, 0)
    at_start = np.flatnonzero(ledger.stays["admitted"] <= 0)
    people = ledger.stays["person"][at_start]
    assert len(set(people.tolist())) == len(people) == sum(entry.count for entry in scenario.census) > 300


def test_who_is_still_in_hospital_after_two_weeks_came_and_did_not_leave() -> None:
    ledger = run(two_weeks("today_census.yaml"), 0)
    in_hospital = ledger.stays["service"] == 0
    admitted, left = ledger.stays["admitted"][in_hospital], ledger.stays["left"][in_hospital]
    end = 14 * SECONDS_PER_DAY
    here = np.count_nonzero((admitted <= end) & (left > end))
    assert here == len(admitted) - np.count_nonzero(left <= end) > 200


REFUSED = [
    (
        "baseline.yaml",
        "add:\n  people.frequent_callers.prevented_share: 55%",
        "mine.yaml:5:3: `people.frequent_callers.prevented_share` cannot be added: there is no `frequent_callers` in "
        "`people` of baseline.yaml; known here: older_people",
    ),
    (
        "befriending.yaml",
        "change:\n  people.older_peple.prevented_share: 2%",
        "mine.yaml:5:3: `people.older_peple.prevented_share` does not exist: there is no `older_peple` in `people` of "
        "befriending.yaml; did you mean `older_people`?",
    ),
    (
        "today_census.yaml",
        "change:\n  census.4.levels: {need: home_care}",
        "today_census.yaml:22:134: `census.4.waiting_for` is `pathway_2`, where nobody goes from `hospital`; "
        "known here: home_care and died",
    ),
    (
        "baseline.yaml",
        "change:\n  people.older_people.journey.hospital.then.bed.pathway_2.share: 70%",
        "mine.yaml:5:66: `people.older_people.journey.hospital.then.bed` adds up to 77%, not 100%: 70% + 0% + 0% + 7%; "
        "`pathway_2` was changed, the others add up to 7%: write 93% there, or change others too",
    ),
    (
        "befriending.yaml",
        "change:\n  people.older_people.prevented_share: 155%",
        "mine.yaml:5:40: `people.older_people.prevented_share` is 155%; a share lies between 0% and 100%",
    ),
]


@pytest.mark.parametrize(("parent", "text", "answer"), REFUSED)
def test_a_slip_in_a_lever_is_refused_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parent: str, text: str, answer: str
) -> None:
    for file in {BASELINE, parent}:
        shutil.copy(SCENARIOS / file, tmp_path)
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(f"name: Mine\nquestion: What if?\nextends: {parent}\n{text}\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        read_scenario("mine.yaml")
    assert str(refused.value).splitlines() == [answer]


TWINS = [
    ("adaptations/hundred_calls.yaml", "adaptations/one_order.yaml", "hospital", "delayed_people_mean"),
    ("befriending/callers.yaml", "befriending/callers_befriended.yaml", "ambulance", "admissions"),
    ("befriending/callers.yaml", "befriending/callers_befriended.yaml", "emergency_department", "admissions"),
    ("adaptations/months_for_a_grant.yaml", "adaptations_fast_track.yaml", "hospital", "delayed_people_mean"),
    ("planning_from_admission.yaml", "planning/from_the_first_day.yaml", "hospital", "delayed_people_mean"),
]


@pytest.mark.nightly
@pytest.mark.parametrize(("worse", "better", "service", "measure"), TWINS)
def test_of_two_twins_one_is_better(worse: str, better: str, service: str, measure: str) -> None:
    assert figure(better, service, measure) < figure(worse, service, measure)


@pytest.mark.nightly
def test_more_people_wait_in_winter_than_in_the_same_days_without_one() -> None:
    days = ("calendar.start=2025-06-02", "calendar.warm_up_days=182", "calendar.measured_days=90")
    hospital = ("hospital", "midnight_census_mean", "", "")
    assert rows("winter.yaml", days)[hospital] > rows(BASELINE, days)[hospital]
