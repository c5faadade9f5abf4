"""A capacity and demand plan becomes dated places and monthly arrivals, and comes back as a workbook without a change."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from sim.inputs.calendar import arrival_rates
from sim.inputs.loading import read_scenario
from sim.inputs.problems import Problems, ScenarioError
from sim.inputs.scenario import Scenario
from sim.own_data.bcf import Plan, month_in, read_mapping, read_plan
from sim.own_data.bcf_run import fitting, planned_places, run_plan, scenario_text, text_into, workbook_bytes
from sim.runs.engines import BY_REFERENCE
from sim.runs.specification import write_checked
from sim.runs.store import Store
from tests.own_data import made_up

ROOT = Path(__file__).parents[2]
APRIL, JANUARY = date(2026, 4, 1), date(2027, 1, 1)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return made_up.bcf_plan(tmp_path), made_up.bcf_mapping(tmp_path)


def read(workbook: Path, mapping: Path) -> Plan:
    problems = Problems()
    meanings = read_mapping(str(mapping), problems)
    problems.stop_if_any()
    return read_plan(str(workbook), meanings, problems)


def scenario_of(plan: Plan, folder: Path) -> Scenario:
    return write_checked(folder / "plan.yaml", scenario_text(plan, "bcf"))


def edit(workbook: Path, change: Callable[[Any], None]) -> None:
    book = load_workbook(workbook)
    change(book)
    book.save(workbook)


def faults(workbook: Path, mapping: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read(workbook, mapping)
    return [one.text for one in caught.value.problems]


def with_cell(cell: str, value: object, sheet: str = "Hospital discharge") -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book[sheet][cell] = value

    return change


# -- in ------------------------------------------------------------------------------------------------------


def test_a_plan_is_read_by_its_words(files: tuple[Path, Path]) -> None:
    plan = read(*files)
    assert (plan.months[0], plan.months[-1], len(plan.months)) == (APRIL, date(2027, 3, 1), 12)
    assert plan.demand("home_reablement", APRIL) == 96 + 22
    assert plan.demand("home_reablement", APRIL, "step_up") == 22
    assert plan.of("community_beds", "capacity")[0].cells[JANUARY].place == "Hospital discharge!L15"


def test_people_who_start_in_a_month_are_places_by_their_days(files: tuple[Path, Path]) -> None:
    plan = read(*files)
    assert plan.places("home_reablement", APRIL) == pytest.approx((100 + 24) * 18 / 30)
    assert planned_places(plan, "home_reablement")[APRIL] == 74
    assert planned_places(plan, "urgent_community_response")[JANUARY] == round(150 * 2 / 31)


def test_places_may_be_counted_as_places(files: tuple[Path, Path]) -> None:
    workbook, mapping = files
    text = mapping.read_text(encoding="utf-8").replace(
        "capacity,,care_home_assessment,care_home,starts", "capacity,,care_home_assessment,care_home,places"
    )
    mapping.write_text(text, encoding="utf-8")
    assert planned_places(read(workbook, mapping), "care_home_assessment")[APRIL] == 19


def test_the_scenario_has_the_arrivals_of_every_month_and_the_dated_places(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    plan = read(*files)
    scenario = scenario_of(plan, tmp_path)
    days = [scenario.calendar.start + timedelta(days=number) for number in range(scenario.calendar.days)]
    groups = {group.name: arrival_rates(scenario.calendar, group) for group in scenario.people}
    for month in plan.months:
        mine = [number for number, day in enumerate(days) if (day.year, day.month) == (month.year, month.month)]
        for service in plan.services:
            for direction in ("step_down", "step_up"):
                rates = groups.get(f"{direction}_{service}")
                expected = sum(rates[number] for number in mine) if rates else 0.0
                assert expected == pytest.approx(plan.demand(service, month, direction), abs=0.001)
            capacity = scenario.service(service).capacity
            at = (month - scenario.calendar.start).days * 86_400
            assert [one.places for one in capacity if one.from_second <= at][-1] == planned_places(plan, service)[month]


def test_the_warm_up_is_like_the_same_months_of_the_plan(files: tuple[Path, Path], tmp_path: Path) -> None:
    plan = read(*files)
    scenario = scenario_of(plan, tmp_path)
    at = (date(2026, 2, 1) - scenario.calendar.start).days * 86_400
    before = [one.places for one in scenario.service("community_beds").capacity if one.from_second <= at][-1]
    assert before == planned_places(plan, "community_beds")[date(2027, 2, 1)]


def test_every_value_names_its_cells(files: tuple[Path, Path], tmp_path: Path) -> None:
    notes = {value.path: value.note for value in scenario_of(read(*files), tmp_path).values}
    assert "Hospital discharge!C7 to N7" in notes["people.step_down_community_beds.arrivals_per_day"]
    assert "Community!C14 to N14" in notes["services.community_beds.beds.1.beds"]


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("Apr-26", APRIL),
        ("April 2026", APRIL),
        ("2026-04-01", APRIL),
        ("01/04/2026", APRIL),
        ("2026-04", APRIL),
        ("May", None),
        ("118", None),
        ("Demand in April 2026, all services", None),
    ],
)
def test_months_are_understood_as_they_are_written(text: str, month: date | None) -> None:
    assert month_in(text) == month


def test_every_fault_is_named_by_sheet_and_cell_all_at_once(files: tuple[Path, Path]) -> None:
    def change(book: Any) -> None:
        with_cell("D5", "ask Mary")(book)
        with_cell("E6", None)(book)
        with_cell("F7", -3)(book)
        with_cell("C5", 9_999_999, "Community")(book)

    workbook, mapping = files
    edit(workbook, change)
    assert set(faults(workbook, mapping)) == {
        "Hospital discharge!D5 holds text where a number of people is wanted",
        "Hospital discharge!E6 is blank; write 0 where there is nobody, or no room",
        "Hospital discharge!F7 is `-3`; write 0 to 1,000,000 people",
        "Community!C5 is `9999999`; write 0 to 1,000,000 people",
    }


def test_a_row_that_the_mapping_does_not_name_is_named(files: tuple[Path, Path]) -> None:
    workbook, mapping = files
    edit(workbook, with_cell("A8", "Something new"))
    texts = faults(workbook, mapping)
    assert any(
        text.startswith("Hospital discharge!A8 begins a row of numbers that the mapping does not name")
        for text in texts
    )
    assert any("no row of numbers `Short-term care home place (pathway 3)` below `Demand`" in text for text in texts)


def test_two_sheets_that_disagree_are_both_named(files: tuple[Path, Path]) -> None:
    workbook, mapping = files
    text = mapping.read_text(encoding="utf-8").replace("Community,Demand,Urgent", ",Demand,Urgent")
    mapping.write_text(text, encoding="utf-8")

    def change(book: Any) -> None:
        sheet = book["Hospital discharge"]
        for column in range(3, 15):
            sheet.cell(9, column).value = 120
        sheet["A9"] = "Urgent community response"

    edit(workbook, change)
    texts = faults(workbook, mapping)
    assert texts[0].startswith("Community!D5 says 118 of May 2026, where Hospital discharge!D9 says 120")
    assert len(texts) == 11  # all months but April


def test_rows_of_other_months_are_named(files: tuple[Path, Path]) -> None:
    workbook, mapping = files
    edit(workbook, with_cell("N4", "2027-05-01", "Community"))
    texts = faults(workbook, mapping)
    assert any("all rows need the same months" in text and text.startswith("Community!C5") for text in texts)


def test_a_formula_without_a_value_is_not_run(files: tuple[Path, Path]) -> None:
    workbook, mapping = files
    edit(workbook, with_cell("D5", "=40+54"))
    (what,) = faults(workbook, mapping)
    assert what.startswith("Hospital discharge!D5 holds a formula without a value, and formulas are never run")
    edit(workbook, with_cell("D6", "some"))
    assert [one[:21] for one in faults(workbook, mapping)] == ["Hospital discharge!D5", "Hospital discharge!D6"]


def test_faults_of_the_mapping_are_named_by_line(files: tuple[Path, Path]) -> None:
    _, mapping = files
    rows = list(csv.reader(mapping.read_text(encoding="utf-8").splitlines()))
    rows[1][3], rows[2][6], rows[3][8], rows[4][5] = "demnad", "ward", "0", "Care Home"
    mapping.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows), encoding="utf-8")
    problems = Problems()
    read_mapping(str(mapping), problems)
    found = [(one.line, one.text) for one in problems.found]
    assert found[0] == (2, "`is` is `demnad`; did you mean `demand`?")
    assert [line for line, _ in found] == [2, 3, 4, 5]


def test_a_service_has_one_length_of_stay(files: tuple[Path, Path]) -> None:
    workbook, mapping = files
    text = mapping.read_text(encoding="utf-8").replace("community_beds,,25,19", "community_beds,,21,19", 1)
    mapping.write_text(text, encoding="utf-8")
    texts = faults(workbook, mapping)
    assert texts[0] == "`community_beds` has another kind, days or sd than on line 4; a service has one of each"


def test_a_plan_goes_into_a_scenario_with_a_hospital(files: tuple[Path, Path], tmp_path: Path) -> None:
    plan, file = read(*files), tmp_path / "both.yaml"
    parent = read_scenario(str(ROOT / "scenarios/baseline.yaml"))
    text, left_out = text_into(plan, parent, file, "bcf")
    scenario = write_checked(file, text)
    assert left_out == [
        "home_care: baseline.yaml counts its hours, and the plan counts people",
        "urgent_community_response: baseline.yaml has no such service",
    ]
    first = scenario.calendar.start + timedelta(days=scenario.calendar.warm_up_days)
    assert (first, scenario.calendar.measured_days, scenario.calendar.follow_up_days) == (APRIL, 365, 91)
    assert [group.name for group in scenario.people] == [
        "older_people",
        "step_up_home_reablement",
        "step_up_community_beds",
    ]
    at = (JANUARY - scenario.calendar.start).days * 86_400
    beds = [one.places for one in scenario.service("community_beds").capacity if one.from_second <= at][-1]
    assert beds == planned_places(plan, "community_beds")[JANUARY]
    kept, why = fitting(plan, scenario, Problems())
    assert kept.services == ("home_reablement", "community_beds", "care_home_assessment")
    assert why == [
        "home_care: both.yaml counts its hours, and the plan counts people",
        "urgent_community_response: both.yaml has no such service",
    ]


# -- out -----------------------------------------------------------------------------------------------------

EXACT = """
name: One bed
calendar: {start: 2026-04-01, warm_up_days: 0, measured_days: 61, follow_up_days: 30}
replications: 2
services: {beds: {kind: community_beds, beds: 1}}
people:
  all:
    arrives_at: beds
    arrivals: [{day: 1}, {day: 2}, {day: 3}, {day: 40}]
    journey: {beds: {stay_days: {fixed: 10}, then: {out: 100%}}}
