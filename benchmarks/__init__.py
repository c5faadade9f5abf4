"""How fast is it, beside what: the same model by several programs, side by side. `python3 benchmarks/run.py --help`."""
