"""A simulator of discharge and reablement bed flow: hospital, reablement units and pathways home."""
