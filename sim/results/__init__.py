"""What it meant: records in, tidy tables, charts and reports out."""
