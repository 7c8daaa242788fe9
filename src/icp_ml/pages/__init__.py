"""Self-contained HTML pages: one skeleton, one style, every value escaped."""

from icp_ml.pages.rendering import browse_page, figure, render

__all__ = ["browse_page", "figure", "render"]
