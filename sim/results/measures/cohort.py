"""The people who became ready, followed for years: what they cost by payer and year, and what life they had.

One year of arrivals is a closed cohort: everybody who came to a hospital from outside in the measured days and was ever ready
to leave it alive, for anywhere but another hospital. Their clock starts at the first such instant, so all clocks here count
from it; a year has 365.25 days. They are chosen by arrival, so they are the same people in two scenarios, except for those
whom one of them prevents. Each is followed until death or the end of the years, and is censored where the run ends before.

Cash, person by person (capital is apart): a day in a service costs its price per occupied day, and its part of what the
service costs open: the open days of the run, without the warm-up, shared among the days that people were there, in services
counted in hours by the hours that they held. So what a half-empty unit costs falls on those who use it. A hospital's price per open day is fixed cost, which falls on nobody here
(docs/money.md, money rule 3). An admission after that of the first ready stay is paid when it happens, at the payers of a
stay's first weeks; a step when it finishes. Teams and programmes cost what they cost in the measured days, whose arrivals
the cohort is: in the first year, in no service. Each price is rounded once to the penny and shared among payers and years.

A change here moves results, which are then recorded anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY, Price, Split
from sim.model.records import NEVER, NONE, Column
from sim.results.measure_table import measures
from sim.results.measures.costs import (
    FOR_EVER,
    NO_SERVICE,
    SECONDS_PER_WEEK,
    in_pence,
    not_closed_days,
    open_days,
    shared,
    summed,
    team_years,
    years,
)
from sim.results.measures.occupancy import held_over_time, spans_held
from sim.results.split import split_of
from sim.results.step_functions import Mask, is_first, is_last, overlap, total_by
from sim.results.window import BACK_HOME, Row, Window, kept

YEAR = 31_557_600  # seconds of 365.25 days
IN_NO_SERVICE = {"place_year": "team", "year": "programme"}  # by which division their rows tell them
PLACES = ("at_home", "in_hospital", "in_care_homes", "elsewhere")
HOME, HOSPITAL, CARE_HOME, ELSEWHERE = range(len(PLACES))

Weights = dict[tuple[str, int], Fraction]  # days, admissions or steps by payer and year


class Cohort(NamedTuple):
    """Who is followed, and all their stays from the first ready one on; instants count from each person's ready."""

    years: int
    first: Column  # rows in STAYS: the stay in which they first became ready
    ready: Column  # second of the run
    seen: Column  # until when the run sees them; no later than the last year ends
    died: Column
    gone: Column  # out of the model, alive
    row: Column  # rows in STAYS
    who: Column  # by such row: number in the cohort
    start: Column  # of a stay, no earlier than ready
    end: Column  # of a stay, no later than the run ends

    @property
    def followed(self) -> Column:
        """Until when each person is seen alive."""
        return np.minimum(self.seen, self.died)


class Line(NamedTuple):
    """What one price comes to in one service for one payer in one year."""

    service: str
    price: Price
    payer: str
    year: int
    pence: int
    discounted: int


def years_of(window: Window) -> int:
    """For how many years people are followed: the number nearest to the days of follow-up, one at least."""
    return max(1, round(window.scenario.calendar.follow_up_days * SECONDS_PER_DAY / YEAR))


@kept
def cohort(window: Window) -> Cohort:
    """Everybody of the cohort with their stays, from the records of the whole run."""
    stays, until, years = window.run.ledger.stays, window.run.end, years_of(window)
    first = _first_ready(window)
    ready = stays["ready"][first]
    number = np.full(len(window.run.ledger.people["group"]), NONE, dtype=np.int64)
    number[stays["person"][first]] = np.arange(len(first))
    who = number[stays["person"]]
    row = np.flatnonzero(who != NONE)
    row = row[row >= first[who[row]]]
    who = who[row]
    start = np.maximum(stays["admitted"][row] - ready[who], 0)
    end = np.minimum(stays["left"][row], until) - ready[who]
    last = row[is_last(who)]  # one for each person, in their order
    left, to = stays["left"][last] - ready, stays["to"][last]
    died, gone = (np.where(to == where, left, NEVER) for where in (window.died, window.out))
    return Cohort(years, first, ready, np.minimum(until - ready, years * YEAR), died, gone, row, who, start, end)


