"""The compiled forest against what a data scientist would use in its place."""
