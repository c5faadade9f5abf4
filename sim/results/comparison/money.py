"""Money: each scenario against the baseline as cash, capacity and value, and the sentences about them.

The three accounts are never added together; only cash may be called a saving (docs/money.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from sim.inputs.problems import capital, listed
from sim.inputs.scenario import HOME, FreedBeds, Scenario
from sim.results.comparison.compare import CANNOT_TELL, NO_CHANGE, Estimate, PairedDifference, verdict_text
from sim.results.comparison.findings import NOT_PRICED, Findings, is_unpriced
from sim.results.comparison.statistics import unsteady
from sim.results.words import labels
from sim.results.words.labels import change_and_interval, counted, figure, payer_label, spoken

MOST_EACH = 6  # services in one sentence
LEAST_GBP = 1_000.0  # smaller changes of a service are not worth a line


def without_price(scenario: Scenario) -> list[str]:
    """Return services in use that have no price."""
    if not scenario.costs.prices:
        return []
    priced = {price.of for price in scenario.costs.prices if price.per not in ("step", "place_year", "year")}
    return [
        spoken(service.name) for service in scenario.services if service.name not in priced and service.name != HOME
    ]


@dataclass(frozen=True, slots=True)
class MoneyChange:
    """A change over the reported time: mean, interval and verdict."""

    name: str
    mean: float
    low: float | None
    high: float | None
    verdict: str = ""

    @property
    def is_certain(self) -> bool:
        """Whether the interval leaves out no change at all."""
        return self.low is not None and self.high is not None and not self.low <= 0.0 <= self.high

    @property
    def the_other_way(self) -> "MoneyChange":
        """A fall as a rise, and a rise as a fall."""
        low, high = (None if end is None else -end for end in (self.high, self.low))
        return MoneyChange(self.name, -self.mean, low, high, self.verdict)


@dataclass(frozen=True)
class Money:
    """One scenario against the baseline, in money."""

    findings: Findings
    scenario: Scenario

    @property
    def when(self) -> str:
        """The same with its dates, where it is not the whole window."""
        period = self.findings.period
        return f"in the {counted(period.days, 'day')} {period.short}" if period else self.per

    @property
    def factor(self) -> float:
        """The factor from the measured window to the reported time: a year where the window holds one."""
        return labels.times(self.days)

    @property
    def days(self) -> int:
        """The days measured."""
        return self.scenario.calendar.measured_days

    @property
    def per(self) -> str:
        """The time that these pounds are of: `a year`, or `in the 56 days measured`."""
        return labels.per(self.days)

    def change(self, service: str, measure: str, by: str = "", item: str = "", name: str = "") -> MoneyChange | None:
        """Return one difference from the baseline over the reported time."""
        row = self.findings.difference(self.scenario.id, service, measure, by, item)
        return None if row is None else self._told(row, name or item or service)

    def _told(self, row: PairedDifference, name: str) -> MoneyChange:
        ends = [None if end is None else end * self.factor for end in (row.low, row.high)]
        return MoneyChange(name, row.mean * self.factor, ends[0], ends[1], row.verdict)

    def _changes(self, by: str, *, service: str = "all", measure: str = "cost_cash_gbp") -> list[MoneyChange]:
        rows = [
            row
            for row in self.findings.differences_of(self.scenario.id)
            if (row.measure, row.by, row.service) == (measure, by, service)
        ]
        return [self._told(row, row.item) for row in rows]

    # -- cash ------------------------------------------------------------------------------------------------

    @cached_property
    def cash(self) -> MoneyChange | None:
        """All spending."""
        return self.change("all", "cost_cash_gbp", name="all")

    @cached_property
    def by_payer(self) -> list[MoneyChange]:
        """Spending by who pays it."""
        return self._changes("payer")

    @cached_property
    def by_contributor(self) -> list[MoneyChange]:
        """Spending by whose money it is, pooled funds split."""
        return self._changes("contributor")

    @cached_property
    def by_service(self) -> list[MoneyChange]:
        """Spending by service, team and programme."""
        rows = [
            row
            for row in self.findings.differences_of(self.scenario.id)
            if (row.measure, row.by) == ("cost_cash_gbp", "") and row.service != "all"
        ]
        services = [self._told(row, row.service) for row in rows]
        return [*services, *self._changes("team"), *self._changes("programme")]

    @property
    def gross_gbp(self) -> float:
        """What is spent more, before anything that falls elsewhere."""
        return sum(change.mean for change in self.by_service if change.mean > 0)

    @cached_property
    def capital(self) -> MoneyChange | None:
        """Capital, apart."""
        return self.change("all", "cost_capital_gbp", name="all")

    # -- freed beds ------------------------------------------------------------------------------------------

    @cached_property
    def freed(self) -> FreedBeds | None:
        """The service whose beds the headline is about: the main one, else the first that can free beds."""
        rules = {rule.service: rule for rule in self.scenario.costs.freed_beds}
        main = self.findings.main_service.name
        return rules.get(main) or next(iter(rules.values()), None)

    @cached_property
    def all_freed(self) -> tuple[FreedBeds, ...]:
        """The hospitals whose beds can be freed, where there are several; else the service that the headline is about."""
        rules = {rule.service: rule for rule in self.scenario.costs.freed_beds}
        several = tuple(rules[hospital.name] for hospital in self.findings.hospitals if hospital.name in rules)
        return several if len(several) > 1 else (self.freed,) if self.freed else ()

    @property
    def freed_place(self) -> str:
        """What the freed beds are called: `hospital` where they are of several."""
        return "hospital" if self.freed is None or len(self.all_freed) > 1 else spoken(self.freed.service)

    @property
    def average_gbp(self) -> float | None:
        """The average price of a day in the beds that can be freed; None where hospitals have several."""
        prices = {one.average_gbp for one in self.all_freed}
        return prices.pop() if len(prices) == 1 else None

    @property
    def running_cost_gbp(self) -> float | None:
        """What follows the people in the freed beds: it falls only while those beds stay empty."""
        changes = [
            self.change(one.service, "cost_cash_gbp", "part", "used", one.service)
            for one in self.all_freed
            if one.rule != "refilled"
        ]
        known = [change.mean for change in changes if change]
        return sum(known) if known else None

    @cached_property
    def released(self) -> MoneyChange | None:
        """Bed days released."""
        return self.change("all", "released_bed_days", name="all")

    @cached_property
    def more_waiting(self) -> MoneyChange | None:
        """People who wait for a bed of those that can be freed, more than in the baseline, on an average day."""
        changes = [self.findings.difference(self.scenario.id, one.service, "queue_mean") for one in self.all_freed]
        known = [MoneyChange(row.service, row.mean, row.low, row.high, row.verdict) for row in changes if row]
        return known[0] if len(known) == 1 else None

    @cached_property
    def value(self) -> MoneyChange | None:
        """Their notional value."""
        return self.change("all", "notional_value_gbp", name="all")

    @cached_property
    def value_by_payer(self) -> list[MoneyChange]:
        """The notional value by who pays for the freed beds."""
        return self._changes("payer", measure="notional_value_gbp")

    @cached_property
    def delayed_days_avoided(self) -> MoneyChange | None:
        """Delayed bed days of the main place, fewer than in the baseline."""
        fewer = self.change(self.findings.main_place, "delayed_bed_days")
        return fewer.the_other_way if fewer else None

    @property
    def freed_beds_on_an_average_day(self) -> float:
        """Released bed days over the days that they are of."""
        return self.released.mean / (self.factor * self.days) if self.released else 0.0

    @cached_property
    def break_even(self) -> float | None:
        """Freed beds that pay for what opens, at their average price; up to the next tenth, as fewer do not pay."""
        row = self._estimate("break_even_freed_beds")
        return None if row is None else ceil(round(row.mean * 10, 6)) / 10

    @property
    def what_is_added(self) -> str:
        """What freed beds would have to pay for: places that open; staff and programmes too, where some cost more."""
        works = any(change.mean > 0 for change in (*self._changes("team"), *self._changes("programme")))
        return "the places, staff and programmes that are added" if works else "the places that open"

    @property
    def break_even_variable(self) -> float | None:
        """The same where only running costs fall: beds left empty, nothing closed."""
        row, freed = self._estimate("break_even_freed_beds"), self.freed
        variable = self._price("occupied_day")
        if row is None or freed is None or freed.rule == "refilled" or not freed.average_gbp or not variable:
            return None
        return ceil(round(row.mean * freed.average_gbp / variable * 10, 6)) / 10

    def _price(self, per: str) -> float | None:
        found = (
            price.gbp
            for price in self.scenario.costs.prices
            if self.freed and price.of == self.freed.service and price.per == per
        )
        return next(found, None)

    def _estimate(self, measure: str) -> Estimate | None:
        return self.findings.estimate(self.scenario.id, self.freed.service, measure) if self.freed else None

    # -- a delayed day avoided -------------------------------------------------------------------------------

    def per_delayed_day(self, gbp: float) -> tuple[float, float, float] | None:
        """Pounds for each delayed day avoided, and its range over the interval of the days; None if not certain."""
        days = self.delayed_days_avoided
        if days is None or not days.is_certain or days.mean <= 0 or days.verdict == CANNOT_TELL:
            return None
        ends = [gbp / end for end in (days.high, days.low) if end]
        return gbp / days.mean, min(ends), max(ends)

    @property
    def gross_per_delayed_day(self) -> tuple[float, float, float] | None:
        """Before anything that falls elsewhere."""
        return self.per_delayed_day(self.gross_gbp)

    @property
    def net_per_delayed_day(self) -> tuple[float, float, float] | None:
        """After what falls elsewhere."""
        return self.per_delayed_day(self.cash.mean) if self.cash else None


def money_of(findings: Findings) -> Iterator[Money]:
    """Each scenario against the baseline, where there are prices; of its headline period where something dated differs."""
    if findings.compared:
        for scenario in findings.scenarios[1:]:
            money = Money(*findings.headline_of(scenario))
            if money.cash is not None:
                yield money


PART_OF_CASH = 0.02  # below that, what changes in a service is not worth a word
RULES = {
    "shown": "what becomes of the freed beds has not been decided, so they are counted as capacity and not as money",
    "left_empty": "the freed beds are left empty",
    "refilled": "the freed beds are refilled with more admissions, whose running cost is in the cash",
    "closed": "beds are closed by date and in whole wards, so their fixed cost falls",
}


def in_one_sentence(money: Money) -> str:
    """What it costs, what it frees, and how much would have to be freed to pay for it."""
    if money.cash is None:
        return ""
    text = _cash(money)
    text = capital(text)
    if money.released and money.freed and money.break_even is not None and money.freed.rule != "closed":
        place, beds = money.freed_place, figure(money.freed_beds_on_an_average_day, "")
        freed = f"{beds} {place} beds are freed on an average day"
        if money.released.mean < 0:
            freed = f"{figure(-money.freed_beds_on_an_average_day, '')} more {place} beds are taken on an average day"
        if not money.released.is_certain:
            freed = f"these runs cannot tell whether {place} beds are freed"
        if verdict_text(money.released) == NO_CHANGE:
            freed = f"no {place} bed is freed"
        text = f"{text.rstrip('.')}; {freed}, and {money.break_even:g} would have to be freed to pay for {money.what_is_added}."
    return text


def building_up(money: Money) -> str:
    """Where people still build up in services whose cost changes: of which year the sum is, as later ones will differ."""
    base = money.findings.baseline
    never = {one.service for one in unsteady(base, money.findings.daily.get(base.id, {})) if one.steady_after is None}
    least = PART_OF_CASH * abs(money.cash.mean) if money.cash else 0.0
    building = [
        change
        for change in money.by_service
        if change.name in never and change.is_certain and abs(change.mean) >= least
    ]
    names = [spoken(one.name) for one in building]
    if not names:
        return ""
    return (
        f"The cash is of days that begin {counted(base.calendar.warm_up_days, 'day')} after the start, when people are still building up "
        f"in {listed(names, 'and')}; in later years what is spent more or less there is different."
    )


def accounts(money: Money) -> Iterator[tuple[str, str]]:
    """Heading and words of each account, then what it takes to break even."""
    yield "Cash", " ".join(filter(None, (_cash(money), _gross(money), _not_closed(money), building_up(money))))
    if money.by_payer:
        yield "Who pays", _who_pays(money)
    if money.capital and money.capital.mean:
        yield "Capital", f"{_pounds(money.capital)} {money.per}, shown apart, in no total of spending."
    if money.released:
        yield "Capacity", _capacity(money)
    if money.value:
        yield "Value", _value(money)
    if money.break_even is not None:
        yield "Break-even", _break_even(money)
    if money.delayed_days_avoided:
        yield "Per day", _per_day(money)


def _pounds(change: MoneyChange) -> str:
    """A change with its interval."""
    text, span = change_and_interval(change.mean, change.low, change.high, "GBP")
    return f"{text} ({span})" if span else text


def _cash(money: Money) -> str:
    """What is spent more or less; of a lever without a price, only what is spent elsewhere."""
    if not is_unpriced(money.findings, money.scenario):
        return _spending(money)
    text = _spending(money).removeprefix("a saving of ")
    less = text if text != _spending(money) else ""
    elsewhere = f"{less.removesuffix('.')} less is spent elsewhere." if less else text
    return f"{NOT_PRICED}: the file says nothing of what the lever costs. Without that, {elsewhere}"


def _spending(money: Money) -> str:
    cash = money.cash
    if cash is None:
        return ""
    size, span = change_and_interval(cash.mean, cash.low, cash.high, "GBP")
    if not cash.is_certain:
        if cash.low == cash.high == 0:
            return f"exactly as much is spent {money.per}."
        if not span:
            return f"these runs cannot tell whether spending changes: {size} {money.per}, and one replication has no interval."
        return f"these runs cannot tell whether spending changes: the difference is {size} ({span}) {money.per}."
    if cash.mean > 0:
        return f"{size.removeprefix('+')} more is spent {money.per} ({span})."
    return f"a saving of {size.removeprefix('-')} {money.per} ({span})."


def _gross(money: Money) -> str:
    """What rises and what falls, service by service, and what of the fall rests on a condition."""
    up = [change for change in money.by_service if change.mean >= LEAST_GBP]
    down = [change for change in money.by_service if change.mean <= -LEAST_GBP]
    both = f"Gross {_each(up)}; less {_each(down, signed=False)}." if up and down else ""
    return f"{both}{_caveat(money)}{_by_the_day(money, down)}".strip()


def _each(changes: Sequence[MoneyChange], *, signed: bool = True) -> str:
    largest = sorted(changes, key=lambda change: -abs(change.mean))[:MOST_EACH]
    told = [(one.mean, spoken(one.name)) for one in changes if one in largest]
    rest = [one.mean for one in changes if one not in largest]
    told += [(sum(rest), f"{len(rest)} more services")] if rest else []
    return ", ".join(f"{figure(mean if signed else abs(mean), 'GBP', signed=signed)} {name}" for mean, name in told)


def _caveat(money: Money) -> str:
    """Return the caveat that the running cost of freed beds falls only while they stay empty."""
    running, freed, cash = money.running_cost_gbp, money.freed, money.cash
    if running is None or freed is None or cash is None or freed.rule != "shown" or running > -LEAST_GBP:
        return ""
    without = figure(cash.mean - running, "GBP", signed=True)
    whose = "hospitals'" if len(money.all_freed) > 1 else f"{money.freed_place}'s"
    return f" The {whose} running cost falls only while {'their' if len(money.all_freed) > 1 else 'its'} freed beds stay empty; without that, {without}."


def _not_closed(money: Money) -> str:
    """Say that beds which are fewer than in the base, but which no rule closes, go on costing."""
    places = [rule.service for rule in money.scenario.costs.freed_beds if rule.stays_open]
    parts = (money.change(place, "cost_cash_gbp", "part", "not closed", place) for place in places)
    found = [part for part in parts if part is not None and part.mean >= LEAST_GBP]
    if not found:
        return ""
    names, base = listed([spoken(part.name) for part in found], "and"), money.findings.baseline.name
    return (
        f"The cash includes {figure(sum(part.mean for part in found), 'GBP')} for {names} beds that {base} has and this scenario "
        "has not: `freed_beds: closed` closes no whole ward of them, so their fixed cost goes on (docs/money.md, rule 3)."
    )


def _by_the_day(money: Money, down: Sequence[MoneyChange]) -> str:
    """Return the caveat that places priced by the day used cost less only where their staff are not paid for empty places."""
    prices = {price.of for price in money.scenario.costs.prices if price.per == "occupied_day"}
    limited = {
        service.name for service in money.scenario.services if not service.is_unlimited and service.kind != "acute"
    }
    found = [change for change in down if change.name in prices & limited]
    if not found:
        return ""
    much, names = figure(-sum(one.mean for one in found), "GBP"), listed([spoken(one.name) for one in found], "and")
    return f" The {much} less of {names} {'is' if len(found) == 1 else 'are'} saved only where staff are not paid for empty places: the price is by the day used."


def _who_pays(money: Money) -> str:
    """Whose money it is; with a pooled fund by contributor first, for what goes through the fund is not saved."""
    paid, given = (
        "; ".join(f"{payer_label(change.name)} {_pounds(change)}" for change in changes) + "."
        for changes in (money.by_payer, money.by_contributor)
    )
    if not money.scenario.costs.pools or not money.by_contributor:
        return paid
    return f"{given} That counts what each puts into the pooled fund; who is sent the bill: {paid}"


def _capacity(money: Money) -> str:
    released, avoided = money.released, money.delayed_days_avoided
    assert released is not None
    place = money.freed_place
    beds, what = money.freed_beds_on_an_average_day, "bed days released"
    if released.mean < 0:  # what is taken is said as what it is, and not as less than nothing released
        released, beds, what = released.the_other_way, -beds, "bed days more are taken"
    text, span = change_and_interval(released.mean, released.low, released.high, "bed days")
    said = f"{text.removeprefix('+')} {place} {what} {money.per}" + (f" ({span})" if span else "")
    said += f", {figure(beds, '')} beds on an average day"
    if avoided:
        way = "fall" if avoided.mean >= 0 else "rise"
        said += f"; delayed days {way} by {figure(abs(avoided.mean), '')} (delayed days are part of bed days: never add the two)"
    return " ".join(filter(None, (f"{said}.", _who_waits_outside(money), _rule(money))))


def _who_waits_outside(money: Money) -> str:
    """Say that freed beds went to people who waited for one, or that days are not spent there because nobody gets in."""
    change, place, released = money.more_waiting, money.freed_place, money.released
    has_other_beds = money.findings.has_other_places(money.scenario, {one.service for one in money.all_freed})
    if change is None or released is None or abs(change.mean) < 1 or not (change.is_certain or has_other_beds):
        return ""
    if (change.mean > 0 and released.mean <= 0) or (change.mean < 0 and not change.is_certain):
        return ""
    word = "more" if change.mean > 0 else "fewer"
    told = change if change.mean > 0 else change.the_other_way
    size, span = change_and_interval(told.mean, told.low, told.high, "people")
    span = span.replace("+", "") if told.is_certain else span
    people = f"{size.removeprefix('+')} {word} people wait for a {place} bed on an average day" + (
        f" ({span})" if span else ""
    )
    if change.mean < 0:
        return f"{people}: beds that come free go to them first."
    return f"{people}: days that they would spend there and do not are among those released."


def _rule(money: Money) -> str:
    return capital(f"{RULES[money.freed.rule]}.") if money.freed else ""


def _value(money: Money) -> str:
    value = money.value
    assert value is not None
    price = f" at an average £{money.average_gbp:,.0f} a bed day" if money.average_gbp else ""
    size, span = change_and_interval(value.mean, value.low, value.high, "GBP")
    return (
        f"{size.removeprefix('+')}{f' ({span})' if span else ''} {money.per}{price}. "
        "Notional: no money changes hands, and it is not added to the cash."
    )


def _break_even(money: Money) -> str:
    freed = money.freed
    assert freed is not None and money.break_even is not None
    text = (
        f"{money.break_even:g} {money.freed_place} beds would have to be freed to pay for {money.what_is_added}, at their "
        f"full average price of £{freed.average_gbp or 0:,.0f} a day"
    )
    if money.break_even_variable:
        text += f" ({money.break_even_variable:g} if only running costs fall)"
    if freed.rule == "closed":
        return f"{text}; beds that are closed save their whole price, which is in the cash."
    freed_now = money.freed_beds_on_an_average_day
    return f"{text}; {figure(freed_now, '')} are freed." if freed_now >= 0 else f"{text}; none are freed."


def _per_day(money: Money) -> str:
    if is_unpriced(money.findings, money.scenario):
        return f"{NOT_PRICED}, so no cost of a delayed day is given."
    gross, net, days = money.gross_per_delayed_day, money.net_per_delayed_day, money.delayed_days_avoided
    if days and days.is_certain and days.mean < 0:
        return "no delayed day is avoided: there are more of them."
    if gross is None or net is None:
        return "these runs cannot tell whether delayed days are avoided, so no cost of one is given."
    return f"each delayed day avoided costs {_with_range(gross)} gross, {_with_range(net)} net."


def _with_range(found: tuple[float, float, float]) -> str:
    mean, low, high = (_signed(f"{abs(value):,.0f}", value) for value in found)
    return f"{mean} ({low} to {high})"


def _signed(pounds: str, amount: float) -> str:
    """The minus before the pound sign."""
    return f"{'-' if amount < 0 and pounds != '0' else ''}£{pounds}"
