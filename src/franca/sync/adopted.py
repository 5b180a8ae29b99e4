"""What sync has to write into a list, tag or group that others fill too: whoever it did not put in stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from franca.sync.account import Account
from franca.sync.delta import Delta, Target, from_ledger, from_reading
from franca.sync.ledger import Ledger

THEIRS = "\x01"
"""In the ledger, in place of a value: somebody who is wanted, and was there before sync. No marker has this value."""


def beside_others(target: Target, account: Account, ledger: Ledger, *, full: bool) -> Delta:
    """Return what is to be written into an adopted resource.

    Whoever comes may have been put in by others meanwhile, which nothing but a reading tells; then sync takes them out never again.
    """
    held = ledger.held(target.entry)
    if held is not None and not full:
        delta = _from_ledger(target, held, account, ledger)
        if not delta.put:
            return delta
    return _from_reading(target, held or {}, account, ledger)


def _from_ledger(target: Target, held: Mapping[str, str], account: Account, ledger: Ledger) -> Delta:
    own = {known: value for known, value in held.items() if value != THEIRS}
    theirs, wanted = held.keys() - own.keys(), {ledger.hash(email) for email in target.wanted}
    delta = from_ledger(target, own, ledger, account.audience.universe, lambda: account.around(target, len(own)))
    put = {email: value for email, value in delta.put.items() if ledger.hash(email) not in theirs}
    return replace(delta, before=len(held), put=put, new=delta.new & put.keys(), vanished=delta.vanished | (theirs - wanted))


def _from_reading(target: Target, held: Mapping[str, str], account: Account, ledger: Ledger) -> Delta:
    own = {known for known, value in held.items() if value != THEIRS}
    delta = from_reading(target, account.read(target), account.audience.universe, own, ledger)
    there = delta.read or {}
    mine = {email for email in there if ledger.hash(email) in own}
    noted = {email: "" if email in mine else THEIRS for email in there if email in mine or email in target.wanted}
    before = len(noted) if held else 0  # of a first sync nothing is ours to guard
    return replace(delta, before=before, take=delta.take & mine, foreign=0, staying=delta.foreign, read=noted)
