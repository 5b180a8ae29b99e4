"""The latest or first event of each profile, what it is like, and what follows it."""

from __future__ import annotations

from collections.abc import Callable

import ibis
from ibis import ir

from franca.audience.frame import Frame
from franca.audience.functions import every
from franca.audience.tables import left_join, same_key
from franca.audience.tallies import chosen, counts
from franca.definitions import Follow, Pick, PickedEvent

RowsOf = Callable[[Follow], Frame]


def picked(rows: Frame, node: PickedEvent, rows_of: RowsOf) -> ir.Table:
    """Return profile and `holds`, for the profiles that have such an event."""
    events = _the_event(rows, node)
    names = []
    for name, follow in (("followed", node.followed_by), ("not_followed", node.not_followed_by)):
        if follow is not None:
            found = _followers(events.select("profile", "at"), rows_of(follow), follow)
            events = left_join(events, "profile", found.mutate(**{name: True}), "profile")
            names.append(name)
    follows = {name: events[name].fill_null(False) for name in names}
    holds = [events["passes"], *(flag if name == "followed" else ~flag for name, flag in follows.items())]
    return events.select("profile", holds=every(holds))


def _the_event(rows: Frame, node: PickedEvent) -> ir.Table:
    """Return profile, at (of the event) and whether it passes."""
    which = chosen(rows, node.where, node.window)
    flag, having = counts(rows, which), ibis.literal(True)
    if node.having is not None:
        having = rows.column(node.having) if node.having in rows.names else rows.holds(node.having)
    flagged = rows.table.select("profile", "at", "id", passes=having, counts=ibis.literal(True) if flag is None else flag)
    candidates = flagged.filter(flagged["counts"])
    best = candidates.group_by("profile").aggregate(at=candidates["at"].max() if node.pick is Pick.LATEST else candidates["at"].min())
    at_best = rows.functions.among(candidates, best, "profile", "at")
    ranked = at_best.mutate(smallest=at_best["id"].min().over(ibis.window(group_by="profile")))
    one = ranked.filter(ranked["smallest"].isnull() | (ranked["id"] == ranked["smallest"]).fill_null(False))
    return one.group_by("profile").aggregate(at=one["at"].max(), passes=one["passes"].any())


def _followers(events: ir.Table, rows: Frame, follow: Follow) -> ir.Table:
    """Return the profiles in which such an event follows."""
    flag = counts(rows, chosen(rows, follow.where, ()))
    later = (rows.table if flag is None else rows.table.filter(flag)).select(follower="profile", later="at")
    conditions = [same_key(events["profile"], later["follower"]), later["later"] > events["at"]]
    joined = events.inner_join(later, conditions)
    if follow.within is not None:
        joined = joined.filter(joined["later"] <= rows.moved(joined["at"], follow.within))
    return joined.select("profile").distinct()
