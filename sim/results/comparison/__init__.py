"""Replications put together and scenarios compared on the same people."""
