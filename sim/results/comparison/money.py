"""What a comparison means in money: the figures of the three ledgers, never summed: a year, or the window where that is shorter.

Cash is spending that changes; only of cash may "saving" be said. Capacity is bed days released. Value is bed days
times an average price, which nobody is paid. Terminal, report and workbook all take their figures from here.

What may be changed here: freely, with its readers; docs/money.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from sim.inputs.scenario import FreedBeds, Scenario
from sim.results.comparison.compare import CANNOT_TELL
from sim.results.comparison.findings import Contrast, Estimate, Findings
from sim.results.words import run_length
from sim.results.words.labels import counted

LEAST_GBP = 1_000.0  # smaller changes of a service are not worth a line


@dataclass(frozen=True, slots=True)
class Change:
    """What changes in the time that it is told of: mean and interval, and the verdict on it."""

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
    def the_other_way(self) -> "Change":
        """A fall as a rise, and a rise as a fall."""
        low, high = (None if end is None else -end for end in (self.high, self.low))
        return Change(self.name, -self.mean, low, high, self.verdict)


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
        """From the measured window to what is told: a year where the window holds one."""
        return run_length.times(self.days)

    @property
    def days(self) -> int:
        """The days measured."""
        return self.scenario.calendar.measured_days

    @property
    def per(self) -> str:
        """The time that these pounds are of: `a year`, or `in the 56 days measured`."""
        return run_length.per(self.days)

    def change(self, service: str, measure: str, by: str = "", item: str = "", name: str = "") -> Change | None:
        """One difference from the baseline, as it is told."""
        row = self.findings.contrast(self.scenario.id, service, measure, by, item)
        return None if row is None else self._told(row, name or item or service)

    def _told(self, row: Contrast, name: str) -> Change:
        ends = [None if end is None else end * self.factor for end in (row.low, row.high)]
        return Change(name, row.mean * self.factor, ends[0], ends[1], row.verdict)

    def _changes(self, by: str, *, service: str = "all", measure: str = "cost_cash_gbp") -> list[Change]:
        rows = [
            row
            for row in self.findings.contrasts
            if (row.scenario, row.measure, row.by) == (self.scenario.id, measure, by) and row.service == service
        ]
        return [self._told(row, row.item) for row in rows]

    # -- cash ------------------------------------------------------------------------------------------------

    @cached_property
    def cash(self) -> Change | None:
        """All spending."""
        return self.change("all", "cost_cash_gbp", name="all")

    @cached_property
    def by_payer(self) -> list[Change]:
        """Spending by who pays it."""
        return self._changes("payer")

    @cached_property
    def by_contributor(self) -> list[Change]:
        """Spending by whose money it is, pooled funds split."""
        return self._changes("contributor")

    @cached_property
    def by_service(self) -> list[Change]:
        """Spending by service."""
        rows = [
            row
            for row in self.findings.contrasts
            if (row.scenario, row.measure, row.by) == (self.scenario.id, "cost_cash_gbp", "") and row.service != "all"
        ]
        return [self._told(row, row.service) for row in rows]

    @property
    def gross_gbp(self) -> float:
        """What is spent more, before anything that falls elsewhere."""
        return sum(one.mean for one in self.by_service if one.mean > 0)

    @cached_property
    def capital(self) -> Change | None:
        """Capital, apart."""
        return self.change("all", "cost_capital_gbp", name="all")

    # -- freed beds ------------------------------------------------------------------------------------------

    @cached_property
    def freed(self) -> FreedBeds | None:
        """The service whose beds the headline is about: the main one, else the first that can free beds."""
        rules = {one.service: one for one in self.scenario.costs.freed_beds}
        main = self.findings.main_service.name
        return rules.get(main) or next(iter(rules.values()), None)

    @property
    def running_cost(self) -> Change | None:
        """What follows the people in the freed beds: it falls only while those beds stay empty."""
        if self.freed is None or self.freed.rule == "refilled":
            return None
        return self.change(self.freed.service, "cost_cash_gbp", "part", "used", self.freed.service)

    @cached_property
    def released(self) -> Change | None:
        """Bed days released."""
        return self.change("all", "released_bed_days", name="all")

    @cached_property
    def value(self) -> Change | None:
        """Their notional value."""
        return self.change("all", "notional_value_gbp", name="all")

    @cached_property
    def value_by_payer(self) -> list[Change]:
        """The notional value by who pays for the freed beds."""
        return self._changes("payer", measure="notional_value_gbp")

    @cached_property
    def delayed_days_avoided(self) -> Change | None:
        """Delayed bed days of the main service, fewer than in the baseline."""
        fewer = self.change(self.findings.main_service.name, "delayed_bed_days")
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
    def break_even_variable(self) -> float | None:
        """The same where only running costs fall: beds left empty, nothing closed."""
        row, freed = self._estimate("break_even_freed_beds"), self.freed
        variable = self._price("occupied_day")
        if row is None or freed is None or freed.rule == "refilled" or not freed.average_gbp or not variable:
            return None
        return ceil(round(row.mean * freed.average_gbp / variable * 10, 6)) / 10

    def _price(self, per: str) -> float | None:
        found = (
            one.gbp
            for one in self.scenario.costs.prices
            if self.freed and one.of == self.freed.service and one.per == per
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
