"""Made-up files in the shape of the published ones: an invented country of two trusts, every figure of which is invented.

    python -m tests.own_data.made_up scenarios/own_data

writes those that are shipped. docs/published-files.md says what of each shape is documented and what is assumed.
"""

import csv
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from sim.own_data.published import labels

CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
TRUSTS = {"ZZA": "MADE-UP INFIRMARY NHS FOUNDATION TRUST", "ZZB": "INVENTED HOSPITALS NHS TRUST"}
REGION, ICB, ICB_NAME = "NOWHERE", "QZZ", "NHS NOWHERE INTEGRATED CARE BOARD"
MONTHS = (date(2025, 4, 1), date(2025, 5, 1), date(2025, 6, 1))
BANDS = ("0", "1", "2-3", "4-6", "7-13", "14-20", "21+")
# Of each trust and month: discharges by days of delay, and the bed days of all of them.
BY_DELAY: Mapping[str, Sequence[tuple[Sequence[int], int]]] = {
    "ZZA": (
        ((2010, 96, 78, 60, 51, 22, 21), 2043),
        ((2074, 101, 80, 58, 54, 21, 24), 2190),
        ((1986, 92, 81, 63, 49, 20, 22), 2061),
    ),
    "ZZB": (
        ((1450, 60, 41, 33, 20, 9, 3), 905),
        ((1475, 58, 44, 30, 22, 8, 4), 931),
        ((1420, 61, 40, 31, 21, 7, 2), 880),
    ),
}
ENGLAND = ((3460, 156, 119, 93, 71, 31, 24), 2948)
DESTINATIONS = {  # of June: labels as they are published, and how many of ZZA, ZZB and England
    "Pathway 0: Discharge to a domestic home, hotel, or other temporary accommodation without the need for new/increased care or support from health and social care": (
        1840,
        1362,
        244500,
    ),
    "Pathway 0: Discharge back to an original care home placement when the care home has confirmed they can continue to meet the person’s needs with the same level of support": (
        46,
        29,
        5600,
    ),
    "Pathway 1: Discharge to a domestic home, hotel, or other temporary accommodation, or hospice at home with rehabilitation, reablement and recovery": (
        210,
        108,
        21500,
    ),
    "Pathway 1: Discharge to a domestic home, hotel, or other temporary accommodation, or hospice at home with other new/additional support (eg end of life care)": (
        50,
        33,
        6100,
    ),
    "Pathway 1: Discharge back to original care home placement with rehabilitation, reablement and recovery or with an increased level of support": (
        12,
        9,
        1700,
    ),
    "Pathway 2: Short-term bed/hospice for rehabilitation, reablement and recovery / end of life care": (94, 35, 9500),
    "Pathway 3: Discharge to a care home as a new admission": (36, 16, 3700),
    "Pathway 3: Discharge to a care home/hospice as a new admission for end-of-life care": (13, 4, 1400),
}
COMMUNITY_DESTINATIONS = {
    "P0 - Domestic home, no new support need": (31, 12),
    "P0 - Other, no new support need": (2, "-"),
    "P1 - Domestic home or setting to continute with rehabilitation, reablement, and recovery": (28, 14),
    "P1 - Domestic home or setting with a new care package to manage ongoing, long term care needs": (15, 9),
    "P2 - Another pathway 2 bed to continue with rehabilitation, reablement and recovery": (4, 1),
    "P3 - Care Home (new admission, likely permanent)": (17, 8),
    "P3b - Care Home (existing resident discharged back)": (3, 1),
}
READY, RELEASED, REMAINING = (
    "Number of patients who no longer meet the criteria to reside",
    "Number of patients discharged",
    "Number of patients remaining in hospital who no longer meet the criteria to reside",
)


def days_of(month: date) -> list[date]:
    """Every day of a month."""
    after = (month + timedelta(days=31)).replace(day=1)
    return [month + timedelta(days=number) for number in range((after - month).days)]


def thousands(value: object) -> str:
    """A number as it is published: with commas."""
    return f"{value:,}" if isinstance(value, int) else str(value)


