"""The published files are read by their headings, whatever stands around them, and every fault is named by its cell."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from sim.inputs.problems import Problems
from sim.inputs.scenario import REASONS
from sim.own_data.published import ACUTE, COMMUNITY, DRD, KH03, Fact, Published, labels, month_of, plain, read_published
from tests.own_data import made_up

SHIPPED = Path(__file__).parents[2] / "scenarios/own_data"


def read(files: Sequence[Path], organisation: str = "ZZA") -> Published:
    problems = Problems()
    found = read_published([str(file) for file in files], organisation, problems)
    problems.stop_if_any()
    return found


def wrong(files: Sequence[Path], organisation: str = "ZZA") -> list[str]:
    problems = Problems()
    read_published([str(file) for file in files], organisation, problems)
    return [one.text for one in problems.found]


def told(facts: Sequence[Fact]) -> set[tuple[object, ...]]:
    return {(one.organisation, one.source, one.measure, one.item, one.first, one.last, one.value) for one in facts}


def edited(file: Path, old: str, new: str) -> Path:
    text = file.read_bytes().decode("utf-8-sig")
    assert text.count(old) >= 1, old
    file.write_text(text.replace(old, new, 1), encoding="utf-8-sig")
    return file


def test_a_csv_file_and_a_workbook_say_the_same(tmp_path: Path) -> None:
    csv_file, workbook = made_up.drd_csv(tmp_path, 0), made_up.drd_xlsx(tmp_path, 0)
    assert told(read([csv_file]).facts) == told(read([workbook]).facts)
    acute = read([made_up.acute_csv(tmp_path)]).facts
    theirs = {one for one in told(acute) if one[2] != "reason" and one[0] != "ENGLAND"}
    sheets = {one for one in told(read([made_up.acute_xlsx(tmp_path)]).facts) if one[0] != "ENGLAND"}
    assert theirs == sheets


def test_the_sheet_of_kh03_and_the_two_long_files_say_the_same(tmp_path: Path) -> None:
    sheet, both = made_up.kh03_xlsx(tmp_path), made_up.kh03_csvs(tmp_path)
    theirs = {one for one in told(read([sheet]).facts) if one[0] == "ZZA"}
    assert theirs == told(read(both).facts)
    quarter = (date(2025, 4, 1), date(2025, 6, 30))
    assert theirs == {
        ("ZZA", KH03, "beds_available", "", *quarter, 641.26),
        ("ZZA", KH03, "beds_occupied", "", *quarter, 598.41),
    }


@pytest.mark.parametrize("make", [made_up.kh03_xlsx, lambda folder: made_up.drd_xlsx(folder, 0)])
def test_a_sheet_that_was_saved_as_csv_says_the_same(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    workbook = make(tmp_path)
    (sheet,) = load_workbook(workbook)
    saved = workbook.with_suffix(".csv")
    made_up.write_csv(saved, [["" if value is None else value for value in row] for row in sheet.values])
    as_csv, as_workbook = (
        {one for one in told(read([file]).facts) if one[0] == "ZZA"} for file in (saved, workbook)
    )  # the sum of England is written to the last bit in one of them
    assert as_csv == as_workbook
    assert as_csv


def test_thousands_commas_and_other_capitals_are_understood(tmp_path: Path) -> None:
    (fact,) = read(made_up.kh03_csvs(tmp_path)[:1], "zzc").facts
    assert (fact.value, fact.label) == (1204.5, "General & acute")


def test_a_figure_that_is_not_published_is_known_to_be_so(tmp_path: Path) -> None:
    facts = read([made_up.drd_csv(tmp_path, 2)], "ZZB").of("ZZB", DRD, "by_delay")
    assert [(one.item, one.value, one.instead) for one in facts if one.value is None] == [("21+", None, "*")]


def test_every_fact_says_where_it_stands(tmp_path: Path) -> None:
    (beds,) = read([made_up.kh03_xlsx(tmp_path)]).of("ZZA", KH03, "beds_available")
    assert beds.place == "Beds-Open-Overnight-Web_File-Q1-2025-26.xlsx, NHS Trust by Sector!H18"
    whole = read([made_up.drd_csv(tmp_path, 0)]).of("ZZA", DRD, "discharged")[0]
    assert (whole.place, whole.line) == ("Discharge-Ready-Date-monthly-data-csv-April-2025.csv, I12", 12)


def test_acute_and_community_reports_are_told_apart(tmp_path: Path) -> None:
    found = read([made_up.acute_xlsx(tmp_path), made_up.community_xlsx(tmp_path)])
    assert {one.source for one in found.facts} == {ACUTE, COMMUNITY}
    home = [one for one in found.of("ZZA", COMMUNITY, "pathway") if one.item == "0"]
    assert [one.value for one in home] == [31, 2, 3]  # an existing resident who goes back is no new admission


def test_rows_of_a_local_authority_are_no_rows_of_the_trust(tmp_path: Path) -> None:
    (whole,) = read([made_up.drd_csv(tmp_path, 0)]).of("ZZA", DRD, "discharged")
    assert whole.value == 2338


def test_rows_of_another_month_are_left_out_and_monthly_rows_are_of_the_file(tmp_path: Path) -> None:
    found = read([made_up.acute_csv(tmp_path)])
    name = "Daily-discharge-sitrep-monthly-data-webfile-3-CSV-jun25.csv"
    assert found.notes == [
        f"{name} is of June 2025; 2 rows of other months in it are left out",
        f"{name}: 74 monthly figures bear a date of another month, and are taken as of June 2025",
    ]
    assert {one.first for one in found.of("ZZA", ACUTE, "reason")} == {date(2025, 6, 1)}
    assert len(found.of("ZZA", ACUTE, "ready")) == 30


def test_only_reasons_of_all_long_stayers_are_taken(tmp_path: Path) -> None:
    facts = read([made_up.acute_csv(tmp_path)]).of("ZZA", ACUTE, "reason")
    assert len(facts) == 37
    assert sum(one.value or 0 for one in facts) == pytest.approx(sum(range(1, 38)) / 8, abs=0.01)


def test_a_reason_that_is_not_known_is_told(tmp_path: Path) -> None:
    file = made_up.acute_csv(tmp_path)
    text = file.read_text(encoding="utf-8-sig")
    lines = text.splitlines()
    last = next(number for number, line in enumerate(lines) if ",ZZA," in line and "LOS 7+" in line)
    lines[last] = lines[last].replace("Awaiting therapy review of need for supported discharge", "Awaiting a new rule")
    file.write_text("\n".join(lines), encoding="utf-8-sig")
    notes = read([file]).notes
    assert any(
        f"Awaiting a new rule ({file.name}, row {last + 1}) is a reason that is not known" in note for note in notes
    )


def test_two_files_that_disagree_are_both_named(tmp_path: Path) -> None:
    one, other = made_up.drd_csv(tmp_path, 0), made_up.drd_xlsx(tmp_path, 0)
    edited(one, '"2,338"', '"2,339"')
    (what,) = wrong([one, other])
    assert what == (
        "Provider!G8 says 2338 where Discharge-Ready-Date-monthly-data-csv-April-2025.csv, I12 says 2339, of April 2025; "
        "give one of the two files"
    )


def test_text_in_the_place_of_a_number_is_named_and_not_repeated(tmp_path: Path) -> None:
    file = edited(made_up.drd_csv(tmp_path, 0), '"2,043"', "Mary Example")
    (what,) = wrong([file])
    assert what.startswith("I20 holds text where a number is wanted")
    assert "Mary" not in what


def test_a_figure_below_nought_is_refused(tmp_path: Path) -> None:
    file = edited(made_up.drd_csv(tmp_path, 0), '"2,043"', "-7")
    assert wrong([file]) == ["I20 is `-7`, and no such figure is below 0"]


def test_an_organisation_that_is_not_there_gets_the_known_ones(tmp_path: Path) -> None:
    assert wrong([made_up.drd_csv(tmp_path, 0)], "ZZD") == ["`ZZD` is in none of these files; known here: ZZA and ZZB"]


def test_another_table_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "stays.csv"
    file.write_text("admitted,left\n2025-04-01,2025-04-03\n", encoding="utf-8")
    (what,) = wrong([file])
    assert what.startswith("is none of the files that are understood here")


def test_a_file_that_says_no_month_is_refused(tmp_path: Path) -> None:
    file = made_up.drd_csv(tmp_path, 0).rename(tmp_path / "download.csv")
    (what,) = wrong([file])
    assert what == "says nowhere which month it is of; name it as it was published (…-April-2025.csv)"


def test_kh03_as_a_long_file_must_say_which_beds(tmp_path: Path) -> None:
    file = made_up.kh03_csvs(tmp_path)[0].rename(tmp_path / "beds.csv")
    (what,) = wrong([file])
    assert what.startswith("does not say whether beds are available or occupied")


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("Discharge-Ready-Date-monthly-data-csv-April-2024-Revised", date(2024, 4, 1)),
        ("Discharge-Ready-Date-monthly-data-Sept-2023-revised", date(2023, 9, 1)),
        ("Daily-discharge-sitrep-monthly-data-webfile-05-CSV-aug26", date(2026, 8, 1)),
        ("Daily-discharge-sitrep-monthly-data-webfile-September20241-2", date(2024, 9, 1)),
        ("2025-04", date(2025, 4, 1)),
    ],
)
def test_months_are_read_from_published_names(text: str, month: date) -> None:
    found = month_of(text)
    assert found is not None
    assert found[0] == month


def test_kinds_of_dashes_blanks_and_footnotes_make_no_difference() -> None:
    assert plain("Care transfer hub process– Awaiting  necessary referrals by care transfer hub*") == plain(
        "Care transfer hub process - Awaiting necessary referrals by care transfer hub"
    )


def test_every_official_reason_has_one_of_the_sixteen() -> None:
    reasons = [item for _, measure, item in labels().values() if measure == "reason"]
    assert len(reasons) == 37
    assert set(reasons) == set(REASONS)


MAKERS: tuple[Callable[[Path], Path], ...] = (
    *(lambda folder, number=number: made_up.drd_csv(folder, number) for number in range(3)),
    made_up.acute_csv,
    made_up.community_xlsx,
    made_up.kh03_xlsx,
    made_up.bcf_plan,
    made_up.bcf_mapping,
)


@pytest.mark.parametrize("make", MAKERS)
def test_the_shipped_files_are_what_their_maker_makes(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    file = make(tmp_path)
    (shipped,) = SHIPPED.rglob(file.name)
    assert shipped.read_bytes() == file.read_bytes(), "python -m tests.own_data.made_up scenarios/own_data"
