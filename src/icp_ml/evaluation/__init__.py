"""Judge candidates on the test set: figures with intervals, baselines, gates, plots and the report."""
