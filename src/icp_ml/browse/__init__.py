"""A page to look through scored prospects."""
