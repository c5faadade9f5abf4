"""The workbook: a cover, contents, notes, one named table a sheet; text stays text; the same bytes each time."""

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from sim.api import compare
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Value
from sim.results.comparison.findings import Findings
from sim.results.files.workbook import sheets, workbook_bytes
from sim.runs.collecting import beside, gathered
from sim.runs.experiment import Shared, run_all
from tests.hall.worlds import bigger, small

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DANGEROUS = "=HYPERLINK(1)+cmd"


@pytest.fixture(scope="module")
def findings() -> Findings:
    base = small(replications=2)
    risky = Value(path=DANGEROUS, text="@1", file="x.yaml", line=1, note=f"assumption: {DANGEROUS}")
    base = replace(base, values=(*base.values, risky))
    scenarios = (base, bigger(base))
    return gathered(scenarios, beside(scenarios, run_all(Shared(scenarios), 1)), compared=True)


@pytest.fixture(scope="module")
def parts(findings: Findings) -> dict[str, str]:
    data = workbook_bytes(findings, "Title", "python3 run_sim.py compare a b")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name).decode() for name in book.namelist()}


def sheet_names(parts: dict[str, str]) -> list[str]:
    return [sheet.attrib["name"] for sheet in ET.fromstring(parts["xl/workbook.xml"]).iter(f"{MAIN}sheet")]


def cells(parts: dict[str, str], name: str) -> list[list[str]]:
    """The rows of one sheet as text."""
    strings = ["".join(one.itertext()) for one in ET.fromstring(parts["xl/sharedStrings.xml"])]
    sheet = ET.fromstring(parts[f"xl/worksheets/sheet{sheet_names(parts).index(name) + 1}.xml"])
    return [
        [
            strings[int(cell.findtext(f"{MAIN}v") or 0)] if cell.get("t") == "s" else cell.findtext(f"{MAIN}v") or ""
            for cell in row
        ]
        for row in sheet.iter(f"{MAIN}row")
    ]


def test_it_opens_with_cover_contents_and_notes_and_lists_every_table(parts: dict[str, str]) -> None:
    names = sheet_names(parts)
    assert names[:3] == ["Cover", "Contents", "Notes"]
    assert [row[0] for row in cells(parts, "Contents")[2:]] == names[3:]
    assert {"Headline", "Cash_by_payer", "Freed_beds", "Measures", "Differences", "Definitions"} <= set(names)


def test_every_sheet_but_the_cover_holds_one_named_table_below_its_title(parts: dict[str, str]) -> None:
    tables = [parts[name] for name in parts if name.startswith("xl/tables/")]
    names = [re.search(r' name="(\w+)"', table) for table in tables]
    assert sorted(found[1] for found in names if found) == sorted(
        f"table_{name.lower()}" for name in sheet_names(parts)[1:]
    )
    assert all(re.search(r'ref="A[4-9]:', table) for table in tables)


def test_a_difference_says_over_how_many_replications_it_is(parts: dict[str, str]) -> None:
    rows = cells(parts, "Differences")
    place = next(row for row in rows if "Verdict" in row).index("Replications")
    assert {row[place] for row in rows if row[:1] and len(row) > place and row[2] == "occupancy"} == {"2"}


def test_nothing_is_executable_and_no_cell_is_merged(parts: dict[str, str]) -> None:
    assert not any("vba" in name.lower() or "externalLink" in name for name in parts)
    sheets = [text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in text or "<f " in text or "mergeCell" in text or "<hyperlink" in text for text in sheets)


def test_text_that_looks_like_a_formula_stays_text(parts: dict[str, str]) -> None:
    assert any(row[0] == DANGEROUS for row in cells(parts, "Assumptions"))


def test_cash_by_payer_has_its_unit_in_the_headers_and_is_of_the_days_measured(
    parts: dict[str, str], findings: Findings
) -> None:
    header, *rows = cells(parts, "Cash_by_payer")[1:]
    assert header[:3] == ["Scenario", "Payer", "Baseline (£ in the 60 days measured)"]
    paid = findings.estimate(findings.baseline.id, "all", "cost_cash_gbp", "payer", "council")
    assert paid is not None
    (row,) = [row for row in rows if row[1] == "council"]
    assert float(row[2]) == pytest.approx(paid.mean)


DATED = """\
name: Base
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 100}
services: {hospital: {kind: acute, beds: 10}, unit: {kind: reablement_unit, beds: 1}}
people:
  p:
    arrives_at: hospital
    arrivals: [{day: 0, count: 1}]
    journey: {hospital: {stay_days: 1, then: {unit: 100%}}, unit: {stay_days: 1, then: {home: 100%}}}
costs:
  price_year: 2025-26
  services: {hospital: {per_open_day: £400, payer: nhs}, unit: {per_open_day: £100, payer: council}}
"""


