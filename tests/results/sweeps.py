"""Identities tested twice, by the plain version and with compiled sweeps, which must say the same."""

from collections.abc import Callable

from sim.inputs.scenario import Scenario
from sim.model.records import Ledger
from sim.results.invariants import checks


def verdict(check: Callable[[], None]) -> Exception | None:
    """What a check says of a ledger; that of a ledger without sense may stumble too."""
    try:
        check()
    except Exception as problem:  # noqa: BLE001 - whichever it is, both versions have to meet it
        return problem
    return None


def check(scenario: Scenario, ledger: Ledger) -> None:
    """Raise what an identity says that this ledger breaks, having seen that compiled sweeps lead to the same words."""
    plain = verdict(lambda: checks.check(scenario, ledger))
    fast = verdict(lambda: checks.check(scenario, ledger, is_fast=True))
    assert (type(fast), str(fast)) == (type(plain), str(plain))
    if plain is not None:
        raise plain
