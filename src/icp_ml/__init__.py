"""Find the prospects that will become a B2B company's best customers."""
