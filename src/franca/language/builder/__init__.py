"""The Python front end: says what YAML says, with the same nodes (language.md section 3).

    event("order").where(prop("sku") == "X").last("30 days").count() >= 5

A half-built thing (`event("order")`, `.count()`) is not a predicate yet: used as one it raises TypeError and says what was meant.
"""

from franca.language.builder.events import event, rank, together
from franca.language.builder.patterns import first, latest, regular, sequence, step, without
from franca.language.builder.predicates import (
    all_of,
    any_of,
    at_least,
    consent,
    everyone,
    mailable,
    member_of,
    native,
    near,
    none_of,
    sample,
    segment,
)
from franca.language.builder.times import when
from franca.language.builder.values import attribute, day_of_month, hour, month, prop, weekday

__all__ = [
    "all_of",
    "any_of",
    "at_least",
    "attribute",
    "consent",
    "day_of_month",
    "event",
    "everyone",
    "first",
    "hour",
    "latest",
    "mailable",
    "member_of",
    "month",
    "native",
    "near",
    "none_of",
    "prop",
    "rank",
    "regular",
    "sample",
    "segment",
    "sequence",
    "step",
    "together",
    "weekday",
    "when",
    "without",
]
