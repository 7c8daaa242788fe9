"""Plan and read an experiment that leaves a random share of the accounts alone."""
