"""Turn firmographics into one numeric matrix."""
