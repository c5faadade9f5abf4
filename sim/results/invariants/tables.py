"""Identities of the figures over the replications: where they can lie, and in how many replications they are defined.

What may be changed here: an identity is added freely; one is taken away by agreement.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from sim.results.comparison.compare import Summary, Table
from sim.results.invariants.broken import IdentityBroken
from sim.results.measures.catalogue import MEASURES, limits
from sim.results.window import Row

WITHIN_LIMITS = "shares lie from 0 to 1, people and days are not below 0, intervals included"
SAYS_IN_HOW_MANY = "a figure says in how many replications it is defined"

CHECKED = (WITHIN_LIMITS, SAYS_IN_HOW_MANY)


def check_figures(table: Table, estimates: Sequence[Summary], replications: Sequence[Sequence[Row]]) -> None:
    """Raise IdentityBroken at the first figure of a scenario that breaks one of them."""
    defined = Counter(row[:4] for rows in replications for row in rows)
    for values, row in zip(table.values, estimates, strict=True):
        where = f"{table.scenario}: {' '.join(row[1:5])}".rstrip()
        least, most = limits(row.measure, row.unit)
        known = values[~np.isnan(values)].tolist()
        ends = [end for end in (row.mean, row.low, row.high) if end is not None]
        if min(*known, *ends) < least or max(*known, *ends) > most:
            raise IdentityBroken(WITHIN_LIMITS, f"{where}: {min(*known, *ends)} to {max(*known, *ends)}")
        expected = len(replications) if MEASURES[row.measure].absent_is_zero else defined[row[1:5]]
        if row.replications != expected:
            raise IdentityBroken(SAYS_IN_HOW_MANY, f"{where}: {row.replications} against {expected}")
