"""From scenarios to a folder of results: replications, where they run, what they found, what is written."""
