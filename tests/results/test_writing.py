"""Files as they are written: numbers short, formulas harmless, folders whole or not at all."""

import csv
import io
import json
import math
from pathlib import Path

import pytest

from sim.results.files import writing
from sim.results.files.writing import cell, csv_bytes, folder_name, json_bytes, publish, rounded, write_file

FILES = {"results.json": b"{}\n", "charts/one.svg": b"<svg/>", "run.json": b"1"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (5.0, "5"),
        (-0.0, "0"),
        (1234567.891, "1234567.891"),
        (1 / 3, "0.3333333333"),
        (math.nan, ""),
        (None, ""),
        (7, "7"),
        ("", ""),
    ],
)
def test_a_number_is_as_short_as_ten_digits_allow(value: object, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_looks_like_a_formula_is_made_harmless(start: str) -> None:
    assert cell(f"{start}SUM(A1)") == f"'{start}SUM(A1)"


def test_negative_numbers_are_no_formulas() -> None:
    assert cell(-4.5) == "-4.5"


def test_csv_is_utf8_with_plain_line_ends_and_quotes_where_needed() -> None:
    assert csv_bytes(("name", "£"), [("a,b", 1.5), ("é", None)]) == 'name,£\n"a,b",1.5\né,\n'.encode()


def test_json_has_null_for_what_is_no_number_and_the_digits_of_the_csv() -> None:
    assert json.loads(json_bytes({"a": math.nan, "b": 1 / 3, "c": 2.0, "d": [True, None]})) == {
        "a": None,
        "b": 0.3333333333,
        "c": 2,
        "d": [True, None],
    }


ODD = (0.0, -0.0, 1 / 3, -2.5, 7.0, 1e-5, 1e-4, 12345678901.5, 1e15, 1e22, 5e-324, math.nan, math.inf, -math.inf)


@pytest.mark.parametrize("column", [ODD, (*ODD, None), ("a", "=b", "%s", "c,d", ""), (1, "a", 2.5, None, True)])
def test_a_whole_column_is_written_as_its_cells_are_one_by_one(column: tuple[object, ...]) -> None:
    rows = [("x", value) for value in column]
    table = list(csv.reader(io.StringIO(csv_bytes(("a", "100%"), rows).decode())))
    assert table == [["a", "100%"], *([cell("x"), cell(value)] for value in column)]
    lines = json_bytes({"rows": [{"a": one, "100%": value} for one, value in rows]}).decode().splitlines()
    alone = [json.dumps(rounded({"a": one, "100%": value}), ensure_ascii=False) for one, value in rows]
    assert [line.strip().removesuffix("},") + "}" * line.endswith("},") for line in lines[2:-2]] == alone


def test_rows_of_a_table_need_not_have_the_same_keys() -> None:
    rows = [{"a": 1 / 3}, {"b": None, "a": 2.0}]
    assert json.loads(json_bytes({"rows": rows})) == {"rows": [{"a": 0.3333333333}, {"b": None, "a": 2}]}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["baseline", "cedarwood"], "baseline-vs-cedarwood-3f9a1c2b"),
        (["../../etc", "a b/c"], "etc-vs-a-b-c-3f9a1c2b"),
        (["ü"], "scenario-3f9a1c2b"),
    ],
)
def test_a_folder_is_named_after_its_scenarios(names: list[str], expected: str) -> None:
    assert folder_name(names, "3f9a1c2b") == expected


def test_a_folders_name_is_never_long() -> None:
    assert len(folder_name(["x" * 500], "3f9a1c2b")) <= writing.LONGEST_FOLDER_NAME
    assert folder_name([f"scenario_{n}" for n in range(40)], "3f9a1c2b") == "scenario_0-vs-39-others-3f9a1c2b"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_run_appears_with_all_its_files_and_is_named_as_the_latest(tmp_path: Path) -> None:
    folder = publish(tmp_path / "outputs", "base-1", FILES)
    assert contents(folder) == FILES
    assert (tmp_path / "outputs" / "latest").read_text() == "base-1\n"
    assert {path.name for path in (tmp_path / "outputs").iterdir()} == {"base-1", "latest"}


def test_the_same_run_again_touches_only_the_file_with_the_clock(tmp_path: Path) -> None:
    folder = publish(tmp_path, "base-1", FILES)
    before = (folder / "results.json").stat().st_ino
    publish(tmp_path, "base-1", {**FILES, "run.json": b"2"})
    assert (folder / "results.json").stat().st_ino == before
    assert (folder / "run.json").read_bytes() == b"2"


def test_a_run_with_other_bytes_takes_the_folders_place(tmp_path: Path) -> None:
    publish(tmp_path, "base-1", {**FILES, "old.csv": b"x"})
    folder = publish(tmp_path, "base-1", {**FILES, "results.json": b"[]"})
    assert contents(folder) == {**FILES, "results.json": b"[]"}
    assert {path.name for path in tmp_path.iterdir()} == {"base-1", "latest"}


def stopped_at_second_file(monkeypatch: pytest.MonkeyPatch) -> None:
    real, written = Path.write_bytes, []

    def write_bytes(path: Path, data: bytes) -> int:
        written.append(path)
        if len(written) == 2:
            raise KeyboardInterrupt
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)


def test_a_run_stopped_while_it_writes_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped_at_second_file(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path, "base-1", FILES)
    assert list(tmp_path.iterdir()) == []


def test_a_run_stopped_while_it_writes_leaves_the_last_one_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = publish(tmp_path, "base-1", FILES)
    stopped_at_second_file(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path, "base-1", {**FILES, "results.json": b"[]"})
    assert contents(folder) == FILES


def test_a_single_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mine.json"
    write_file(file, b"old")

    def fails(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(writing.os, "replace", fails)
    with pytest.raises(OSError):  # noqa: PT011 - any failure of the disk
        write_file(file, b"new")
    assert contents(tmp_path) == {"mine.json": b"old"}
