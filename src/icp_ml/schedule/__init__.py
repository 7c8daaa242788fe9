"""Write the files by which cron or systemd begins the scheduled run, install them and take them away."""

from icp_ml.schedule.crontab import install_block, remove_block
from icp_ml.schedule.files import Job, cron_block, timer_text, unit_names, unit_text
from icp_ml.schedule.systemd import install_units, remove_units
from icp_ml.schedule.tools import is_installed, unit_folder

__all__ = [
    "Job",
    "cron_block",
    "install_block",
    "install_units",
    "is_installed",
    "remove_block",
    "remove_units",
    "timer_text",
    "unit_folder",
    "unit_names",
    "unit_text",
]