def _first_ready(window: Window) -> Column:
    """Rows in STAYS: of who came to a hospital in the window, the first stay from which they were ready to go on, alive."""
    people, stays = window.run.ledger.people, window.run.ledger.stays
    to_hospital = window.waits_for_kind("acute")
    came = window.inside(people["arrives"]) & (people["from_census"] == 0) & to_hospital[people["arrives_at"]]
    goes_on = np.append(~to_hospital, False)  # the last stands for nowhere
    goes_on[window.died] = False
    is_ready = window.is_acute[stays["service"]] & (stays["ready"] < NEVER) & goes_on[stays["planned_to"]]
    rows_ = np.flatnonzero(is_ready & came[stays["person"]])
    return rows_[is_first(stays["person"][rows_])]


def in_years(found: Cohort, start: Column, end: Column) -> list[Column]:
    """Of spans since ready, their seconds in each year."""
    return [overlap(start, end, year * YEAR, (year + 1) * YEAR) for year in range(found.years)]


def _counted(found: Cohort, instants: Column) -> list[int]:
    """Of instants since ready, how many lie in each year."""
    return [int(((instants >= year * YEAR) & (instants < (year + 1) * YEAR)).sum()) for year in range(found.years)]


# -- money ---------------------------------------------------------------------------------------------------


@kept
def lines(window: Window) -> list[Line]:
    """What each price comes to, by service, payer and year, in file order."""
    return list(_lines(window))


def _lines(window: Window) -> Iterator[Line]:
    rate = 1 + Fraction(str(window.scenario.costs.discount_rate))
    for price in window.scenario.costs.prices:
        for service, quantity in charged(window, price):
            later = {key: weight / rate ** (key[1] - 1) for key, weight in quantity.items()}
            pence, discounted = _in_pence(price, quantity), _in_pence(price, later)
            for payer, year in quantity:
                yield Line(service, price, payer, year, pence[payer, year], discounted[payer, year])


def _in_pence(price: Price, quantity: Weights) -> dict[tuple[str, int], int]:
    """Whole pence by payer and year, which add up to what all of it costs."""
    total = sum(quantity.values(), Fraction(0))
    parts = shared(in_pence(price, total), list(quantity.values())) if total else [0] * len(quantity)
    return dict(zip(quantity, parts, strict=True))


def charged(window: Window, price: Price) -> Iterator[tuple[str, Weights]]:
    """What the cohort is charged for at one price: by service, the days, admissions or steps by payer and year."""
    found = cohort(window)
    if price.per == "step":
        for name, counts in _steps(window, price.of, found).items():
            yield name, _split(price.payers, counts)
        return
    if price.per in IN_NO_SERVICE:
        quantity = team_years(window, price.of) if price.per == "place_year" else years(window)
        yield NO_SERVICE, _split(price.payers, [quantity])
    elif price.per == "admission":
        here = window.run.ledger.stays["service"][found.row] == window.numbers[price.of]
        entered = here & (found.row != found.first[found.who])
        yield price.of, _split(price.payers, _counted(found, found.start[entered]))
    elif price.per in ("open_day", "occupied_day"):
        yield price.of, _days(window, price, found)


def _days(window: Window, price: Price, found: Cohort) -> Weights:
    """Days, each weighed by how many open days it stands for, by who pays in that week of the stay."""
    each, weights = days_each(window, price), Weights()
    if not each or not len(found.row):
        return weights
    spans = spans_held(window.run, window.scenario.service(price.of))
    place = np.minimum(np.searchsorted(found.row, spans.row), len(found.row) - 1)
    mine = np.flatnonzero(found.row[place] == spans.row)  # of the cohort, from the first ready stay on
    place, row, units = place[mine], spans.row[mine], spans.units[mine] if price.per == "open_day" else 1
    ready = found.ready[found.who[place]]
    admitted = window.run.ledger.stays["admitted"][row] - ready
    start = np.maximum(spans.start[mine] - ready, found.start[place])
    end = np.minimum(spans.end[mine] - ready, found.end[place])
    parts = [(0, price.payers), *price.later_payers]
    ends = [weeks * SECONDS_PER_WEEK for weeks, _ in parts[1:]] + [FOR_EVER]
    for (weeks, split), last in zip(parts, ends, strict=True):
        first = np.maximum(start, admitted + weeks * SECONDS_PER_WEEK)
        seconds = in_years(found, first, np.minimum(end, admitted + last))
        for key, weight in _split(split, [int((second * units).sum()) for second in seconds]).items():
            weights[key] = weights.get(key, Fraction(0)) + weight * each / SECONDS_PER_DAY
    return weights


