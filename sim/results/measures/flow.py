"""Flow: who came, who was admitted, who left, which way, and who died.

What may be changed here: with new expected results.
"""

import numpy as np

from sim.inputs.scenario import ALL_HOSPITALS, SECONDS_PER_DAY
from sim.model.records import ADMITTED, DIED_WAITING, NEVER, NONE, OUTSIDE, Column
from sim.results.split import Split, Told, begun, leavers, percentiles, ratio
from sim.results.step_functions import Mask
from sim.results.window import Row, Window

PATHWAY_OF_KIND = {
    "other": 0,
    "home_reablement": 1,
    "home_care": 1,
    "reablement_unit": 2,
    "community_beds": 2,
    "care_home": 3,
}
"""The pathway of people who leave hospital for a service, unless it names its own `pathway`: the four of the statutory
guidance on hospital discharge and community support, annex B (home and out are 0; new health or social care at home is 1,
a bed in the community 2, a care home 3). A move to another hospital is no discharge, and on none."""


def left_model(window: Window) -> Column:
    """By person: the second at which they died or went out of the model; NEVER while they are here."""
    return window.cached("left the model", "all", lambda: _left_model(window))


def _left_model(window: Window) -> Column:
    stays, waits = window.ledger.stays, window.ledger.waits
    left = np.full(len(window.ledger.people["group"]), NEVER, dtype=np.int64)
    gone = stays["to"] >= window.died
    left[stays["person"][gone]] = stays["left"][gone]
    never_in = np.ones(len(left), dtype=bool)
    never_in[stays["person"]] = False
    outside = np.flatnonzero((waits["held"] == OUTSIDE) & never_in[waits["person"]])
    left[waits["person"][outside]] = waits["ended"][outside]  # rows are in order: the last wait counts
    return left


def pathways(window: Window) -> Column:
    """By destination number: the pathway of those who leave hospital for it; NONE for a hospital, and for death.

    A list is on the pathway of its services, and on none where they are on several.
    """
    return window.cached("pathways", "all", lambda: _pathway_numbers(window))


def _pathway_numbers(window: Window) -> Column:
    found = np.full(len(window.names), NONE, dtype=np.int64)
    for number, service in enumerate(window.declared):
        found[number] = PATHWAY_OF_KIND.get(service.kind, NONE) if service.pathway is None else service.pathway
    found[[window.home, window.out]] = 0
    for number in window.lists:
        ways = {int(found[member]) for member in window.members[number]}
        found[number] = ways.pop() if len(ways) == 1 else NONE
    return found


def told(window: Window, split: Split) -> list[Told]:
    """Arrivals, admissions, leavers, lengths of stay, deaths and throughput."""
    return (
        _arrivals(window, split)
        + _admissions(window, split)
        + _leavers(window, split)
        + _lengths_of_stay(window, split)
        + _deaths(window, split)
    )


def came(window: Window) -> Mask:
    """Who came from outside in the window."""
    people = window.ledger.people
    return np.asarray(window.inside(people["arrives"]) & (people["from_census"] == 0))


def _arrivals(window: Window, split: Split) -> list[Told]:
    here = window.cached("came", "all", lambda: np.flatnonzero(came(window)))
    arrived = split.count(split.came[here], window.ledger.people["arrives_at"][here])
    doors = {name for group in window.scenario.people for name, _ in group.arrives_at}
    nobody = [place for place, name in enumerate(window.names) if name not in doors and not arrived[0, place]]
    arrivals = {"arrivals": split.with_all(arrived, range(split.outside))}
    return split.told(arrivals, (*range(split.outside), split.all), hidden=nobody)


def _admissions(window: Window, split: Split) -> list[Told]:
    counts = split.admitted(begun(window))
    admitted = split.with_all(counts, range(window.home))
    found = split.told({"admissions": admitted}, (*range(window.home + 1), split.all))
    homes = [number for number, service in enumerate(window.declared) if service.is_long_term]
    if not homes:
        return found
    moved_in = split.with_all(counts, homes)
    return [*found, *split.told({"long_term_care_admissions": moved_in}, (*homes, split.all))]


