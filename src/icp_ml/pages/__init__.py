"""Self-contained HTML pages: one skeleton, one style, every value escaped."""

from icp_ml.pages.rendering import figure, render

__all__ = ["figure", "render"]
