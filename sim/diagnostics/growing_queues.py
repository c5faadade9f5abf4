"""Does a queue still grow at the end of a run? Then its averages depend on when counting stopped.

What may be changed here: freely; nothing here touches a simulated number.
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.results.words.labels import spoken

GROWTH_OF_QUEUE = 0.2  # the last quarter's mean queue must be so much above the first half's ...
FEWEST_PEOPLE = 2.0  # ... and by so many people
STANDARD_ERRORS = 4.0  # ... and not by chance
FEWEST_DAYS = 28  # shorter windows say nothing about growth


def growing_queues(waiting: Mapping[str, NDArray[np.float64]]) -> list[str]:
    """A sentence for each queue (replications x days of the window) that still grows at its end."""
    found = []
    for service, days in waiting.items():
        if days.shape[1] < FEWEST_DAYS:
            continue
        before = days[:, : days.shape[1] // 2].mean(axis=1)
        after = days[:, -(days.shape[1] // 4) :].mean(axis=1)
        if _has_grown(before, after):
            found.append(
                f"{spoken(service)}: its queue was still growing at the end, from {before.mean():.0f} waiting "
                f"on average in the first half of the measured days to {after.mean():.0f} in the last "
                "quarter; "
                "every figure depends on when counting stops"
            )
    return found


def _has_grown(before: NDArray[np.float64], after: NDArray[np.float64]) -> bool:
    growth = after - before
    mean = float(growth.mean())
    if mean < FEWEST_PEOPLE or mean < GROWTH_OF_QUEUE * float(before.mean()):
        return False
    if len(growth) < 3:
        return mean > float(before.mean()) * 0.5  # too few replications to tell growth from chance by anything but size
    return mean > STANDARD_ERRORS * float(growth.std(ddof=1)) / math.sqrt(len(growth))
