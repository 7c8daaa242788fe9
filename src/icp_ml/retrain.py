"""Say whether the figures ask for a new training."""
