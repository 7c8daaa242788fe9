"""Runs, registered models and exports."""