"""


def exact(folder: Path) -> tuple[Plan, Scenario]:
    months = (APRIL, date(2026, 5, 1))
    rows = [("Demand",), ("", *months), ("Beds", 3, 1), ("Capacity",), ("", *months), ("Beds", 3, 3)]
    workbook = made_up.write_workbook(folder / "small.xlsx", {"Plan": rows})
    (folder / "map.csv").write_text(
        "sheet,section,row,is,direction,service,kind,counted_in,days,sd\n,Demand,Beds,demand,step_down,beds,community_beds,,10,10\n"
        ",Capacity,Beds,capacity,,beds,community_beds,starts,10,10\n",
        encoding="utf-8",
    )
    (folder / "one.yaml").write_text(EXACT, encoding="utf-8")
    return read(workbook, folder / "map.csv"), read_scenario(str(folder / "one.yaml"))


def test_demand_capacity_gap_and_wait_are_those_of_a_pencil(tmp_path: Path) -> None:
    plan, scenario = exact(tmp_path)
    april, may = run_plan(plan, scenario, BY_REFERENCE)
    # One bed for ten days each: in on days 1, 11 and 21, so that three who come on days 1, 2 and 3 wait 0, 9 and 18 days.
    assert april.wait is not None
    assert may.wait is not None
    assert (april.demand.mean, april.wait.mean, april.waiting) == (3, 9, 0)
    assert (april.places, april.capacity, april.gap) == (1, 3, 0)
    assert (may.demand.mean, may.wait.mean, may.capacity) == (1, 0, 3.1)
    assert may.gap == pytest.approx(-2.1)


@pytest.mark.slow
def test_the_number_of_workers_changes_nothing(tmp_path: Path) -> None:
    plan, _ = exact(tmp_path)
    text = EXACT.replace("arrivals: [{day: 1}, {day: 2}, {day: 3}, {day: 40}]", "arrivals_per_day: 0.2")
    (tmp_path / "one.yaml").write_text(text.replace("replications: 2", "replications: 4"), encoding="utf-8")
    scenario = read_scenario(str(tmp_path / "one.yaml"))
    alone = run_plan(plan, scenario, BY_REFERENCE, 1)
    assert run_plan(plan, scenario, BY_REFERENCE, 2) == alone
    assert alone[0].demand.sd


def test_a_wait_is_followed_beyond_its_month_to_the_end_of_the_run(tmp_path: Path) -> None:
    plan, _ = exact(tmp_path)
    late = EXACT.replace("{day: 40}", "{day: 58}, {day: 59}, {day: 60}").replace("fixed: 10", "fixed: 25")
    (tmp_path / "one.yaml").write_text(late, encoding="utf-8")
    april, may = run_plan(plan, read_scenario(str(tmp_path / "one.yaml")), BY_REFERENCE)
    assert april.wait is not None
    assert may.wait is not None
    assert april.wait.mean == pytest.approx((0 + 24 + 48) / 3)  # in on days 1, 26 and 51
    # in on day 76, and then not before day 101; the run ends on day 91
    assert may.wait.mean == pytest.approx((18 + 32 + 31) / 3)
    assert may.waiting == 2


def test_a_scenario_that_does_not_fit_the_plan_is_refused(tmp_path: Path) -> None:
    plan, _ = exact(tmp_path)
    (tmp_path / "one.yaml").write_text(
        EXACT.replace("beds: {", "bed: {")
        .replace("arrives_at: beds", "arrives_at: bed")
        .replace("measured_days: 61", "measured_days: 60"),
        encoding="utf-8",
    )
    problems = Problems()
    fitting(plan, read_scenario(str(tmp_path / "one.yaml")), problems)
    assert [one.text for one in problems.found] == [
        "measures 2026-04-01 to 2026-05-30, and the plan is of 2026-04-01 to 2026-05-31",
        "has no service of the plan with limited places: beds",
    ]


def test_an_unlimited_service_is_left_out(files: tuple[Path, Path], tmp_path: Path) -> None:
    plan = read(*files)
    scenario_of(plan, tmp_path)
    scenario = read_scenario(str(tmp_path / "plan.yaml"), ["services.home_care.places=unlimited"])
    kept, why = fitting(plan, scenario, Problems())
    assert "home_care" not in kept.services
    assert why == ["home_care: it is unlimited in plan.yaml"]


@pytest.mark.parametrize("sets", [(), ("services.community_beds.beds=40", "services.home_care.places=51")])
def test_what_goes_out_comes_in_without_a_change(
    files: tuple[Path, Path], tmp_path: Path, sets: tuple[str, ...]
) -> None:
    workbook, mapping = files
    plan = read(workbook, mapping)
    scenario_of(plan, tmp_path)
    scenario = read_scenario(str(tmp_path / "plan.yaml"), sets)
    out = tmp_path / "out" / "bcf_plan.xlsx"
    out.parent.mkdir()
    out.write_bytes(workbook_bytes(plan, scenario, []))
    again = read(out, mapping)
    if not sets:
        assert scenario_text(again, "bcf") == scenario_text(plan, "bcf")
    for service in plan.services:
        wanted = {"community_beds": 40, "home_care": 51} if sets else {}
        expected = [wanted.get(service, count) for count in planned_places(plan, service).values()]
        assert list(planned_places(again, service).values()) == expected
        assert [again.demand(service, month) for month in again.months] == [
            plan.demand(service, month) for month in plan.months
        ]


def test_nobodys_name_or_number_goes_out(files: tuple[Path, Path], tmp_path: Path) -> None:
    workbook, mapping = files

    def change(book: Any) -> None:
        with_cell("A2", "Contact: Mary Example")(book)
        with_cell("B5", "ask Mary about 943 476 5919")(book)
        with_cell("B6", 9434765919)(book)
        with_cell("A3", "Demand, as Mary Example counts it")(book)

    edit(workbook, change)
    plan = read(workbook, mapping)
    scenario = scenario_of(plan, tmp_path)
    (tmp_path / "out.xlsx").write_bytes(workbook_bytes(plan, scenario, []))
    book = load_workbook(tmp_path / "out.xlsx")
    words = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    words += (tmp_path / "plan.yaml").read_text(encoding="utf-8")
    assert "Mary" not in words
    assert "943 476" not in words
    assert "9434765919" not in words
    assert read(tmp_path / "out.xlsx", mapping).demand("home_care", APRIL) == 40


def test_the_same_results_are_the_same_bytes_and_hold_no_formula(tmp_path: Path) -> None:
    plan, scenario = exact(tmp_path)
    months = run_plan(plan, scenario, BY_REFERENCE)
    data = workbook_bytes(plan, scenario, months)
    assert data == workbook_bytes(plan, scenario, months)
    (tmp_path / "out.xlsx").write_bytes(data)
    cells = [cell for sheet in load_workbook(tmp_path / "out.xlsx") for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert any(cell.value == "Gap: demand less capacity" for cell in cells)


def test_what_was_run_before_comes_from_the_store_and_people_one_by_one_never_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, one_by_one = exact(tmp_path)
    stream = EXACT.replace("arrivals: [{day: 1}, {day: 2}, {day: 3}, {day: 40}]", "arrivals_per_day: 0.2")
    (tmp_path / "stream.yaml").write_text(stream, encoding="utf-8")
    scenario, store = read_scenario(str(tmp_path / "stream.yaml")), Store(tmp_path / "store")
    run_plan(plan, one_by_one, BY_REFERENCE, store=store)
    assert not (tmp_path / "store").exists()
    first = run_plan(plan, scenario, BY_REFERENCE, store=store)
    monkeypatch.setattr("sim.own_data.bcf_run._count_one", None)  # nothing can be run now
    assert run_plan(plan, scenario, BY_REFERENCE, store=store) == first
    assert store.taken == 2
    with pytest.raises(TypeError):
        run_plan(plan, replace(scenario, seed=7), BY_REFERENCE, store=store)
