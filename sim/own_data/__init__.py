"""From the files that people have to a scenario: observed stays, today's census, published returns, plans.

Rows of real people are read here, counted, and forgotten: nothing of this package hands a row on to the store, to
run.json or to a report.
"""
