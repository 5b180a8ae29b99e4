"""Membership and marker deltas: what keeps a destination as fresh as the last sync."""

from franca.sync.delta import Audience, members, winners
from franca.sync.ledger import Ledger
from franca.sync.report import Held, Synced
from franca.sync.sync import sync

__all__ = ["Audience", "Held", "Ledger", "Synced", "members", "sync", "winners"]