def waited_on_rows(window: Window) -> list[Row]:
    """Of each service on a waiting list: admissions by what people had waited for, the list or the service itself."""
    waits = window.ledger.waits
    got_in = np.flatnonzero((waits["ending"] == ADMITTED) & window.inside(waits["ended"]))
    place, asked = window.admitted_to[got_in], waits["to"][got_in]
    found = []
    for number in sorted({member for line in window.lists for member in window.members[line]}):
        counts = np.bincount(asked[place == number], minlength=len(window.names))
        found += [
            Row(window.names[number], "admissions", "waited_on", window.names[way], float(counts[way]))
            for way in np.flatnonzero(counts).tolist()
        ]
    return found


def _leavers(window: Window, split: Split) -> list[Told]:
    left = split.left(leavers(window))
    stays, never_in = _gone(window)
    gone = np.concatenate((split.after[stays], split.came[never_in]))
    left[:, split.all] = split.count(gone, np.full(len(gone), split.all))[:, split.all]
    found = {"leavers": left, "throughput_per_day": left / window.days}
    return split.told(found, (*range(window.home + 1), split.all))


def _gone(window: Window) -> tuple[Column, Column]:
    """Of those who left the model in the window: rows of the stays they left, and the people who were never in one."""

    def work() -> tuple[Column, Column]:
        rows, stays = leavers(window), window.ledger.stays
        left = rows[stays["to"][rows] >= window.died]
        gone = window.inside(left_model(window))
        gone[stays["person"]] = False
        return left, np.flatnonzero(gone)

    return window.cached("gone", "all", work)


def _lengths_of_stay(window: Window, split: Split) -> list[Told]:
    """Days from admitted to left, and to ready, of the stays that ended in the window, by declared service."""
    ended, stays = leavers(window), window.ledger.stays
    ended = ended[stays["service"][ended] < window.home]
    profiles, places, admitted = split.after[ended], split.service[ended], stays["admitted"][ended]
    stayed, needed = stays["left"][ended] - admitted, stays["ready"][ended] - admitted
    number = split.count(profiles, places)
    median, p90 = percentiles(split, profiles, places, stayed, (50, 90))
    days = {
        "length_of_stay_mean_days": ratio(split.total(profiles, places, stayed), number),
        "length_of_stay_median_days": median,
        "length_of_stay_p90_days": p90,
        "days_to_ready_mean": ratio(split.total(profiles, places, needed), number),
    }
    return split.told({name: seconds / SECONDS_PER_DAY for name, seconds in days.items()}, range(window.home))


def _deaths(window: Window, split: Split) -> list[Told]:
    stays, waits = _dead(window)
    places = (*range(window.home + 1), split.outside)
    deaths = split.left(stays) + split.count(split.waiting[waits], np.full(len(waits), split.outside))
    return split.told({"deaths": split.with_all(deaths, places)}, (*places, split.all))


def _dead(window: Window) -> tuple[Column, Column]:
    """Rows of the stays, and of the waits outside, in which people died in the window."""

    def work() -> tuple[Column, Column]:
        rows, waits = leavers(window), window.ledger.waits
        outside = (waits["held"] == OUTSIDE) & (waits["ending"] == DIED_WAITING) & window.inside(waits["ended"])
        return rows[window.ledger.stays["to"][rows] == window.died], np.flatnonzero(outside)

    return window.cached("dead", "all", work)


def next_service_rows(window: Window) -> list[Row]:
    """Of each declared service other than a hospital: how many left for which service, death included."""
    rows, size = leavers(window), len(window.names)
    stays = window.ledger.stays
    counts = np.bincount(stays["service"][rows] * size + stays["to"][rows], minlength=window.home * size)
    return [
        Row(window.names[number], "leavers", "next_service", window.names[way], float(counts[number * size + way]))
        for number in np.flatnonzero(~window.is_acute[: window.home]).tolist()
        for way in np.flatnonzero(counts[number * size : (number + 1) * size]).tolist()
    ]


def pathway_rows(window: Window) -> list[Row]:
    """Hospitals: leavers alive by pathway, from the service they went to."""
    pathway, rows_, stays = pathways(window), leavers(window), window.ledger.stays
    ways, service = pathway[stays["to"][rows_]], stays["service"][rows_]
    some = ways != NONE
    found = np.bincount(service[some] * 4 + ways[some], minlength=4 * len(pathway)).reshape(-1, 4)
    hospitals = np.flatnonzero(window.is_acute)
    places = [(window.names[number], found[number]) for number in hospitals]
    places += [(ALL_HOSPITALS, found[hospitals].sum(axis=0))] if window.hospitals else []
    return [
        Row(name, "leavers", "pathway", str(way), float(counts[way])) for name, counts in places for way in range(4)
    ]
