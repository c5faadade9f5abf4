"""A figure that some replications lack says in how many it is defined, on the screen, in the report and in the workbook."""

from dataclasses import replace

from sim.results.comparison.compare import differences, gather, summarise
from sim.results.comparison.findings import Findings
from sim.results.measures.order import canonical
from sim.results.window import Row
from sim.results.words.headline import headline, headline_rows
from tests.results.tiny import Town, hospital

BASE = replace(Town(hospital(), id="base").scenario, replications=3)
MORE = replace(Town(hospital(), id="more").scenario, replications=3)
PLACE = canonical(BASE, MORE)


def findings(before: list[float | None], after: list[float | None]) -> Findings:
    """The share delayed over three replications of two scenarios; None where nobody left."""
    tables = [
        gather(
            name,
            PLACE,
            [[] if value is None else [Row("hospital", "delayed_share", "", "", value), QUEUE] for value in values],
        )
        for name, values in (("base", before), ("more", after))
    ]
    estimates = [row for table in tables for row in summarise(table)]
    return Findings((BASE, MORE), True, estimates, differences(*tables, PLACE), {}, {})


QUEUE = Row("hospital", "queue_mean", "", "", 1.0)


def test_a_share_defined_in_two_of_three_says_so_and_a_queue_that_nobody_is_in_is_a_figure() -> None:
    found = findings([0.5, 0.5, None], [0.5, 0.25, None])
    labels = [line.label + line.note for line in headline(found, MORE)]
    assert labels == [
        "people waiting for hospital",
        "share who left hospital after the day they were ready (in 2 of 3 replications)",
    ]
    assert [row[0] for row in headline_rows(found, MORE)] == labels


def test_a_difference_is_of_the_pairs_in_which_both_are_defined() -> None:
    found = findings([0.5, 0.5, None], [None, 0.25, 0.75])
    (line,) = [line for line in headline(found, MORE) if "ready" in line.label]
    assert line.note.endswith("(in 1 of 3 replications)")
    assert (line.difference, line.interval) == ("-25.0 points", "")


def test_a_share_defined_in_all_says_nothing() -> None:
    assert not any(line.note for line in headline(findings([0.5] * 3, [0.5] * 3), MORE))
