"""What happens to people: the book of luck, the engines and the ledger that they write."""
