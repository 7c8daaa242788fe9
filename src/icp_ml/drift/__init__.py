"""Say how a list differs from the first one that its model scored."""
