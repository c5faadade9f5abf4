"""Made-up files with one row a person, as a planner would have them: stays, today's list, past lists. Nobody in them is real.

    python -m tests.own_data.made_up_people scenarios/own_data

writes those that are shipped. They are one simulated year of a hospital that is like the baseline's but for what TRUTH says, so
that it is known what `fit` should find and how often the bands of `forecast` should hold.
"""

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import SECONDS_PER_DAY, Scenario
from sim.model import engine
from sim.model.records import NEVER, Ledger
from tests.own_data.made_up import write_workbook

ROOT = Path(__file__).parents[2]
SEED = 20_260_601
FIRST, TODAY = (
    date(2026, 2, 2),
    date(2026, 6, 1),
)  # the stays begin on the first; all files were made at midnight before the second
LISTS = [TODAY - timedelta(days=days) for days in (42, 35, 28, 21, 14, 7, 0)]
HOSPITAL = "people.older_people.journey.hospital.then"
TRUTH = (
    "people.older_people.arrivals_per_day=23.5",
    "people.older_people.arrivals_by_weekday={mon: 1.12, tue: 1.08, wed: 1.04, thu: 1, fri: 1.04, sat: 0.88, sun: 0.84}",
    f"{HOSPITAL}.none.home.stay_days={{by: dementia, yes: {{gamma: {{mean: 8.5, sd: 8}}}}, no: {{gamma: {{mean: 5.5, sd: 6.5}}}}}}",
    f"{HOSPITAL}.bed.pathway_2.stay_days={{weibull: {{mean: 18, sd: 14}}}}",
    f"{HOSPITAL}.care_home.care_home_assessment.stay_days={{lognormal: {{mean: 24, sd: 22}}}}",
)
PATHWAYS = {"home": "P0", "own_care_home": "P0", "pathway_1": "P1", "home_care": "P1", "community_health": "P1"}
PATHWAYS |= {"pathway_2": "P2", "care_home_assessment": "P3", "spot_care_home": "P3", "died": "Died"}
PLACES = {  # services of which there is a list: all that have a number of places
    "hospital": "Hospital",
    "home_reablement": "Reablement at home",
    "community_beds": "Community hospital",
    "care_home_assessment": "D2A care home bed",
    "home_care": "Home care, first six weeks",
}
COLUMNS = [
    ("", "Date of admission", "admitted"),
    ("", "Discharge ready date", "ready"),
    ("", "Date of discharge", "left"),
    ("", "Discharge pathway", "pathway"),
    ("", "Dementia diagnosis", "dementia"),
    ("", "Row id", "id"),
    ("", "Place", "service"),
    ("", "Waiting for", "waiting_for"),
    ("", "List of", "census"),
    ("pathway", "Died", "died"),
    ("dementia", "Y", "yes"),
    ("dementia", "N", "no"),
    *(("service", theirs, ours) for ours, theirs in PLACES.items()),
    ("waiting_for", "D2A bed", "care_home_assessment"),
    ("waiting_for", "Home, new package", "home_care"),
    ("waiting_for", "Home, reablement", "pathway_1"),
    ("waiting_for", "Home, community nursing", "community_health"),
    ("waiting_for", "Home, no new care", "home"),
    ("waiting_for", "Own care home", "own_care_home"),
    ("waiting_for", "Community hospital", "pathway_2"),
]
WAITING = {ours: theirs for column, theirs, ours in COLUMNS if column == "waiting_for"}
STAYS_HEAD = (
    "Row id",
    "Date of admission",
    "Discharge ready date",
    "Date of discharge",
    "Discharge pathway",
    "Dementia diagnosis",
)
LIST_HEAD = ("Row id", "Place", "Date of admission", "Discharge ready date", "Waiting for", "Dementia diagnosis")
LABEL = "MADE UP by simulation. Nobody in this file is real."


def hospital() -> tuple[Scenario, Ledger]:
    """The made-up hospital, and what happened there."""
    start = f"calendar.start={FIRST - timedelta(days=182)}"
    scenario = read_scenario(
        str(ROOT / "scenarios/baseline.yaml"), (*TRUTH, start, "calendar.measured_days=130"), 1, SEED
    )
    return scenario, engine.run(scenario, 0)


