"""What changes cost at Brevo: their calls, and how often each may be made on the smallest plan (sheet section 5).

Templates are held to the smaller share that everything outside of /contacts has, as the client does: 100 an hour.
"""

from __future__ import annotations

from collections.abc import Mapping

from franca.adapter import Rate, ResourceKind
from franca.adapter.capabilities import Work
from franca_brevo.client import CONTACTS, REST
from franca_brevo.people import CONTACTS_PAGE, MEMBERS_PAGE

_LIMITS = "https://developers.brevo.com/docs/api-limits"

RATES: Mapping[str, Rate] = {
    CONTACTS: Rate(((10, 1.0), (36_000, 3600.0)), _LIMITS),
    REST: Rate(((100, 3600.0),), _LIMITS),
}

CALLS: Mapping[Work, tuple[str, ...]] = {
    ("create", ResourceKind.FOLDER): (CONTACTS,),
    ("update", ResourceKind.FOLDER): (CONTACTS,),
    ("create", ResourceKind.LIST): (CONTACTS,),
    ("update", ResourceKind.LIST): (CONTACTS, CONTACTS),  # moved, then renamed: one of both in a call (sheet section 1.4)
    ("delete", ResourceKind.LIST): (CONTACTS,),
    ("create", ResourceKind.FIELD): (CONTACTS,),
    ("delete", ResourceKind.FIELD): (CONTACTS,),
    ("create", ResourceKind.TEMPLATE): (REST,),
    ("update", ResourceKind.TEMPLATE): (REST,),
    ("delete", ResourceKind.TEMPLATE): (REST, REST),  # an active one is switched off first
    ("create", ResourceKind.CAMPAIGN): (REST, REST),  # and read back
    ("update", ResourceKind.CAMPAIGN): (REST, REST),
    ("delete", ResourceKind.CAMPAIGN): (REST,),
    **{(work, kind): (CONTACTS,) for work in ("list", "count") for kind in (ResourceKind.LIST, ResourceKind.SEGMENT)},
    ("list", ResourceKind.FIELD): (CONTACTS,),
}

PAGES: Mapping[ResourceKind, int] = {
    ResourceKind.LIST: MEMBERS_PAGE,
    ResourceKind.SEGMENT: CONTACTS_PAGE,
    ResourceKind.FIELD: CONTACTS_PAGE,
}
