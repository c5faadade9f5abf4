"""Every measure as a page for people: `docs/measures.md`, made from the table `sim/results/measures.csv`.

Refresh it: python3 -m sim.results.measures.page > docs/measures.md
"""

from sim.results.measure_table import HIGHER, LOWER, Measure, measures

TOP = """# Measures

This page lists every measure that a run counts, in the order of the result files. It is made from the table
`sim/results/measures.csv`; change it there. All measures are counted inside the measured window, from the records of
waits, stays and steps. A stay or wait that is still going on counts up to the end of the window. *Better* is the good
direction, if there is one. *Missing* is the meaning of a missing row: 0, or *nobody* if nobody was there to average
over. That holds in `replications.csv` too. If *missing* is 0, a mean is the sum of the rows divided by the number of
replications, not by the number of rows; if it is *nobody*, by the number of rows.

Measures that count people are split by each trait (`by` is the trait, `item` its level) and, if there are several
groups, by `group`: who waits longer? A person has one level at any time. So the rows of a measure whose *missing* is 0
add up to its total exactly. Averages, shares and percentiles are those of the people of each level and do not add up.

A stay may change a person's level. *Split* shows the level under which a person counts: the level with which they
*came*; the level held while *waiting*; or that of a stay, *found* until ready or *after* from ready on, at discharge
and in death. People who are followed for years count under the level with which they first became ready. The item
`else` is everybody whose group does not have the trait. Parts that count nobody have no row. Places, teams, delay by
its reasons, lengths of delay in bands, and money are not split. An open place or a budget line belongs to nobody, and
a price rounded to the penny for each group would not add up to the bill.

If a scenario has several hospitals (services of kind acute), it has rows of `all_hospitals` beside those of each.
Counts and stocks are the sum of the hospitals, including lists of nothing but hospitals. Shares, averages, percentiles
and occupancy are over the people and beds of all of them together. Money has its total under `all`.

| measure | unit | better | missing | split | definition | source |
|---|---|---|---|---|---|---|
"""


def measures_page() -> str:
    """The page as Markdown."""
    return TOP + "".join(_row(measure) for measure in measures().values())


def _row(measure: Measure) -> str:
    better = measure.better if measure.better in (LOWER, HIGHER) else ""
    missing = "0" if measure.absent_is_zero else "nobody"
    cells = (f"`{measure.name}`", measure.unit, better, missing, measure.split, measure.definition, measure.source)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    print(measures_page(), end="")
