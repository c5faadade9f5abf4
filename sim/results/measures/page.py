"""Every measure as a page for people: `docs/measures.md`, made from the table `sim/results/measures.csv`.

Refresh it: python3 -m sim.results.measures.page > docs/measures.md
"""

from sim.results.measure_table import HIGHER, LOWER, Measure, measures

TOP = """# Measures

Every measure that a run counts, in the order of the result files, made from the table `sim/results/measures.csv`; change it there. All are counted
inside the measured window, from the records of waits, stays and steps. A stay or wait that is still going on counts up to its end.
*Better* says which direction is good, where one is. *Missing* says what no row means: 0, or that there was nobody to take the figure over.

| measure | unit | better | missing | definition | source |
|---|---|---|---|---|---|
"""


def measures_page() -> str:
    """The page as Markdown."""
    return TOP + "".join(_row(measure) for measure in measures().values())


def _row(measure: Measure) -> str:
    better = measure.better if measure.better in (LOWER, HIGHER) else ""
    missing = "0" if measure.absent_is_zero else "nobody"
    cells = (f"`{measure.name}`", measure.unit, better, missing, measure.definition, measure.source)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    print(measures_page(), end="")
