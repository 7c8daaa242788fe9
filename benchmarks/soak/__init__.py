"""The soak: a year of nights on the demo's data, in minutes."""