def write_csv(file: Path, rows: Sequence[Sequence[object]]) -> None:
    """UTF-8 with a byte order mark and Windows ends of lines, as published."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    file.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())


# -- Discharge Ready Date ------------------------------------------------------------------------------------


def drd_labels() -> list[str]:
    """The labels that are read, in order: the total, the seven bands, the bed days."""
    with (Path(__file__).parents[2] / "sim/own_data/published_measures.csv").open(encoding="utf-8", newline="") as file:
        return [row["label"] for row in csv.DictReader(file) if row["file"] == "drd"]


def drd_values(bands: Sequence[int], bed_days: int) -> list[object]:
    """The figures of one organisation in the order of their labels; fewer than three are not published."""
    return [sum(bands), *("*" if 0 < one < 3 else one for one in bands), bed_days]


def drd_csv(folder: Path, number: int) -> Path:
    """One month of Discharge Ready Date, a figure a row."""
    month = MONTHS[number]
    heads = ("Data Type", "Upper Tier Local Authority Code", "Upper Tier Local Authority", "Region (of Provider)")
    rows: list[Sequence[object]] = [(*heads, "ICB (of Provider)", "Code", "Organisation Name", "Measure", "Value")]
    organisations = [("National", "[z]", "[z]", ENGLAND_CODE, "ENGLAND", ENGLAND)]
    organisations += [
        ("Provider", REGION, ICB_NAME, code, name, BY_DELAY[code][number]) for code, name in TRUSTS.items()
    ]
    for kind, region, icb, code, name, (bands, bed_days) in organisations:
        of_them = [
            (label, thousands(value)) for label, value in zip(drd_labels(), drd_values(bands, bed_days), strict=True)
        ]
        of_them.append(("% of patients discharged on their Discharge Ready Date", f"{bands[0] / sum(bands):.4f}"))
        rows += [(kind, "[z]", "[z]", region, icb, code, name, label, value) for label, value in of_them]
    area = ("E99000001", "MADE-UP COUNTY")
    rows.append(("UTLA Aggregate", *area, "[z]", "[z]", "[z]", "[z]", drd_labels()[0], "1,001"))
    rows.append(("Provider by UTLA", *area, REGION, ICB_NAME, "ZZA", TRUSTS["ZZA"], drd_labels()[0], "999"))
    file = folder / f"Discharge-Ready-Date-monthly-data-csv-{month:%B-%Y}.csv"
    write_csv(file, rows)
    return file


ENGLAND_CODE = "ENGLAND"


def drd_xlsx(folder: Path, number: int) -> Path:
    """One month of Discharge Ready Date, an organisation a row under titles."""
    month = MONTHS[number]
    rows: list[Sequence[object]] = [
        ("Title:", "Discharge Ready Date (made up)"),
        ("Period:", f"{month:%B %Y}"),
        ("Source:", "Nobody: every figure is invented"),
        (),
        (
            "Region",
            "ICB",
            "Code",
            "Organisation Name",
            "Number of providers submitting acceptable data",
            "",
            *drd_labels(),
        ),
        ("", "", "", "ENGLAND", 2, "", *drd_values(*ENGLAND)),
        (),
    ]
    rows += [
        (REGION, ICB_NAME, code, name, "[z]", "", *drd_values(*BY_DELAY[code][number])) for code, name in TRUSTS.items()
    ]
    rows += [(), ("Notes:",), ("* Fewer than three people.",)]
    return write_workbook(folder / f"Discharge-Ready-Date-monthly-data-webfile-{month:%B%Y}.xlsx", {"Provider": rows})


# -- situation reports ---------------------------------------------------------------------------------------


def daily(code: str, day: date) -> tuple[int, int, int]:
    """Of a trust and a day: people who need no bed, those of them who left, those who stayed."""
    ready, left = {"ZZA": (152, 66), "ZZB": (70, 34)}.get(code, (222, 100))
    left -= 14 if day.weekday() == 6 else 0
    ready += day.day % 5
    return ready, left, ready - left


def reason_counts(code: str) -> Iterator[tuple[str, str]]:
    """Of a trust: the reasons of people delayed 7 days and more, on an average day of the month."""
    with (Path(__file__).parents[2] / "sim/own_data/published_measures.csv").open(encoding="utf-8", newline="") as file:
        reasons = [row["label"] for row in csv.DictReader(file) if row["measure"] == "reason"]
    for number, label in enumerate(reasons):
        weight = (37 - number) / (8 if code == "ZZA" else 20)
        yield label.replace(" - ", " – ", 1), f"{weight:.4f}"


def acute_csv(folder: Path) -> Path:
    """June of the acute discharge situation report, a figure a row, with the slips that published files had."""
    heads = (
        "Period",
        "Level",
        "Region",
        "ICB",
        "Org Code",
        "Org Name",
        "Metric",
        "Metric Type",
        "Metric Group",
        "Value",
    )
    rows: list[Sequence[object]] = [heads]
    whose = [("National", "[z]", "[z]", "ENG", "ENGLAND (Type 1 Trusts)"), ("Region", REGION, "[z]", "Y99", REGION)]
    whose += [("ICB", REGION, "[z]", ICB, ICB_NAME)]
    whose += [("Provider", REGION, ICB_NAME, code, name) for code, name in TRUSTS.items()]
    for who in whose:
        for day in days_of(MONTHS[2]):
            for metric, group, value in zip(
                (READY, RELEASED, REMAINING),
                ("NCTR", "Discharges", "NCTR not discharged"),
                daily(who[3], day),
                strict=True,
            ):
                rows.append((f"{day:%d/%m/%Y}", *who, metric, "Daily metric", group, thousands(value)))
    for who in whose:
        if who[3] in (*TRUSTS, "ENG"):
            rows += [("01/05/2025", *who, READY, "Daily metric", "NCTR", "-")]  # a row of another month
            which = (*TRUSTS, "ENG").index(who[3])
            for label, values in DESTINATIONS.items():
                rows.append(
                    ("01/06/2025", *who, label, "Monthly metric", "Discharge destination", thousands(values[which]))
                )
            for label, value in reason_counts(who[3]):
                rows.append(("01/10/2025", *who, label, "Monthly metric", "Delay reason LOS 7+", value))
                rows.append(("01/06/2025", *who, label, "Monthly metric", "Delay reason LOS 21+", "1"))
    file = folder / "Daily-discharge-sitrep-monthly-data-webfile-3-CSV-jun25.csv"
    write_csv(file, rows)
    return file


def sitrep_sheets(title: str, destinations: Mapping[str, Sequence[object]]) -> dict[str, list[Sequence[object]]]:
    """Two tables of a situation report: days in groups of three columns, and destinations; trusts below an ICB."""
    days = days_of(MONTHS[2])
    dates = [cell for day in days for cell in (day, "", "")]
    table_2: list[Sequence[object]] = [
        ("", f"Table 2: {title} (made up)"),
        ("", "Period:", "June 2025"),
        ("", "", "", "", *dates),
        ("", "Notes:", "", "", *(label for _ in days for label in (READY, RELEASED, REMAINING))),
        ("", "", "", "ENGLAND (Type 1 Trusts)", *(value for day in days for value in daily("ENG", day))),
        ("", "Region", "ICB Code", "ICB Name"),
        ("", REGION, ICB, ICB_NAME, *(value for day in days for value in daily("ENG", day))),
        (),
        ("", "Region", "Org Code", "Org Name"),
    ]
    table_2 += [("", REGION, code, name, *_days_of(code, days)) for code, name in TRUSTS.items()]
    table_4: list[Sequence[object]] = [
        ("", "Table 4: monthly discharges by destination (made up)"),
        ("", "Period:", "June 2025"),
        ("", "", "", "", *destinations),
        ("", "Region", "Org Code", "Org Name"),
    ]
    table_4 += [
        ("", REGION, code, name, *(values[number] for values in destinations.values()))
        for number, (code, name) in enumerate(TRUSTS.items())
    ]
    table_4 += [(), ("", "Note: '-' where nothing was returned.")]
    return {
        "Cover Sheet": [("", "Title:", title), ("", "Period:", "June 2025")],
        "Table 2": table_2,
        "Table 4": table_4,
    }


def _days_of(code: str, days: Sequence[date]) -> Iterator[object]:
    for day in days:
        missing = code == "ZZB" and day.day == 7  # nothing was returned for that day
        yield from ("-", "-", "-") if missing else daily(code, day)


def acute_xlsx(folder: Path) -> Path:
    """The same June as a workbook."""
    sheets = sitrep_sheets(
        "Acute discharge situation report", {name: values[:2] for name, values in DESTINATIONS.items()}
    )
    return write_workbook(folder / "Daily-discharge-sitrep-monthly-data-webfile-June2025.xlsx", sheets)


def community_xlsx(folder: Path) -> Path:
    """June of the community discharge situation report."""
    sheets = sitrep_sheets("Community discharge situation report", COMMUNITY_DESTINATIONS)
    return write_workbook(folder / "Community-discharge-sitrep-monthly-data-webfile-June2025.xlsx", sheets)


# -- KH03 ----------------------------------------------------------------------------------------------------

BEDS = {
    "ZZA": ((641.26, 0, 58.0, 0), (598.41, 0, 33.5, 0)),
    "ZZB": ((402.0, 24.0, 30.0, 110.0), (371.7, 20.1, 18.9, 99.0)),
}
SECTORS = ("General & Acute", "Learning Disabilities", "Maternity", "Mental Illness")


def kh03_xlsx(folder: Path) -> Path:
    """A quarter of beds open overnight: three groups of columns with blank ones between, headings in rows 14 and 15."""
    heads = ("Total", *SECTORS)
    rows: list[Sequence[object]] = [
        (),
        ("", "Title:", "Average daily available and occupied beds open overnight (made up)"),
    ]
    rows += [("", "Period:", "April to June 2025"), *[()] * 10]
    rows += [("", "", "", "", "", "", "Available", *[""] * 5, "Occupied", *[""] * 5, "% Occupied")]
    rows += [("", "Year", "Period End", "Region Code", "Org Code", "Org Name", *heads, "", *heads, "", *heads)]
    both = [[sum(BEDS[code][side][sector] for code in BEDS) for sector in range(4)] for side in range(2)]
    rows += [("", "2025-26", "June", "", "", "England", *_beds(*both)), ()]
    rows += [("", "2025-26", "June", "Y99", code, name, *_beds(*BEDS[code])) for code, name in TRUSTS.items()]
    return write_workbook(folder / "Beds-Open-Overnight-Web_File-Q1-2025-26.xlsx", {"NHS Trust by Sector": rows})


def _beds(available: Sequence[float], occupied: Sequence[float]) -> list[object]:
    shares = ["-" if not beds else used / beds for beds, used in zip(available, occupied, strict=True)]
    return [sum(available), *available, "", sum(occupied), *occupied, "", sum(occupied) / sum(available), *shares]


def kh03_csvs(folder: Path) -> list[Path]:
    """The same in the two long files, with a thousands comma."""
    files = []
    for side, name in enumerate(("Available", "Occupied")):
        rows: list[Sequence[object]] = [("Organisation_Code", "Sector", "Number_Of_Beds", "Effective_Snapshot_Date")]
        for code, beds in BEDS.items():
            rows += [
                (code, sector, f"{value:,.2f}", "30/06/2025") for sector, value in zip(SECTORS, beds[side], strict=True)
            ]
        rows.append(("ZZC", "General & acute", "1,204.50", "30/06/2025"))
        files.append(folder / f"KH03-{name}-Overnight-only.csv")
        write_csv(files[-1], rows)
    return files


# -- a Better Care Fund capacity and demand plan -------------------------------------------------------------

PLAN_MONTHS = tuple(date(2026 + (number > 8), (number + 3) % 12 + 1, 1) for number in range(12))
PLAN_DEMAND = {  # sheet, row: people of each month from April 2026
    ("Hospital discharge", "Reablement and rehabilitation at home (pathway 1)"): (
        96,
        94,
        92,
        90,
        88,
        92,
        98,
        104,
        112,
        118,
        110,
        100,
    ),
    ("Hospital discharge", "Short-term care at home (pathway 1)"): (40, 40, 38, 38, 36, 38, 42, 44, 48, 50, 46, 42),
    ("Hospital discharge", "Rehabilitation in a bed (pathway 2)"): (32, 31, 30, 30, 29, 31, 33, 36, 40, 42, 38, 34),
    ("Hospital discharge", "Short-term care home place (pathway 3)"): (17, 17, 16, 16, 16, 17, 18, 19, 21, 22, 20, 18),
    ("Community", "Urgent community response"): (120, 118, 115, 112, 110, 116, 124, 132, 144, 150, 140, 128),
    ("Community", "Reablement and rehabilitation at home"): (22, 22, 21, 20, 20, 21, 23, 24, 27, 28, 26, 24),
    ("Community", "Rehabilitation in a bed"): (6, 6, 6, 5, 5, 6, 6, 7, 8, 8, 7, 6),
}
PLAN_CAPACITY = {
    ("Hospital discharge", "Reablement and rehabilitation at home (pathway 1)"): (100,) * 6 + (112,) * 6,
    ("Hospital discharge", "Short-term care at home (pathway 1)"): (44,) * 12,
    ("Hospital discharge", "Rehabilitation in a bed (pathway 2)"): (33,) * 7 + (40,) * 5,
    ("Hospital discharge", "Short-term care home place (pathway 3)"): (19,) * 12,
    ("Community", "Urgent community response"): (135,) * 8 + (150,) * 4,
    ("Community", "Reablement and rehabilitation at home"): (24,) * 12,
    ("Community", "Rehabilitation in a bed"): (7,) * 12,
}
PLAN_SERVICES = {  # by the first words of a row: service, kind, days, sd
    "Reablement": ("home_reablement", "home_reablement", 18, 28),
    "Short-term care at home": ("home_care", "home_care", 30, 25),
    "Rehabilitation": ("community_beds", "community_beds", 25, 19),
    "Short-term care home": ("care_home_assessment", "care_home", 48, 36),
    "Urgent": ("urgent_community_response", "other", 2, 2),
}


def bcf_plan(folder: Path) -> Path:
    """A plan of two sheets, demand above capacity on each, with months as dates and a row of totals."""
    sheets: dict[str, list[Sequence[Any]]] = {
        "Cover": [("Capacity and demand plan (made up)",), ("Every number is invented",)]
    }
    for sheet in ("Hospital discharge", "Community"):
        rows: list[Sequence[Any]] = [(f"{sheet}: capacity and demand (made up)",), ()]
        for head, table in (
            ("Demand: people who need the service in the month", PLAN_DEMAND),
            ("Capacity: new people who can start in the month", PLAN_CAPACITY),
        ):
            mine = {row: values for (where, row), values in table.items() if where == sheet}
            rows += [(head,), ("Service", "Notes", *PLAN_MONTHS)]
            rows += [(row, "", *values) for row, values in mine.items()]
            rows += [("Total", "", *(sum(column) for column in zip(*mine.values(), strict=True))), ()]
        sheets[sheet] = rows
    return write_workbook(folder / "bcf_plan.xlsx", sheets)


def bcf_mapping(folder: Path) -> Path:
    """The mapping of that plan."""
    rows: list[Sequence[object]] = [
        ("sheet", "section", "row", "is", "direction", "service", "kind", "counted_in", "days", "sd")
    ]
    for section, what, table in (("Demand", "demand", PLAN_DEMAND), ("Capacity", "capacity", PLAN_CAPACITY)):
        for sheet, row in table:
            service, kind, days, sd = next(said for words, said in PLAN_SERVICES.items() if row.startswith(words))
            direction = ("step_down" if sheet == "Hospital discharge" else "step_up") if what == "demand" else ""
            rows.append(
                (sheet, section, row, what, direction, service, kind, "starts" if what == "capacity" else "", days, sd)
            )
    rows.append(("", "", "Total", "ignored", "", "", "", "", "", ""))
    file = folder / "bcf_mapping.csv"
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    file.write_bytes(text.getvalue().encode())
    return file


def write_workbook(file: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """A workbook of values; the same sheets are the same bytes."""
    book = xlsxwriter.Workbook(str(file), {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    book.set_properties({"created": CREATED, "title": "Made up"})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(number, column, datetime.combine(value, datetime.min.time()))
                elif value != "":
                    page.write(number, column, value)
    book.close()
    return file


def shipped(folder: Path) -> list[Path]:
    """The files that the tutorials use; published ones in each of their shapes, a workbook or a CSV file."""
    other = folder / "published_other_shapes"
    shapes = [drd_xlsx(other, 2), acute_xlsx(other), *kh03_csvs(other)]
    return [*published(folder / "published"), *shapes, bcf_plan(folder), bcf_mapping(folder)]


def published(folder: Path) -> list[Path]:
    """Those in the shape of published ones."""
    months = [drd_csv(folder, number) for number in range(3)]
    return [*months, acute_csv(folder), community_xlsx(folder), kh03_xlsx(folder)]


if __name__ == "__main__":
    assert labels()
    shipped(Path(sys.argv[1]))
