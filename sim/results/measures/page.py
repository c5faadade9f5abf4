"""Every measure as a page for people: `docs/measures.md`, made from the table `sim/results/measures.csv`.

Refresh it: python3 -m sim.results.measures.page > docs/measures.md
"""

from sim.results.measure_table import HIGHER, LOWER, Measure, measures

TOP = """# Measures

Every measure that a run counts, in the order of the result files, made from the table `sim/results/measures.csv`; change it there. All are counted
inside the measured window, from the records of waits, stays and steps. A stay or wait that is still going on counts up to its end.
*Better* says which direction is good, where one is. *Missing* says what no row means: 0, or that there was nobody to take the figure over.

What counts people is split by each trait (`by` is the trait, `item` its level) and, where there are several groups, by `group`: who waits
longer? A person has one level at any time, so the rows of a measure whose *missing* is 0 add up to its total exactly; averages,
shares and percentiles are those of the people of each level and do not add up. *Split* says under which level a person counts, as a stay
may change it: the one with which they *came*; the one held while *waiting*; that of a stay, *found* until ready or *after* from ready on, at
discharge and in death, and of people who are followed for years the one with which they first became ready. The item `else` is everybody whose group does not have the trait. Parts that count nobody have no row. Not split:
places, teams, delay by its reasons, lengths of delay in bands, and money. An open place or a budget line belongs to nobody, and a price rounded to the
penny for each group would not add up to the bill.

Where a scenario has several hospitals (services of kind acute), the rows of `all_hospitals` stand beside those of each: counts and stocks are the sum of the
hospitals, lists of nothing but hospitals included; shares, averages, percentiles and occupancy are over the people and beds of all of them together. Money
has its total under `all`.

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
