"""The desk: a local page where a planner moves a bed and watches what it does, on the same people.

`session.py` says what may be moved, runs and compares it, `page.py` shows it, `server.py` serves the page.
"""
