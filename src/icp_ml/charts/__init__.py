"""The one look of all charts: Altair specifications that become pictures, and parts of a page."""

from icp_ml.charts.drawing import pages_script, png, specification, svg
from icp_ml.charts.theme import COLOURS, css_variables, themed

__all__ = ["COLOURS", "css_variables", "pages_script", "png", "specification", "svg", "themed"]
