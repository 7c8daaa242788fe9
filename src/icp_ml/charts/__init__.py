"""The one look of all charts: Altair specifications that become pictures, and parts of a page."""

from icp_ml.charts.drawing import data_of, pages_script, png, svg
from icp_ml.charts.theme import COLOURS, css_variables, themed

__all__ = ["COLOURS", "css_variables", "data_of", "pages_script", "png", "svg", "themed"]
