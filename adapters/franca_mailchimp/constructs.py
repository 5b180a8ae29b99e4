"""What merge tags can say, declared; everything is tried in both directions."""

from __future__ import annotations

from collections.abc import Mapping

from franca.adapter import YES, Support
from franca.adapter.constructs import Construct, by_field, refused

_CONDITIONS = "https://mailchimp.com/help/use-conditional-merge-tag-blocks/"

_ENCODED = by_field("a value in an address is percent-encoded, with its default")
_HEADER = by_field("whether a subject or preview text takes conditions is disputed", _CONDITIONS)
_PRINTED = by_field("a field of its type prints it in another way")
_FILTER = by_field("no filter is documented with the same result, and with a default")
_TEST = by_field("IF asks one field for one text", _CONDITIONS)
_DEEP = by_field("more than two levels are not promised: then each text has one test, of all conditions that lead to it", _CONDITIONS)
_NO_LOOP = refused("Mailchimp has no loop over a list")
_NO_FEED = refused("Mailchimp has no loop over a feed")

CONSTRUCTS: Mapping[Construct, Support] = {
    Construct.TEXT: YES,
    Construct.REQUIRED: YES,
    Construct.ATTRIBUTE: YES,
    Construct.ADDRESS: _ENCODED,
    Construct.SUBJECT: _HEADER,
    Construct.PREVIEW_TEXT: _HEADER,
    Construct.WHOLE_NUMBER: _PRINTED,
    Construct.DECIMAL: _PRINTED,
    Construct.DAY: _PRINTED,
    Construct.INSTANT: _PRINTED,
    Construct.UPPER: _FILTER,
    Construct.LOWER: _FILTER,
    Construct.TITLE: _FILTER,
    Construct.CAPITALIZE: _FILTER,
    Construct.TRIM: _FILTER,
    Construct.TRUNCATE: _FILTER,
    Construct.REPLACE: _FILTER,
    Construct.NUMBER: _FILTER,
    Construct.MONEY: _FILTER,
    Construct.DATE: _FILTER,
    Construct.URLENCODE: _FILTER,
    Construct.JOIN: _FILTER,
    Construct.LENGTH: _FILTER,
    Construct.EQUALS: YES,
    Construct.EQUALS_NOT: YES,
    Construct.ANY_OF: YES,
    Construct.PART_OF_TEXT: _TEST,
    Construct.NUMBER_EQUALS: _TEST,
    Construct.AT_LEAST: _TEST,
    Construct.BELOW: _TEST,
    Construct.BEFORE: _TEST,
    Construct.TRUE: _TEST,
    Construct.THERE: YES,
    Construct.NUMBER_THERE: _TEST,
    Construct.LIST_HOLDS: _TEST,
    Construct.LOGIC: _TEST,
    Construct.IN_SEGMENT: _TEST,
    Construct.PRIMARY: _TEST,
    Construct.ELIF: YES,
    Construct.NESTED: YES,
    Construct.DEEP: _DEEP,
    Construct.CONDITION_IN_SUBJECT: _HEADER,
    Construct.CONDITION_IN_PREVIEW_TEXT: _HEADER,
    Construct.LOOP: _NO_LOOP,
    Construct.LOOPS: _NO_LOOP,
    Construct.FEED: _NO_FEED,
    Construct.FEED_CONDITION: _NO_FEED,
    Construct.FEED_IN_ADDRESS: _NO_FEED,
    Construct.COUPON: refused("Mailchimp's promo codes go by the ids of a store, not by a name"),
    Construct.PREFERENCES: YES,
    Construct.VIEW_IN_BROWSER: YES,
    Construct.CURRENT_YEAR: YES,
    Construct.NATIVE: YES,
    Construct.LIKE_A_TAG: YES,
    Construct.LIKE_A_TAG_IN_TEXT: refused("Mailchimp has no way to write *| in a plain text"),
}
