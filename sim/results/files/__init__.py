"""Result files: CSV, JSON, the workbook, and the tables of people."""
