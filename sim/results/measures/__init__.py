"""Everything that is counted from the records of one replication, one subject a file."""
