"""The report: one page of HTML to read and to print."""
