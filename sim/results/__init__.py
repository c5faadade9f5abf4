"""What it meant: ledger in, tidy tables, charts and reports out."""
