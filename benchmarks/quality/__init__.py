"""Prediction quality against the tools that a user would pick instead, on public data."""
