"""Search the settings of features and model for those that do best out of fold."""
