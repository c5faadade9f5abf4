"""Studies: questions that take many runs of a scenario, on the same people; a question in, a table and an answer out."""
