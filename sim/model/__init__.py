"""What happens to people: random numbers, the engines and the ledger that they write."""
