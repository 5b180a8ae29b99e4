"""What every adapter asks of a destination before it opens the account: its key, its address, and what has to be read there."""

from __future__ import annotations

from urllib.parse import urlsplit

from franca.adapter.protocol import Site
from franca.adapter.secret import Secret, resolve
from franca.definitions import Native, NativeKind
from franca.errors import FrancaError


def api_key(site: Site) -> Secret:
    """Return the key that the destination's `api_key` refers to.

    Raises:
        FrancaError: it refers to nothing, or to what no header can hold.
    """
    what = f"destinations.{site.destination.name}.api_key"
    key = resolve(str(site.destination.settings.get("api_key", "")), what, site.project.root)
    if not (key.reveal().isascii() and key.reveal().isprintable() and " " not in key.reveal()):
        # The HTTP libraries would refuse it too, in messages that hold it.
        raise FrancaError(f"{what} holds characters that no key has", remedy="copy it again")
    return key


def address(site: Site, own: object = "") -> str:
    """Return the base URL that the destination's `url` names, without a trailing slash; without one, the ESP's *own*.

    Raises:
        FrancaError: it is not a web address.
    """
    url = str(site.destination.settings.get("url") or own)
    if url and not _is_web_address(url):
        raise FrancaError(f"destinations.{site.destination.name}.url is not a web address", remedy="leave it out for the ESP's own")
    return url.rstrip("/")


def _is_web_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("https", "http")
    except ValueError:  # a bracket that is not closed; some SDKs would raise it as it is
        return False


def names_segments(site: Site) -> bool:
    """Return whether the project names a segment that people made there (`native: {NAME: {segment: …}}`)."""
    wheres = (segment.where for segment in site.project.segments.values())
    named = (where.at(site.destination.name) for where in wheres if isinstance(where, Native))
    return any(found is not None and found[0] is NativeKind.SEGMENT for found in named)