class Files:
    """The rows of all files of one hospital."""

    def __init__(self, scenario: Scenario, found: Ledger) -> None:
        self._scenario, self._stays, self._people = scenario, found.stays, found.people
        (group,) = scenario.people
        self._dementia = [{"yes": "Y", "no": "N"}[dict(levels)["dementia"]] for levels in group.profiles]

    def _second(self, day: date) -> int:
        return (day - self._scenario.calendar.start).days * SECONDS_PER_DAY

    def _day(self, second: int) -> date:
        return self._scenario.calendar.start + timedelta(days=second // SECONDS_PER_DAY)

    def _name(self, number: int) -> str:
        return self._scenario.destinations[number]

    def stays(self) -> Iterator[Sequence[object]]:
        """Everybody admitted to the hospital from the first day on, as the list showed it at midnight before today."""
        stays, at = self._stays, self._second(TODAY)
        chosen = (stays["service"] == 0) & (stays["admitted"] >= self._second(FIRST)) & (stays["admitted"] < at)
        rows = sorted(np.flatnonzero(chosen), key=lambda row: int(stays["admitted"][row]))
        for number, row in enumerate(rows, 1):
            ready, left = int(stays["ready"][row]), int(stays["left"][row])
            to = self._name(int(stays["planned_to"][row])) if ready < min(at, NEVER) else ""
            when = [self._day(second) if second < min(at, NEVER) else "" for second in (ready, left)]
            if to == "died":
                when[0] = ""  # nobody writes a discharge-ready date for somebody who dies
            admitted = self._day(int(stays["admitted"][row]))
            yield (f"S{number:05}", admitted, *when, PATHWAYS.get(to, ""), self._dementia[self._profile(row)])

    def census(self, day: date) -> Iterator[Sequence[object]]:
        """Everybody who is in one of the listed places at the first instant of a day."""
        stays, at = self._stays, self._second(day)
        here = np.flatnonzero((stays["admitted"] < at) & (stays["left"] >= at))
        order = list(PLACES)
        listed = [row for row in here if self._name(int(stays["service"][row])) in order]
        listed.sort(key=lambda row: (order.index(self._name(int(stays["service"][row]))), int(stays["admitted"][row])))
        for number, row in enumerate(listed, 1):
            ready, place = int(stays["ready"][row]), self._name(int(stays["service"][row]))
            waits: list[object] = ["", ""]
            if ready < at and place == "hospital":
                waits = [self._day(ready), WAITING[self._name(int(stays["planned_to"][row]))]]
            yield (
                f"C{number:04}",
                PLACES[place],
                self._day(int(stays["admitted"][row])),
                *waits,
                self._dementia[self._profile(row)],
            )

    def _profile(self, row: int) -> int:
        return int(self._people["profile"][self._stays["person"][row]])


def _cells(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell for cell in row] for row in rows)
    return text.getvalue()


def shipped(folder: Path) -> list[Path]:
    """The files that docs/your-own-data.md uses."""
    files = Files(*hospital())
    today, past = list(files.census(TODAY)), [(day, *row) for day in LISTS for row in files.census(day)]
    tables: dict[str, list[Sequence[object]]] = {
        "stays.csv": [(LABEL,), STAYS_HEAD, *files.stays()],
        "census.csv": [(LABEL,), LIST_HEAD, *today],
        "censuses.csv": [(LABEL,), ("List of", *LIST_HEAD), *past],
        "columns.csv": [("column", "yours", "ours"), *COLUMNS],
    }
    for name, rows in tables.items():
        (folder / name).write_bytes(_cells(rows).encode())
    title: list[Sequence[object]] = [(LABEL,), (f"Inpatients and community places, {TODAY:%d/%m/%Y} 00:00",), ()]
    write_workbook(folder / "census.xlsx", {"List": [*title, LIST_HEAD, *today]})
    return [*(folder / name for name in tables), folder / "census.xlsx"]


if __name__ == "__main__":
    shipped(Path(sys.argv[1]))
