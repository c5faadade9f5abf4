"""The shared reader of people's tables: what it understands, what it refuses, and whom it never shows."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

import run_sim
from sim.inputs.problems import Problems, ScenarioError
from sim.own_data.tables import (
    Grid,
    Table,
    instant,
    is_personal,
    letters,
    looks_like_nhs_number,
    quantity,
    read_grids,
    table_of,
    words_not_known,
)

KNOWN = {"admitted": ("admission date", "date of admission"), "left": ("discharge date",), "pathway": ()}


def read(file: Path) -> tuple[Grid, ...]:
    problems = Problems()
    grids = read_grids(str(file), problems)
    problems.stop_if_any()
    return grids


def table(text: str, tmp_path: Path, **renamed: str) -> Table:
    file = tmp_path / "stays.csv"
    file.write_text(text, encoding="utf-8")
    problems = Problems()
    found = table_of(read(file)[0], KNOWN, ("admitted", "left"), problems, renamed)
    problems.stop_if_any()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("01/06/2026", datetime(2026, 6, 1)),
        ("1.6.2026 14:30", datetime(2026, 6, 1, 14, 30)),
        ("2026-06-01", datetime(2026, 6, 1)),
        ("2026-06-01T14:30:10", datetime(2026, 6, 1, 14, 30, 10)),
        ("1 June 2026", datetime(2026, 6, 1)),
        ("01-Jun-2026 09:05", datetime(2026, 6, 1, 9, 5)),
    ],
)
def test_dates_are_read_as_people_in_britain_write_them(text: str, meant: datetime) -> None:
    assert instant(text) == meant


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("31/02/2026", "there is no such day"),
        ("06/25/2026", "the day comes first"),
        ("01/06/26", "has a year of two digits"),
        ("46174", "is no date"),
        ("2026-06-01 25:00", "no time of day"),
        ("2026-06-01T10:00:00Z", "time zone"),
        ("01/06/2026 10:00:00+01:00", "time zone"),
        ("01/01/0026", "1950 to 2150"),
        ("1 Foo 2026", "no such day"),
    ],
)
def test_an_impossible_date_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        instant(text)


def test_numbers_are_read_as_spreadsheets_show_them() -> None:
    assert [quantity(one) for one in ("1,234", "12.5", "40%", "£5")] == list(map(Decimal, ("1234", "12.5", "0.4", "5")))


def test_nhs_numbers_are_known_by_their_check_digit() -> None:
    # 999 000 0018: 9*10 + 9*9 + 9*8 + 1*2 = 245, 245 mod 11 = 3, 11 - 3 = 8
    assert looks_like_nhs_number("9990000018") and looks_like_nhs_number("999 000 0018")
    assert not looks_like_nhs_number("9990000019") and not looks_like_nhs_number("2026060100")


@pytest.mark.parametrize("heading", ["Patient Name", "NHS Number", "nhs_no", "D.O.B.", "Post code", "Surname", "MRN"])
def test_headings_of_people_are_known(heading: str) -> None:
    assert is_personal(heading)


def test_the_heading_is_found_below_title_rows_and_places_are_those_of_the_file(tmp_path: Path) -> None:
    found = table("\ufeffStays of 2026\r\n\r\nDate of Admission;Discharge date;Pathway\r\n01/06/2026;;P2\r\n", tmp_path)
    (row,) = found
    assert (row["admitted"], row["left"], row["pathway"], row.line) == ("01/06/2026", "", "P2", 4)
    problems = Problems()
    row.wrong(problems, "left", "is missing")
    assert str(problems.found[0]).endswith("stays.csv:4:2: B4 (`Discharge date`) is missing")


def test_columns_of_people_are_dropped_and_named(tmp_path: Path) -> None:
    found = table("Patient name,NHS number,admitted,left,ward\nAnn Other,9990000018,1/6/2026,2/6/2026,7\n", tmp_path)
    assert found.dropped == ("Patient name", "NHS number") and found.unused == ("ward",)
    assert "patient" not in found.columns


def test_a_column_that_is_missing_is_asked_for_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="`left` is missing; is it `lefft`"):
        table("admitted,lefft\n1/6/2026,2/6/2026\n", tmp_path)
    assert table("came,left\n1/6/2026,2/6/2026\n", tmp_path, came="admitted").columns == {"admitted": 0, "left": 1}


def test_a_file_without_a_heading_is_refused_without_showing_anybody(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as refused:
        table("Ann Other,1/6/2026\nJo Bloggs,2/6/2026\n", tmp_path)
    assert "Ann" not in str(refused.value) and "no row has a heading" in str(refused.value)


def test_a_word_that_is_not_known_is_shown_only_if_it_is_nobodys_name(tmp_path: Path) -> None:
    rows = "1/6/2026,,Ann Other\n1/6/2026,,bedd\n" + "1/6/2026,,P9\n" * 3 + "1/6/2026,,Bed Ann\n"
    problems = Problems()
    words_not_known(table("admitted,left,pathway\n" + rows, tmp_path), "pathway", ("bed", "home"), problems)
    said = "\n".join(map(str, problems.found))
    assert "Ann" not in said and "C2 (`pathway`) is a word that is not shown" in said
    assert "`bedd` and is not known; did you mean `bed`?" in said
    assert "C4 (`pathway`) is `P9` and is not known; known here: bed and home (also in rows 5, 6; 3 in all)" in said
    assert "is not known; say with --columns what it means here (also in row 7; 2 in all)" in said
    assert len(problems.found) == 3


def test_a_word_in_every_row_leaves_room_for_what_else_is_wrong(tmp_path: Path) -> None:
    rows = "1/6/2026,,Y\n" * 500 + "1/6/2026,,bedd\n"
    problems = Problems()
    words_not_known(table("admitted,left,pathway\n" + rows, tmp_path), "pathway", ("bed", "home"), problems)
    assert len(problems.found) == 2 and "in all" not in str(problems.found[1])
    assert "; 500 in all)" in str(problems.found[0])


def test_columns_are_lettered_as_spreadsheets_do() -> None:
    assert [letters(one) for one in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.parametrize("name", ["old.xls", "stays.pdf"])
def test_other_kinds_of_file_are_refused_with_a_cure(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(ScenarioError, match=r"which is not read; (save|it must)"):
        read(tmp_path / name)


def test_a_file_that_only_claims_to_be_excel_is_refused(tmp_path: Path) -> None:
    (tmp_path / "stays.xlsx").write_text("a,b")
    with pytest.raises(ScenarioError, match="is no Excel file"):
        read(tmp_path / "stays.xlsx")


def test_excel_gives_values_and_a_formula_is_never_run(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Stays"
    for row in (["Stays of 2026"], [], ["admitted", "left", "pathway"], [datetime(2026, 6, 1), 12.0, "P2"]):
        sheet.append(row)
    book.create_sheet("Hidden").sheet_state = "hidden"
    book.save(tmp_path / "stays.xlsx")
    (grid,) = read(tmp_path / "stays.xlsx")
    assert grid.rows[2] == ("2026-06-01", "12", "P2") and grid.numbers == (1, 3, 4) and grid.place(2, 1) == "Stays!B4"
    sheet["B4"] = "=1+1"
    book.save(tmp_path / "stays.xlsx")
    with pytest.raises(ScenarioError, match="Stays!B4 holds a formula without a value, and formulas are never run"):
        read(tmp_path / "stays.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    openpyxl.Workbook().save(tmp_path / "bomb.xlsx")
    monkeypatch.setattr("sim.own_data.tables.LARGEST_UNPACKED", 10)
    with pytest.raises(ScenarioError, match="unpacks to"):
        read(tmp_path / "bomb.xlsx")


def test_the_front_door_adds_what_excel_files_need_where_one_is_named() -> None:
    assert run_sim.extras_of(["fit", "Stays.XLSX"]) == ["excel"]
    assert run_sim.extras_of(["forecast", "baseline.yaml", "--census", "today.xlsm", "--parquet"]) == [
        "parquet",
        "excel",
    ]
    assert run_sim.extras_of(["fit", "stays.csv"]) == []
