"""What happens to people: random numbers, the engines and the records that they write."""
