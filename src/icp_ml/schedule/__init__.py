"""Write the files by which cron or systemd begins the scheduled run."""
