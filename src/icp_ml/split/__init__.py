"""Hold out the newest label rows; nothing that the test part could know leaks into training."""

from icp_ml.split.origins import rolling_origins
from icp_ml.split.sides import Split, split_rows

__all__ = ["Split", "rolling_origins", "split_rows"]