def days_each(window: Window, price: Price) -> Fraction:
    """What a day of a stay is charged for: itself, or its part of the days that the service was open in the run.

    Where hours are counted, each minute a week that is held for a day has its part.
    """
    if price.per == "occupied_day":
        return Fraction(1)
    service = window.scenario.service(price.of)
    used = held_over_time(window.run, service).integral(window.run.first, window.run.end)
    if service.kind == "acute" or not used:
        return Fraction(0)
    standing = open_days(window.run, price.of) + not_closed_days(window.run, price.of)
    return standing * SECONDS_PER_DAY / used


def _steps(window: Window, name: str, found: Cohort) -> Mapping[str, list[int]]:
    """How many steps of this name finished in each year, by the service where they were done."""
    ledger = window.run.ledger
    if name not in ledger.step_names:
        return {}
    who = np.full(len(ledger.stays["person"]), NONE, dtype=np.int64)
    who[found.row] = found.who
    done = (ledger.steps["step"] == ledger.step_names.index(name)) & (ledger.steps["finished"] < NEVER)
    row = np.flatnonzero(done & (who[ledger.steps["stay"]] != NONE))
    stay = ledger.steps["stay"][row]
    finished, service = ledger.steps["finished"][row] - found.ready[who[stay]], ledger.stays["service"][stay]
    return {window.names[number]: _counted(found, finished[service == number]) for number in np.unique(service)}


def _split(split: Split, by_year: Sequence[int | Fraction]) -> Weights:
    """What there is in each year, among those who pay for it."""
    whole = sum(Fraction(str(share)) for _, share in split)
    return {
        (payer, year): amount * Fraction(str(share)) / whole
        for payer, share in split
        for year, amount in enumerate(by_year, 1)
    }


# -- rows ----------------------------------------------------------------------------------------------------


def rows(window: Window) -> list[Row]:
    """Nothing where nobody is followed; else who, for how long, in which places, and the money."""
    if not window.scenario.calendar.follow_up_days:
        return []
    found = cohort(window)
    money = _money(window, len(found.first)) if len(found.first) else []
    return [*_people_rows(window, found), *_split_rows(window, found), *money]


def _people_rows(window: Window, found: Cohort) -> list[Row]:
    who = [_row("cohort_people", len(found.first)), _row("cohort_censored_people", int(censored(found).sum()))]
    if not len(found.first):
        return who
    return [*who, *_shares(found), *_care_homes(window, found), *_places(window, found)]


def _split_rows(window: Window, found: Cohort) -> list[Row]:
    """The same of all years by group and trait: the level with which people first became ready."""
    split = split_of(window.run)
    items = split.item_of[split.after[found.first]]  # by person and division
    return [
        row._replace(by=division.by, item=item)
        for column, division in enumerate(split.divisions)
        for number, item in enumerate(division.items, division.first)
        if division.by
        for row in _people_rows(window, _only(found, items[:, column] == number))
        if row.by == "" and (row.value or not measures()[row.measure].absent_is_zero)
    ]


def _only(found: Cohort, chosen: Mask) -> Cohort:
    """These people of the cohort, numbered anew."""
    kept, number = chosen[found.who], np.cumsum(chosen) - 1
    return found._replace(
        first=found.first[chosen],
        ready=found.ready[chosen],
        seen=found.seen[chosen],
        died=found.died[chosen],
        gone=found.gone[chosen],
        row=found.row[kept],
        who=number[found.who[kept]],
        start=found.start[kept],
        end=found.end[kept],
    )


def _row(measure: str, value: float, by: str = "", item: str = "", service: str = "all") -> Row:
    return Row(service, measure, by, item, float(value))


def censored(found: Cohort) -> Mask:
    """Who is not seen to the end of the years, nor to their death: the run ends before."""
    return np.asarray((found.died > found.seen) & (found.seen < found.years * YEAR))


def _shares(found: Cohort) -> list[Row]:
    """How much of people's time is seen, how much of that out of the model, and who is alive."""
    wanted = np.where(found.died <= found.seen, found.died, found.years * YEAR)
    nothing = np.zeros(len(found.first), dtype=np.int64)
    seen = [int(one.sum()) for one in in_years(found, nothing, found.followed)]
    whole = [int(one.sum()) for one in in_years(found, nothing, wanted)]
    gone = [int(one.sum()) for one in in_years(found, found.gone, found.followed)]
    ends = [(year + 1) * YEAR for year in range(found.years)]
    alive = [int((found.died > end).sum()) / len(found.first) for end in ends]
    out = _in_all_and_by_year("cohort_followed_share", seen, whole)
    out += _in_all_and_by_year("cohort_left_model_share", gone, seen)
    out.append(_row("cohort_alive_share", alive[-1]))
    return out + [_row("cohort_alive_share", share, "year", str(year)) for year, share in enumerate(alive, 1)]


