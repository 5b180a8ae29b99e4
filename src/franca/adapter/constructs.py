"""What a template may hold, each with a tiny template. A dialect declares every one of them; tests try each in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from franca.adapter.capabilities import Level, Support

_END = "{{ unsubscribe_url }} {{ company_address }}"


class Construct(StrEnum):
    """One thing that a template may hold."""

    TEXT = "a text"
    REQUIRED = "a text that everybody has"
    ATTRIBUTE = "a text in an attribute"
    ADDRESS = "a text in an address"
    SUBJECT = "a text in the subject"
    PREVIEW_TEXT = "a text in the preview text"
    WHOLE_NUMBER = "a whole number"
    DECIMAL = "a decimal"
    DAY = "a day"
    INSTANT = "an instant"
    UPPER = "filter upper"
    LOWER = "filter lower"
    TITLE = "filter title"
    CAPITALIZE = "filter capitalize"
    TRIM = "filter trim"
    TRUNCATE = "filter truncate"
    REPLACE = "filter replace"
    NUMBER = "filter number"
    MONEY = "filter money"
    DATE = "filter date"
    URLENCODE = "filter urlencode"
    JOIN = "filter join"
    LENGTH = "filter length"
    EQUALS = "a text equals"
    EQUALS_NOT = "a text does not equal"
    ANY_OF = "in a list of texts"
    PART_OF_TEXT = "a text holds another"
    NUMBER_EQUALS = "a number equals"
    AT_LEAST = "a number is at least"
    BELOW = "a number is below"
    BEFORE = "a day is before"
    TRUE = "true or false"
    THERE = "is defined, of a text"
    NUMBER_THERE = "is defined, of a number"
    LIST_HOLDS = "a list holds"
    LOGIC = "and, or, not"
    IN_SEGMENT = "in_segment"
    PRIMARY = "primary"
    ELIF = "elif and else"
    NESTED = "an if within an if"
    DEEP = "three ifs within each other"
    CONDITION_IN_SUBJECT = "a condition in the subject"
    CONDITION_IN_PREVIEW_TEXT = "a condition in the preview text"
    LOOP = "a loop over a person's list"
    LOOPS = "a loop within a loop"
    FEED = "a loop over a feed"
    FEED_CONDITION = "a condition on a feed's field"
    FEED_IN_ADDRESS = "a feed's field within an address"
    COUPON = "a coupon"
    PREFERENCES = "preferences_url"
    VIEW_IN_BROWSER = "view_in_browser_url"
    CURRENT_YEAR = "current_year"
    NATIVE = "a native block"
    LIKE_A_TAG = "text that looks like a tag, in HTML"
    LIKE_A_TAG_IN_TEXT = "text that looks like a tag, in plain text"


@dataclass(frozen=True, kw_only=True)
class Example:
    """A tiny template."""

    body: str = "<p>x</p>"
    subject: str = "x"
    preview_text: str = "x"
    text: str = f"x {_END}"


def _html(inside: str) -> Example:
    return Example(body=f"<p>{inside}</p>")


def _if(condition: str) -> Example:
    return _html(f"{{% if {condition} %}}x{{% endif %}}")


_TAGS = "{% raw %}{{ x }} {% x %} *|X|*{% endraw %}"
_HALLO = '{% if profile.country == "DE" %}Hallo{% else %}Hello{% endif %}'

EXAMPLES: Mapping[Construct, Example] = {
    Construct.TEXT: _html('{{ profile.first_name | default("you") }}'),
    Construct.REQUIRED: _html("{{ profile.city }}"),
    Construct.ATTRIBUTE: Example(
        body='<img alt="{{ profile.first_name | default("you") }}" width="1" src="https://shop.example/a.png">',
    ),
    Construct.ADDRESS: _html('<a href="https://shop.example/?q={{ profile.country | default("DE") }}">x</a>'),
    Construct.SUBJECT: Example(subject='Hi {{ profile.first_name | default("you") }}'),
    Construct.PREVIEW_TEXT: Example(preview_text='Hi {{ profile.first_name | default("you") }}'),
    Construct.WHOLE_NUMBER: _html("{{ profile.points | default(0) }}"),
    Construct.DECIMAL: _html('{{ profile.spent | default("-") }}'),
    Construct.DAY: _html('{{ profile.birthday | default("-") }}'),
    Construct.INSTANT: _html('{{ profile.seen | default("-") }}'),
    Construct.UPPER: _html('{{ profile.first_name | upper | default("-") }}'),
    Construct.LOWER: _html('{{ profile.first_name | lower | default("-") }}'),
    Construct.TITLE: _html('{{ profile.first_name | title | default("-") }}'),
    Construct.CAPITALIZE: _html('{{ profile.first_name | capitalize | default("-") }}'),
    Construct.TRIM: _html('{{ profile.first_name | trim | default("-") }}'),
    Construct.TRUNCATE: _html('{{ profile.first_name | truncate(9) | default("-") }}'),
    Construct.REPLACE: _html('{{ profile.first_name | replace("a", "b") | default("-") }}'),
    Construct.NUMBER: _html('{{ profile.points | number(0) | default("-") }}'),
    Construct.MONEY: _html('{{ profile.spent | money("EUR") | default("-") }}'),
    Construct.DATE: _html('{{ profile.birthday | date("%d.%m.") | default("-") }}'),
    Construct.URLENCODE: _html('{{ profile.first_name | urlencode | default("-") }}'),
    Construct.JOIN: _html('{{ profile.tags | join(", ") | default("-") }}'),
    Construct.LENGTH: _html('{{ profile.tags | length | default("-") }}'),
    Construct.EQUALS: _if('profile.country == "DE"'),
    Construct.EQUALS_NOT: _if('profile.country != "DE"'),
    Construct.ANY_OF: _if('profile.country in ["DE", "AT"]'),
    Construct.PART_OF_TEXT: _if('"A" in profile.country'),
    Construct.NUMBER_EQUALS: _if("profile.points == 5"),
    Construct.AT_LEAST: _if("profile.points >= 5"),
    Construct.BELOW: _if("profile.points < 5"),
    Construct.BEFORE: _if('profile.birthday < "2000-01-01"'),
    Construct.TRUE: _if("profile.member"),
    Construct.THERE: _if("profile.first_name is defined"),
    Construct.NUMBER_THERE: _if("profile.points is defined"),
    Construct.LIST_HOLDS: _if('"a" in profile.tags'),
    Construct.LOGIC: _if('(profile.country == "DE" or profile.points >= 5) and not profile.first_name == "Bob"'),
    Construct.IN_SEGMENT: _if('in_segment("vip")'),
    Construct.PRIMARY: _if('primary("lifecycle") == "vip"'),
    Construct.ELIF: _html('{% if profile.country == "DE" %}a{% elif profile.country == "AT" %}b{% else %}c{% endif %}'),
    Construct.NESTED: _html('{% if profile.country == "DE" %}a{% if profile.city == "Rom" %}b{% endif %}{% endif %}'),
    Construct.DEEP: _html(
        '{% if profile.country == "DE" %}{% if profile.city == "Rom" %}{% if profile.first_name == "Ann" %}a'
        "{% endif %}{% endif %}{% endif %}"
    ),
    Construct.CONDITION_IN_SUBJECT: Example(subject=_HALLO),
    Construct.CONDITION_IN_PREVIEW_TEXT: Example(preview_text=_HALLO),
    Construct.LOOP: _html("{% for tag in profile.tags %}<i>{{ tag }}</i>{% endfor %}"),
    Construct.LOOPS: _html("{% for tag in profile.tags %}{% for other in profile.tags %}{{ tag }}{{ other }} {% endfor %}{% endfor %}"),
    Construct.FEED: _html('{% for item in feed("new") %}{{ item.title }} {% endfor %}'),
    Construct.FEED_CONDITION: _html('{% for item in feed("new") %}{% if item.title == "Scarf" %}a{% endif %}{% endfor %}'),
    Construct.FEED_IN_ADDRESS: _html('{% for item in feed("new") %}<a href="https://shop.example/?q={{ item.title }}">x</a>{% endfor %}'),
    Construct.COUPON: _html('{{ coupon("SPRING") }}'),
    Construct.PREFERENCES: _html('<a href="{{ preferences_url }}">x</a>'),
    Construct.VIEW_IN_BROWSER: _html('<a href="{{ view_in_browser_url }}">x</a>'),
    Construct.CURRENT_YEAR: _html("{{ current_year }}"),
    Construct.NATIVE: _html('{% native "another" %}{{ x }}{% endnative %}'),
    Construct.LIKE_A_TAG: _html(_TAGS),
    Construct.LIKE_A_TAG_IN_TEXT: Example(text=f"{_TAGS} {_END}"),
}

IN_HTML = f"<p>{_END}</p>"
"""What every example ends with, since every email must have it."""


def by_field(why: str, source: str = "") -> Support:
    """Return the declaration that a computed field does it: Franca writes, the template reads."""
    return Support(Level.PARTIAL, why, source)


def refused(why: str, source: str = "") -> Support:
    """Return the declaration that it is refused, with the finding's own words."""
    return Support(Level.NO, why, source)