def test_totals_of_some_of_the_days_are_called_so_and_not_a_year(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(DATED, encoding="utf-8")
    dated = "[{from: 2026-04-06, beds: 1}, {from: 2026-05-06, beds: 3}]"  # 2 more on the last 70 of 100 days
    for name, beds in (("At once", "3"), ("Later", dated)):
        text = f"name: {name}\nextends: base.yaml\nchange: {{services.unit.beds: {beds}}}\n"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    scenarios = [read_scenario(str(tmp_path / f"{one}.yaml")) for one in ("base", "At once", "Later")]
    found = sheets(compare(*scenarios, replications=2, workers=1).findings, str)

    for name, item in (("Cash_by_service", "unit"), ("Cash_by_payer", "council")):
        (cash,) = [one for one in found if one.name == name]
        assert cash.headers[2:4] == ("Days", "Baseline (£)")
        assert {row[0]: (row[2], row[5]) for row in cash.rows if row[1] == item} == {
            "At once": ("in the 100 days measured", 100 * 2 * 100.0),
            "Later": ("in the 70 days measured", 70 * 2 * 100.0),
        }
        (note,) = cash.notes
        assert note.startswith("Later: totals of the days from ")
        assert note.endswith("(70 of the 100 measured days).")


def test_the_same_findings_give_the_same_bytes(findings: Findings) -> None:
    one, other = (workbook_bytes(findings, "Title", "command") for _ in range(2))
    assert one == other
    assert b"2000-01-01T00:00:00Z" in zipfile.ZipFile(io.BytesIO(one)).read("docProps/core.xml")


def test_it_has_native_charts_of_delay_of_days_and_of_money(parts: dict[str, str]) -> None:
    charts = [text for name, text in parts.items() if name.startswith("xl/charts/chart")]
    of = sorted({found for text in charts for found in re.findall(r"<c:f>'?(\w+)'?!", text)})
    assert of == ["Cash_by_payer", "Cash_by_service", "Daily_census", "Delay_by_reason"]
    assert len(charts) == 4
    assert not any("media" in name for name in parts)  # no pictures


def test_the_daily_census_is_every_day_with_its_date(parts: dict[str, str], findings: Findings) -> None:
    header, *rows = cells(parts, "Daily_census")[2:]
    assert len(rows) == findings.baseline.calendar.measured_days
    column = header.index("Delayed in hospital: More beds")
    delayed = findings.daily["more"]["hospital", "delayed"].mean(axis=0)
    assert [float(row[column]) for row in rows] == pytest.approx(delayed)
    assert rows[0][0] < rows[1][0] < rows[-1][0]


def test_numbers_are_shown_rounded_by_their_unit(parts: dict[str, str]) -> None:
    formats = {
        one.attrib["numFmtId"]: one.attrib["formatCode"]
        for one in ET.fromstring(parts["xl/styles.xml"]).iter(f"{MAIN}numFmt")
    }
    styles = [one.attrib["numFmtId"] for one in ET.fromstring(parts["xl/styles.xml"]).find(f"{MAIN}cellXfs") or []]
    number = sheet_names(parts).index("Measures") + 1
    rows = list(ET.fromstring(parts[f"xl/worksheets/sheet{number}.xml"]).iter(f"{MAIN}row"))
    named = dict(zip([tuple(row) for row in cells(parts, "Measures")], rows, strict=True))
    shown = {
        row[5]: formats.get(styles[int(list(named[row])[6].attrib["s"])], "built in")
        for row in named
        if len(row) > 6 and row[5] in ("GBP", "people", "bed days")
    }
    assert shown == {"GBP": "£#,##0;-£#,##0", "people": "#,##0.0", "bed days": "#,##0"}


def test_each_sheet_prints_on_a4_as_wide_as_the_paper_and_a_long_one_only_its_beginning(parts: dict[str, str]) -> None:
    sheets = [text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert all('paperSize="9"' in text and 'orientation="landscape"' in text and "fitToPage" in text for text in sheets)
    areas = re.findall(r"<definedName name=\"_xlnm.Print_Area\"[^>]*>([^<]*)<", parts["xl/workbook.xml"])
    assert areas and all(int(area.rsplit("$", 1)[1]) <= 160 for area in areas)


@pytest.mark.slow
def test_libreoffice_opens_it_and_prints_few_pages(findings: Findings, tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not on this computer")
    (tmp_path / "results.xlsx").write_bytes(workbook_bytes(findings, "Title", "command"))
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"  # another LibreOffice may be open
    command = [
        office,
        home,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "results.xlsx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    pages = (tmp_path / "results.pdf").read_bytes().count(b"/Type/Page/")
    assert 0 < pages <= 40
