"""What can be told from a scenario before it runs: demand, dates, overridden values; and queues that grow."""
