"""The three ledgers in plain words, for terminal and report: a heading and its sentences each.

What may be changed here: freely; "saving" is said of cash only, and ledgers are never summed.
"""

from collections.abc import Iterator, Sequence

from sim.results.comparison.money import LEAST_GBP, Change, Money
from sim.results.words.labels import change_and_interval, figure, payer_label, plain, spoken

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
    text = text[:1].upper() + text[1:]
    if money.released and money.freed and money.break_even is not None:
        place, beds = spoken(money.freed.service), figure(money.freed_beds_on_an_average_day, "")
        freed = f"{beds} {place} beds are freed on an average day"
        if money.released.mean < 0:
            freed = f"{figure(-money.freed_beds_on_an_average_day, '')} more {place} beds are taken on an average day"
        if not money.released.is_certain:
            freed = f"these runs cannot tell whether {place} beds are freed"
        text = f"{text.rstrip('.')}; {freed}, and {money.break_even:g} would have to be freed to pay for what opens."
    return text


def ledgers(money: Money) -> Iterator[tuple[str, str]]:
    """Heading and words of each ledger, then what it takes to break even."""
    yield "Cash", f"{_cash(money)} {_gross(money)}".rstrip()
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


def _pounds(change: Change) -> str:
    """A change with its interval."""
    text, span = change_and_interval(change.mean, change.low, change.high, "GBP")
    return f"{text} ({span})" if span else text


def _cash(money: Money) -> str:
    cash = money.cash
    if cash is None:
        return ""
    size, span = change_and_interval(cash.mean, cash.low, cash.high, "GBP")
    if not cash.is_certain:
        known = f": the difference is {size} ({span})" if span else f": {size}, and one replication has no interval"
        return f"these runs cannot tell whether spending changes{known} {money.per}."
    if cash.mean > 0:
        return f"{size.removeprefix('+')} more is spent {money.per} ({span})."
    return f"a saving of {size.removeprefix('-')} {money.per} ({span})."


def _gross(money: Money) -> str:
    """What rises and what falls, service by service."""
    up = [one for one in money.by_service if one.mean >= LEAST_GBP]
    down = [one for one in money.by_service if one.mean <= -LEAST_GBP]
    if not up or not down:
        return ""
    return f"Gross {_each(up)}; less {_each(down, signed=False)}.{_caveat(money)}"


def _each(changes: Sequence[Change], *, signed: bool = True) -> str:
    return ", ".join(
        f"{figure(one.mean if signed else abs(one.mean), 'GBP', signed=signed)} {spoken(one.name)}" for one in changes
    )


def _caveat(money: Money) -> str:
    """The running cost of freed beds falls only while nobody else lies in them."""
    running, freed, cash = money.running_cost, money.freed, money.cash
    if running is None or freed is None or cash is None or freed.rule != "shown" or running.mean > -LEAST_GBP:
        return ""
    without = figure(cash.mean - running.mean, "GBP", signed=True)
    return f" The {spoken(freed.service)}'s running cost falls only while its freed beds stay empty; without that, {without}."


def _who_pays(money: Money) -> str:
    said = [f"{payer_label(one.name)} {_pounds(one)}" for one in money.by_payer]
    text = "; ".join(said) + "."
    if money.scenario.costs.pools and money.by_contributor:
        text += (
            " With pooled funds by contributor: "
            + "; ".join(f"{payer_label(one.name)} {_pounds(one)}" for one in money.by_contributor)
            + "."
        )
    return text


def _capacity(money: Money) -> str:
    released, freed, avoided = money.released, money.freed, money.delayed_days_avoided
    assert released is not None
    place = spoken(freed.service) if freed else "hospital"
    beds, what = money.freed_beds_on_an_average_day, "bed days released"
    if released.mean < 0:  # what is taken is said as what it is, and not as less than nothing released
        released, beds, what = released.the_other_way, -beds, "bed days more are taken"
    text, span = change_and_interval(released.mean, released.low, released.high, "bed days")
    said = f"{text.removeprefix('+')} {place} {what} {money.per}" + (f" ({span})" if span else "")
    said += f", {figure(beds, '')} beds on an average day"
    if avoided:
        way = "fall" if avoided.mean >= 0 else "rise"
        said += f"; delayed days {way} by {figure(abs(avoided.mean), '')} (delayed days are part of bed days: never add the two)"
    return f"{said}. {_rule(money)}"


def _rule(money: Money) -> str:
    return RULES[money.freed.rule][:1].upper() + RULES[money.freed.rule][1:] + "." if money.freed else ""


def _value(money: Money) -> str:
    value, freed = money.value, money.freed
    assert value is not None
    price = f" at an average £{freed.average_gbp:,.0f} a bed day" if freed and freed.average_gbp else ""
    size, span = change_and_interval(value.mean, value.low, value.high, "GBP")
    return (
        f"{size.removeprefix('+')}{f' ({span})' if span else ''} {money.per}{price}. "
        "Notional: no money changes hands, and it is not added to the cash."
    )


def _break_even(money: Money) -> str:
    freed = money.freed
    assert freed is not None and money.break_even is not None
    text = (
        f"{money.break_even:g} {spoken(freed.service)} beds would have to be freed to pay for the places that open, at their "
        f"full average price of £{freed.average_gbp or 0:,.0f} a day"
    )
    if money.break_even_variable:
        text += f" ({money.break_even_variable:g} if only running costs fall)"
    freed_now = money.freed_beds_on_an_average_day
    return f"{text}; {figure(freed_now, '')} are freed." if freed_now >= 0 else f"{text}; none are freed."


def _per_day(money: Money) -> str:
    gross, net, days = money.gross_per_delayed_day, money.net_per_delayed_day, money.delayed_days_avoided
    if days and days.is_certain and days.mean < 0:
        return "no delayed day is avoided: there are more of them."
    if gross is None or net is None:
        return "these runs cannot tell whether delayed days are avoided, so no cost of one is given."
    return f"each delayed day avoided costs {_with_range(gross)} gross, {_with_range(net)} net."


def _with_range(found: tuple[float, float, float]) -> str:
    mean, low, high = found
    like = max(abs(mean), abs(high))
    ends = " to ".join(_signed(f"{abs(end):,.0f}", end) for end in (low, high))
    return f"{_signed(plain(abs(mean), 1000 if like else 0), mean)} ({ends})"


def _signed(pounds: str, amount: float) -> str:
    """The minus before the pound sign."""
    return f"{'-' if amount < 0 and pounds != '0' else ''}£{pounds}"
