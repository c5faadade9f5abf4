"""Does every row of the records keep the invariants of `records.py`? One sweep over the tables, for a compiler.

The answer is yes, or *ask*: whatever is out of the ordinary, a row number that does not exist included, is left to the plain version
in `records.py`, which says what is wrong, if anything is. What is asked here may be stricter than there, never less strict.

What may be changed here: together with `records.py`; tests run both on every planted fault.
"""

# mypy: disable-error-code="no-any-return"
# What is read from a table is Any to mypy; Numba checks it.

from sim.machine_code import Column, Passes
from sim.model.records import NEVER, NONE
from sim.results.invariants import stay_rows, step_rows, wait_rows
from sim.results.invariants.record_tables import Records, Rules, Scratch, Waits, tables
from sim.results.invariants.stay_rows import stays_hold
from sim.results.invariants.step_rows import places_hold, steps_hold
from sim.results.invariants.wait_rows import everybody_is_somewhere, moves_hold, waits_hold
from sim.results.window import Window

# -- for the compiler ---------------------------------------------------------------------------------------------------


def records_hold(records: Records, rules: Rules, scratch: Scratch) -> bool:
    """Whether no row breaks an invariant."""
    return (
        stays_hold(records, rules, scratch)
        and waits_hold(records, rules, scratch)
        and moves_hold(records, rules, scratch)
        and everybody_is_somewhere(records.people, rules, scratch)
        and steps_hold(records, rules)
        and places_hold(records.places)
    )


def first_waits_hold(waits: Waits, since: Column, until: int) -> bool:
    """Whether everybody's first wait begins when they first wait (NONE: not asked), or they have none and that is after the run.

    Waits are in order of person, and the first of each comes first: `records_hold` has seen that.
    """
    wait = 0
    for person in range(len(since)):
        while wait < len(waits.person) and waits.person[wait] < person:
            wait += 1
        has_waited = wait < len(waits.person) and waits.person[wait] == person
        joined = waits.joined[wait] if has_waited else NEVER
        if since[person] != NONE and joined != since[person] and (has_waited or since[person] < until):
            return False
    return True


PASSES = Passes(
    __file__, records_hold, first_waits_hold, helpers=(*stay_rows.HELPERS, *wait_rows.HELPERS, *step_rows.HELPERS)
)


# -- and what is handed to it -------------------------------------------------------------------------------------------


def surely_hold(window: Window) -> bool:
    """Whether compiled code is at hand and says that no row breaks an invariant."""
    passes = PASSES.loaded() if window.is_fast else None
    return passes is not None and bool(passes.records_hold(*tables(window)))


def surely_wait_then(window: Window, since: Column) -> bool:
    """Whether compiled code is at hand and says that everybody's first wait begins then; of records whose rows hold."""
    passes, waits = PASSES.loaded() if window.is_fast else None, window.ledger.waits
    if passes is None:
        return False
    columns = Waits(*(waits[name] for name in Waits._fields))
    return bool(passes.first_waits_hold(columns, since, window.ledger.until))
