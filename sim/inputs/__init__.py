"""What the planner says: from a YAML file to a frozen Scenario."""
