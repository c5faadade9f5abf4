"""What Excel makes of a table is read all the same, or refused with its line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.inputs.files import Range, Target, read_ranges, read_targets
from sim.inputs.loading import read_scenario
from sim.inputs.problems import ScenarioError
from tests.inputs.small_world import SMALL_WORLD, problems_of, read_text

pytestmark = pytest.mark.usefixtures("in_own_folder")

TARGETS = """\
target,measure,divided_by,unit,low,aim,high,binds,source,note
Occupancy,hospital occupancy,,share,91%,93%,95%,yes,own census,"a, b"
People,hospital midnight_census_mean,,people,"1,282",1288,1296,no,own census,
"""
RANGES = """\
assumption,path,low,high,source,note
Beds,services.unit.beds,4,6,assumption,
A date,services.unit.beds.2.from,2026-11-01,2026-12-01,assumption,
"""


def _trailing_columns(text: str) -> str:
    return "".join(f"{line},,,\n" for line in text.splitlines())


def _blank_rows(text: str) -> str:
    return text.replace("\n", "\n,,,,,\n\n")


def _semicolons(text: str) -> str:
    cells = text.replace('"a, b"', '"a; b"').replace('"1,282"', "1282")
    return cells.replace(",", ";").replace("a; b", "a, b")


def _dates(text: str) -> str:
    return text.replace("2026-11-01", "01/11/2026").replace("2026-12-01", "1/12/2026")


AS_SAVED: dict[str, Callable[[str], str]] = {
    "blank columns behind": _trailing_columns,
    "blank rows between": _blank_rows,
    "byte order mark": lambda text: "\ufeff" + text,
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "old Mac line ends": lambda text: text.replace("\n", "\r"),
    "semicolons": _semicolons,
    "a heading in capitals": lambda text: "\n".join([text.split("\n", 1)[0].upper(), text.split("\n", 1)[1]]),
    "a hint about the separator": lambda text: "sep=,\n" + text,
    "tabs": lambda text: text.replace('"a, b"', "a; b").replace('"1,282"', "1282").replace(",", "\t").replace(";", ","),
    "British dates": _dates,
    "all at once": lambda text: "\ufeff" + _trailing_columns(_blank_rows(_dates(text))).replace("\n", "\r\n"),
}


def _targets(text: str) -> list[Target]:
    Path("t.csv").write_bytes(text.encode())
    return list(read_targets("t.csv"))


def _ranges(text: str) -> list[Range]:
    Path("r.csv").write_bytes(text.encode())
    return list(read_ranges("r.csv"))


@pytest.mark.parametrize("saved", AS_SAVED.values(), ids=AS_SAVED)
def test_targets_and_ranges_are_read_as_excel_saves_them(saved: Callable[[str], str]) -> None:
    said = [(one.says, one.of, one.low, one.aim, one.high, one.binds, one.note) for one in _targets(TARGETS)]
    assert [
        (one.says, one.of, one.low, one.aim, one.high, one.binds, one.note) for one in _targets(saved(TARGETS))
    ] == said
    plain = [(one.says, one.paths, one.low, one.high, one.source, one.note) for one in _ranges(RANGES)]
    assert [(one.says, one.paths, one.low, one.high, one.source, one.note) for one in _ranges(saved(RANGES))] == plain


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    assert [one.line for one in _targets("sep=,\n" + _blank_rows(TARGETS))] == [5, 8]


def refusal(text: str) -> list[str]:
    Path("r.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_ranges("r.csv")
    return str(caught.value).splitlines()


def test_a_comma_in_a_number_of_a_table_with_semicolons_has_two_readings() -> None:
    head = "assumption;path;low;high;source;note\n"
    assert refusal(head + "Beds;services.unit.beds;1,200;6,5;assumption;1,2 is no number here\n") == [
        "r.csv:2:1: `low` is `1,200`, in a table with semicolons; write 1.200 or 1200, as is meant",
        "r.csv:2:1: `high` is `6,5`, in a table with semicolons; write 6.5",
    ]


def test_bookings_are_read_as_excel_saves_them() -> None:
    text = SMALL_WORLD.replace("arrivals_per_day: 2.5", "arrivals: {file: bookings.csv}")
    assert text != SMALL_WORLD
    read = []
    tables = ["date,time,count\n2026-04-09,08:00,2\n".replace(",", separator) for separator in (",", ";")]
    tables += ["Date,TIME,count\n09/04/2026,08:00:00,2\n", "\ufeffdate;time;count\n9/4/2026;08:00;2\n"]
    for table in tables:
        Path("bookings.csv").write_text(table, encoding="utf-8")
        read.append(read_text(text).people[0].bookings)
    assert read[0] == read[1] == read[2] == read[3]


def test_a_column_that_is_there_twice_and_a_cell_beyond_the_last_are_refused() -> None:
    assert refusal(RANGES.replace("source,note", "source,source,note")) == [
        "r.csv:1:1: the column `source` is there twice; keep one"
    ]
    assert refusal(RANGES.replace("4,6,assumption,\n", "4,6,assumption,,1\n")) == [
        "r.csv:2:1: this line has more cells than there are columns; put cells with commas in quotes"
    ]


LENGTHS = SMALL_WORLD.replace("stay_days: 25", "stay_days: {empirical: {file: stays.csv}}")


@pytest.mark.parametrize(
    "text",
    ["days\n3\n4.5\n", "\ufeffdays\r\n3\r\n4.5\r\n", "days,,\n3,,\n,,\n4.5,,\n", "days;\n3;\n4.5;\n", '"days"\n"3"\n4.5\n', "3\r4.5\r"],
)  # fmt: skip
def test_lengths_are_read_as_excel_saves_them(text: str) -> None:
    Path("stays.csv").write_bytes(text.encode())
    Path("s.yaml").write_text(LENGTHS, encoding="utf-8")
    stay = read_scenario("s.yaml").people[0].journey[1].stay
    assert stay is not None
    assert stay.table == (3.0, 4.5)


def test_a_quoted_number_with_thousands_is_one_length() -> None:
    Path("stays.csv").write_text('"1,200"\n3\n')
    Path("s.yaml").write_text(LENGTHS, encoding="utf-8")
    stay = read_scenario("s.yaml").people[0].journey[1].stay
    assert stay is not None
    assert stay.table == (3.0, 1200.0)


NO_LENGTHS = {
    "*\n3\n": "1:1: this line is `*`, not a number; the file holds one column of days",
    "-\n3\n": "1:1: this line is `-`, not a number; the file holds one column of days",
    "N/A\n3\n": "1:1: this line is `N/A`, not a number; the file holds one column of days",
    "#N/A\n3\n": "1:1: this line is `#N/A`, not a number; the file holds one column of days",
    "<suppressed>\n3\n": "1:1: this line is `<suppressed>`, not a number; the file holds one column of days",
    "c\n3\n": "1:1: this line is `c`, not a number; the file holds one column of days",
    "3\n1,200\n": "2:1: this line holds 2 columns, `1` and `200`; if it is one number with a comma for thousands, write 1200; "
    "the file holds one column of days",
    "1,200\n3\n": "1:1: this line holds 2 columns, `1` and `200`; if it is one number with a comma for thousands, write 1200; "
    "the file holds one column of days",
    "5,3\n3\n": "1:1: this line holds 2 columns, `5` and `3`; if it is one number, write 5.3; the file holds one column of days",
    "id,days\n": "1:1: this line holds 2 columns, `id` and `days`; the file holds one column of days",
    "3\n5,3;\n": "2:1: this line is `5,3`; commas separate thousands (1,200), and a point is before decimals; "
    "write 5.3; the file holds one column of days",
    '3\n"4\n': "2:1: is no column of days: unexpected end of data",
}


@pytest.mark.parametrize(("text", "answer"), NO_LENGTHS.items(), ids=map(repr, NO_LENGTHS))
def test_what_is_no_length_is_refused_with_its_line(text: str, answer: str) -> None:
    Path("stays.csv").write_text(text)
    Path("s.yaml").write_text(LENGTHS, encoding="utf-8")
    assert f"stays.csv:{answer}" in problems_of("s.yaml")


def test_a_table_in_another_encoding_says_what_excel_calls_the_right_one() -> None:
    Path("r.csv").write_bytes(RANGES.replace("A date", "A dat\xe9").encode("cp1252"))
    with pytest.raises(
        ScenarioError, match=r"line 3 on; save it again with that encoding \(Excel calls it CSV UTF-8\)"
    ):
        read_ranges("r.csv")
