"""Klaviyo's templates, run by Django's own engine (help article 115005258768 links the documentation of Django 4.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

# Documented as verified by render (sheet 3.3); load, include, extends and assign are refused there.
TAGS = (
    *("if", "for", "with", "comment", "verbatim", "spaceless", "autoescape", "firstof", "cycle"),
    *("ifchanged", "widthratio", "templatetag", "now"),
)
_ALIASES = {"city": "City", "region": "Region", "country": "Country", "zip": "Zipcode"}  # help article 4408802648731
_FAILED = "Unable to render given template with provided context. Please check included django syntax"


class RenderError(ValueError):
    """The template does not parse or render."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What Klaviyo fills in by itself."""

    unsubscribe: str = "https://esp.example/unsubscribe"
    preferences: str = "https://esp.example/preferences"
    web_view: str = "https://esp.example/view"
    organization: str = "Example Ltd"
    address: str = "Example Ltd, 1 Example Street, Berlin"
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    coupons: Mapping[str, str] = field(default_factory=dict)
    feeds: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def render(source: str, person: Mapping[str, Any], *, around: Surroundings | None = None) -> str:
    """Return what Klaviyo makes of a template for a profile: attributes with `location` and `properties`.

    Values are escaped for HTML everywhere, in subjects too (reported; nothing says that a subject is an exception).

    Raises:
        RenderError: Django cannot parse or render it.
    """
    return render_context(source, context_of(person), around or Surroundings())


def render_context(source: str, context: Mapping[str, Any], around: Surroundings) -> str:
    """Return a template with the context given, as `POST /api/template-render` does."""
    engine, exceptions = _engine()
    from django.template import Context

    words = {"organization": {"name": around.organization, "full_address": around.address}, "feeds": dict(around.feeds), "event": {}}
    try:
        return str(engine.from_string(source).render(Context({**words, **context, "_around": around})))
    except exceptions as error:
        raise RenderError(f"{_FAILED}: {error}") from error


def context_of(person: Mapping[str, Any]) -> dict[str, Any]:
    """Return the names that a profile gives: bare first_name, last_name and email, and `person` (help article 4408802648731)."""
    location, properties = person.get("location") or {}, person.get("properties") or {}
    native = {key: value for key, value in person.items() if key not in ("location", "properties")}
    places = {alias: location[key] for key, alias in _ALIASES.items() if key in location}
    # Reported: a custom property of the same name shadows the native field.
    return {**{key: native.get(key) for key in ("first_name", "last_name", "email")}, "person": {**native, **places, **properties}}


@cache
def _engine() -> tuple[Any, tuple[type[Exception], ...]]:
    try:
        from django.conf import settings
        from django.template import Engine, TemplateSyntaxError, defaultfilters, defaulttags
    except ImportError as error:
        raise RenderError('Django is not installed: pip install "franca[sandbox]"') from error
    if not settings.configured:
        settings.configure(USE_I18N=False, USE_TZ=True, TIME_ZONE="UTC")
    engine = Engine(debug=False)
    engine.template_builtins = [_library(defaulttags.register, defaultfilters.register)]
    return engine, (TemplateSyntaxError, TypeError, ValueError, AttributeError, KeyError, ArithmeticError)


def _library(tags: Any, filters: Any) -> Any:
    from django.template import Library

    library = Library()
    library.tags = {name: tags.tags[name] for name in TAGS}
    library.filters = dict(filters.filters)
    library.filter("lookup", _lookup)
    library.filter("capitalize", lambda value: str(value).capitalize())
    links = {"unsubscribe_link": "unsubscribe", "manage_preferences_link": "preferences", "web_view_link": "web_view"}
    for name, attribute in links.items():
        library.simple_tag(_link(attribute), takes_context=True, name=name)
    library.simple_tag(lambda context: str(context["_around"].now.year), takes_context=True, name="current_year")
    library.simple_tag(_coupon, takes_context=True, name="coupon_code")
    for name, attribute in {"unsubscribe": "unsubscribe", "manage_preferences": "preferences", "web_view": "web_view"}.items():
        library.simple_tag(_anchor(attribute), takes_context=True, name=name)
    return library


def _lookup(value: Any, key: Any) -> Any:
    """Return the value of a key, None without one (sheet 3.5: taken for dict.get)."""
    return value.get(key) if isinstance(value, Mapping) else None


def _link(attribute: str) -> Any:
    def link(context: Any) -> str:
        return str(getattr(context["_around"], attribute))

    return link


def _anchor(attribute: str) -> Any:
    from django.utils.html import format_html

    def anchor(context: Any, text: str = "Unsubscribe") -> Any:
        return format_html('<a href="{}">{}</a>', getattr(context["_around"], attribute), text)

    return anchor


def _coupon(context: Any, name: str) -> str:
    return str(context["_around"].coupons.get(name, f"COUPON-{name}"))
