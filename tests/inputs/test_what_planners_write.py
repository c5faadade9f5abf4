"""Numbers, shares, money, dates and hours as planners write them, and what they become."""

from datetime import date
from decimal import Decimal

import pytest

from sim.inputs import values

UNDERSTOOD = [
    (lambda text: values.number(text, Decimal(0), Decimal(10_000)), "1,200", Decimal(1200)),
    (lambda text: values.number(text, Decimal(0), Decimal(10_000)), "0.5", Decimal("0.5")),
    (lambda text: values.number(text, Decimal(0), Decimal(10_000)), "5.0", Decimal(5)),
    (lambda text: values.whole(text, 0, 10_000), "5.0", 5),
    (lambda text: values.whole(text, 0, 10_000_000), "1,200,000", 1_200_000),
    (values.share, "85%", Decimal("0.85")),
    (values.share, "85 %", Decimal("0.85")),
    (values.share, "0.85", Decimal("0.85")),
    (values.share, "6.045%", Decimal("0.06045")),
    (values.share, "0", Decimal(0)),
    (values.share, "1.0", Decimal(1)),
    (lambda text: values.money(text, Decimal(10_000)), "£150", Decimal(150)),
    (lambda text: values.money(text, Decimal(10_000)), "£ 1,200.50", Decimal("1200.50")),
    (lambda text: values.money(text, Decimal(10_000)), "150", Decimal(150)),
    (lambda text: values.minutes_a_week(text, 1_000), "12.5", 750),
    (values.day, "2028-02-29", date(2028, 2, 29)),
    (values.seconds_of_day, "08:30", 30_600),
    (values.seconds_of_day, "8:30", 30_600),
    (values.seconds_of_day, "24:00", 86_400),
    (values.price_year, "2025-26", "2025-26"),
    (values.price_year, "1999-00", "1999-00"),
    (values.after_step, "after hub_assessment", "hub_assessment"),
    (lambda text: values.label(text, 80), "Cedarwood’s  29 beds", "Cedarwood’s 29 beds"),
]


@pytest.mark.parametrize(("read", "text", "value"), UNDERSTOOD)
def test_it_is_understood(read: object, text: str, value: object) -> None:
    assert callable(read)
    assert read(text) == value


REFUSED = [
    "1,20", "12,00", "1,2000", ",200", "1.200,50", "1e3", "0x10", "0b1", "1_000", "010", "00", "+5", "٣", "½", "1/2",
    "--1", "1..2", "", " ", "nan", ".inf", "-inf", "~", "1 000", "1,200.", "9" * 30,
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_it_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is "):
        values.number(text, Decimal(0), Decimal(10**20))


@pytest.mark.parametrize("text", ["40", "1", "101%", "-1%", "1.1", "%", "4O%", "40%%", "1,00%"])
def test_it_is_no_share(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is "):
        values.share(text)


def test_a_bare_one_is_all_where_shares_are_summed() -> None:
    assert values.share("1", one_is_all=True) == 1


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "a\x07", "a\u202eb", "x" * 81])
def test_it_is_no_label(text: str) -> None:
    with pytest.raises(ValueError, match=r"begins with|control characters|characters long"):
        values.label(text, 80)


@pytest.mark.parametrize("text", ["2 beds", "_x", "1st", "a.b", "a b", "é", "x" * 61, "", "a\n", "all!", "-x"])
def test_it_is_no_name(text: str) -> None:
    with pytest.raises(ValueError, match="a name begins with a letter"):
        values.name(text)