def _in_all_and_by_year(measure: str, parts: list[int], wholes: list[int]) -> list[Row]:
    """Shares of wholes that are there."""
    found = [_row(measure, sum(parts) / sum(wholes))] if any(wholes) else []
    pairs = enumerate(zip(parts, wholes, strict=True), 1)
    return found + [_row(measure, part / whole, "year", str(year)) for year, (part, whole) in pairs if whole]


def _care_homes(window: Window, found: Cohort) -> list[Row]:
    """Who was ever admitted to a care home, and in which year first."""
    stays, measure = window.run.ledger.stays, "cohort_ever_in_care_home_share"
    entered = window.of_kind("care_home")[stays["service"][found.row]]
    who, start = found.who[entered], found.start[entered]
    counts = _counted(found, start[is_first(who)])
    size = len(found.first)
    parts = [_row(measure, count / size, "year", str(year)) for year, count in enumerate(counts, 1)]
    return [_row(measure, sum(counts) / size), *parts]


def _places(window: Window, found: Cohort) -> list[Row]:
    """Days in each sort of place, a person."""
    days = seconds_by_place(window, found) / len(found.first) / SECONDS_PER_DAY
    out = []
    for place, name in enumerate(PLACES):
        measure = f"cohort_days_{name}"
        out.append(_row(measure, days[place].sum()))
        out += [_row(measure, value, "year", str(year)) for year, value in enumerate(days[place].tolist(), 1)]
    return out


def seconds_by_place(window: Window, found: Cohort) -> Column:
    """Seconds of all, by sort of place and year; out of the model people are at home, unless they went from a care home."""
    stays, sort = window.run.ledger.stays, np.full(len(window.names), ELSEWHERE)
    for number, kinds in ((HOME, BACK_HOME), (HOSPITAL, ("acute",)), (CARE_HOME, ("care_home",))):
        sort[window.of_kind(*kinds)] = number
    sort[window.home] = HOME
    place = sort[stays["service"][found.row]]
    went_from = place[is_last(found.who)]
    after = np.where(went_from == CARE_HOME, ELSEWHERE, HOME)
    by_year = zip(in_years(found, found.start, found.end), in_years(found, found.gone, found.followed), strict=True)
    sums = [total_by(place, here, len(PLACES)) + total_by(after, out, len(PLACES)) for here, out in by_year]
    return np.stack(sums, axis=1)


def _money(window: Window, size: int) -> list[Row]:
    """Pounds in all and a person, undiscounted and discounted; without prices nothing."""
    found = [line for line in lines(window) if not line.price.capital]
    out = []
    for measure, pence in (
        ("cohort_cost", [line.pence for line in found]),
        ("cohort_cost_discounted", [line.discounted for line in found]),
    ):
        for where, by, item, amount in _sums(window, found, pence):
            out.append(_row(f"{measure}_gbp", amount / 100, by, item, where))
            if where == "all" or not by:
                out.append(_row(f"{measure}_per_person_gbp", amount / 100 / size, by, item, where))
    if any(price.capital for price in window.scenario.costs.prices):
        out.append(_row("cohort_capital_gbp", sum(line.pence for line in lines(window) if line.price.capital) / 100))
    return out


def _sums(window: Window, found: list[Line], pence: list[int]) -> Iterator[tuple[str, str, str, int]]:
    """Whole pence by service, kind of part and part."""
    both = list(zip(found, pence, strict=True))
    priced = {line.service for line in found}
    for name in (*(name for name in window.names if name in priced), "all"):
        here = [(line, amount) for line, amount in both if name in (line.service, "all")]
        if not here:
            continue
        yield name, "", "", sum(amount for _, amount in here)
        yield from _parts(name, "payer", [(line.payer, amount) for line, amount in here])
        yield from _parts(name, "year", [(str(line.year), amount) for line, amount in here])
        if name == "all":
            crossed = [(f"{line.payer}, {line.year}", amount) for line, amount in here]
            yield from _parts(name, "payer_and_year", crossed)
            for per, by in IN_NO_SERVICE.items():
                yield from _parts(name, by, [(line.price.of, amount) for line, amount in here if line.price.per == per])


def _parts(name: str, by: str, pairs: list[tuple[str, int]]) -> Iterator[tuple[str, str, str, int]]:
    for item, amount in summed(pairs).items():
        yield name, by, item, amount
