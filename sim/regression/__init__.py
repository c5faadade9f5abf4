"""Recorded results: run scenarios again and say what moved."""
