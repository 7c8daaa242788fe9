"""Fit, calibrate and keep the bagged boosters."""
