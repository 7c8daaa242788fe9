"""Read the user's files and databases as our tables, and publish results."""
