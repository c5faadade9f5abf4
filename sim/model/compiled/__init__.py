"""The compiled engine: the same people and rules in flat tables of numbers, compiled by Numba."""
