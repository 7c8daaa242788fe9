"""Tell people what a scheduled run did, through Apprise."""

from icp_ml.notify.hiding import HIDDEN, overrides_without_addresses, without_addresses
from icp_ml.notify.message import Facts, Message, Mover, message_of
from icp_ml.notify.sending import addresses, check_addresses, send

__all__ = [
    "HIDDEN",
    "Facts",
    "Message",
    "Mover",
    "addresses",
    "check_addresses",
    "message_of",
    "overrides_without_addresses",
    "send",
    "without_addresses",
]
