"""The ideal customer profile: who the best customers are, in words that a person acts on."""
