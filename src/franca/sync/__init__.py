"""Membership and marker deltas: what keeps a destination as fresh as the last sync, and what shows whether it is."""

from franca.sync.delta import Audience, members, winners
from franca.sync.erase import Erasure, erase, forgotten_stores, insist_on_erasing, normalised
from franca.sync.ledger import Ledger
from franca.sync.reading import reading_time
from franca.sync.reasons import Crowd
from franca.sync.reconcile import reconcile
from franca.sync.reconciled import Compared, Reason, Reconciled
from franca.sync.report import Held, Synced
from franca.sync.sync import sync

__all__ = [
    "Audience",
    "Compared",
    "Crowd",
    "Erasure",
    "Held",
    "Ledger",
    "Reason",
    "Reconciled",
    "Synced",
    "erase",
    "forgotten_stores",
    "insist_on_erasing",
    "members",
    "normalised",
    "reading_time",
    "reconcile",
    "sync",
    "winners",
]
