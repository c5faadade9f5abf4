"""Fitting: settings of a scenario moved until it shows its targets, and how well these pin them down.

docs/decisions/fitting.md says why it is done so.
"""
