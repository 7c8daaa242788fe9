"""The configuration, as a command composes it."""

from __future__ import annotations

from icp_ml.config import CONF, Run, checked


def composed(*overrides: str) -> Run:
    """Compose and check it."""
    import hydra

    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        return checked(hydra.compose("config", list(overrides)))
