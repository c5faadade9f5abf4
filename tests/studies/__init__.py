"""Studies: questions that take many scenarios."""
