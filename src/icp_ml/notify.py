"""Tell people what a scheduled run did, through Apprise."""
