"""What cells of random tables and constants of random tests are drawn from: small pools, so that they meet often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from franca.definitions import TEXT, DataType, Distance, Kind, LengthUnit, Near


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A typed column: what its cells and the constants of tests on it are drawn from."""

    type: DataType
    cells: tuple[Any, ...]
    constants: tuple[Any, ...]


TEXTS = (
    "Zoë", "Zoe\u0308", "été", "e\u0301te\u0301", "e", "\u212b", "A\u030a", "straße", "STRASSE", "İlker", "ilker", "🎉 party", "～", "שלום",
    "50%_off", "50 percent off", 'a,"b"\nc', "it's", "null", "NULL", "true", "5", "-0", "Anna", "ANNA", " Anna ", "", " ", "\t", "\u00a0",
)  # fmt: skip
"""Composed and decomposed, sharp s, dotted I, beyond the BMP, right to left, wildcards, quotes, words that readers misread, blanks."""
NAMES = Pool(
    type=TEXT,
    cells=(*TEXTS, None, None, None),
    constants=("Zoë", "été", "Å", "straße", "Anna", "5", "", "～", "%", "_off", "e", " ", "N"),
)
COUNTRIES = Pool(type=TEXT, cells=("DE", "DE", "DE", "FR", "FR", "AT", "de", "", None), constants=("DE", "FR", "AT", "D", "E"))
EMAILS = Pool(
    type=TEXT,
    cells=(
        "anna@example.com",
        " Anna@Example.COM ",
        "\tbob@example.org\n",
        "ZOE\u0308@example.com",
        "zoë@example.com",
        "",
        " ",
        None,
        None,
    ),
    constants=("anna@example.com", "bob@example.org", "zoë@example.com", "z", "@example.com", "c"),
)
GENDERS = Pool(type=TEXT, cells=("f", "f", "m", "d", None), constants=("f", "m", "d"))
INTEGERS = Pool(type=DataType(Kind.INTEGER), cells=(-3, 0, 0, 1, 2, 5, 5, 10, 100, 2**40, None), constants=(-3, 0, 1, 5, 10, 100))
MONEY = Pool(
    type=DataType(Kind.DECIMAL),
    cells=(*map(Decimal, ("0.00", "10.00", "19.99", "25.00", "30.01", "49.99", "50.00", "99999999.99", "-5.00")), None),
    constants=tuple(map(Decimal, ("0.00", "10.00", "25.00", "49.99", "50.00", "100.00", "-5.00"))),
)
NUMBERS = Pool(  # multiples of a quarter: their sums are exact in any order
    type=DataType(Kind.NUMBER), cells=(-2.5, -0.0, 0.0, 0.25, 0.5, 1.25, 3.0, 1048576.75, None), constants=(-2.5, 0.0, 0.25, 0.5, 1.25, 3.0)
)
BOOLEANS = Pool(type=DataType(Kind.BOOLEAN), cells=(True, False, None), constants=(True, False))
LISTS = Pool(
    type=DataType(Kind.LIST),
    cells=(None, [], [None], ["vip"], ["vip", None], ["new", "sale"], ["Zoe\u0308", "new"], ["VIP", ""], [" "], ["a,b", 'quo"te']),
    constants=("vip", "new", "sale", "Zoë", "", "a,b", 'quo"te'),
)
# What only the whole language speaks of

NICKNAMES = Pool(
    type=TEXT,
    cells=(
        *TEXTS, "Straße", "strasse", "İ", "i\u0307", "ı", "I", "i", "ſ", "s", "S", "ΣΑΣ", "σας", "σασ", "ﬁn", "FIN", "\u212a", "k",
        "K", "ǅ", "ΐ", "\u1fd3", "ŉ", "\u02bcn", "E\u0301TE\u0301", "ÉTÉ", "Anna Zoë", None, None,
    ),
    constants=("Zoë", "ÉTÉ", "straße", "STRASSE", "i", "İ", "S", "σας", "fin", "K", "anna", "", "ΐ", "n", "ss"),
)  # fmt: skip
"""Texts that case folding joins and lower-casing does not, or the other way round."""
GAPS = Pool(
    type=DataType(Kind.NUMBER), cells=(0.25, 0.5, 1.25, 3.0, 7.0, 30.0, 45.5, 0.0, -1.0, None), constants=(0.25, 0.5, 3.0, 7.0, 30.0)
)
PRICES = Pool(
    type=DataType(Kind.DECIMAL),
    cells=(*map(Decimal, ("0.00", "10.00", "19.99", "25.00", "49.99", "50.00", "100.00", "-5.00")), None),
    constants=tuple(map(Decimal, ("0.00", "10.00", "25.00", "49.99", "100.00"))),
)
LISTS_OF = ("newsletter", "newsletter", "VIPs", "vips", "Zoe\u0308s fans", "", None)
"""Cells of the names of memberships."""
MEMBER_OF = ("newsletter", "VIPs", "Zoës fans", "", "nobody")
PATTERNS = (
    "^A", "na$", "^$", "[0-9]+", "^[A-Z]+$", "ann|ilker", "(?i)^anna$", "e.*e", "^.$", r"\s", "DE|FR", "^[^a-z]*$", "ß", "é", r"\.", "%_",
    "^ *$", "a.*c", "(?s)a.*c", "^c", "(?m)^c", "x{0}", r"\bA", "[[:alpha:]]{5}", "@example",
)  # fmt: skip
"""Patterns of `matches`: syntax that RE2 documents."""

BERLIN, POTSDAM, PARIS = (52.52, 13.405), (52.3989, 13.0657), (48.8566, 2.3522)
SUVA, TAVEUNI = (-18.1416, 178.4419), (-16.8, -179.9)
PLACES: tuple[tuple[float | None, float | None], ...] = (
    BERLIN, BERLIN, POTSDAM, PARIS, SUVA, TAVEUNI, (-17.9, 179.99), (90.0, 0.0), (90.0, 135.0), (89.5, -170.0), (-90.0, 20.0), (0.0, 0.0),
    (0.0, 180.0), (None, 5.0), (5.0, None), (None, None),
)  # fmt: skip
"""Latitude and longitude of profiles: on both sides of the antimeridian, at the poles, known by halves."""
NEAR = tuple(
    Near(latitude=Decimal(str(latitude)), longitude=Decimal(str(longitude)), within=Distance(Decimal(amount), unit))
    for latitude, longitude, amount, unit in (
        (*BERLIN, "0.5", LengthUnit.KILOMETRES),
        (*BERLIN, "25", LengthUnit.MILES),
        (*BERLIN, "900", LengthUnit.KILOMETRES),
        (*PARIS, "6000", LengthUnit.MILES),
        (-17.9, -179.9, "120", LengthUnit.KILOMETRES),
        (-17.9, 180, "300", LengthUnit.KILOMETRES),
        (90, -30, "60", LengthUnit.KILOMETRES),
        (-90, 0, "1", LengthUnit.MILES),
        (0, 0, "10100", LengthUnit.KILOMETRES),
    )
)

POOLS: Mapping[str, Pool] = {
    "email": EMAILS, "first_name": NAMES, "country": COUNTRIES, "gender": GENDERS, "points": INTEGERS, "credit": MONEY, "score": NUMBERS,
    "vip": BOOLEANS, "tags": LISTS,
    "total": MONEY, "sku": COUNTRIES, "quantity": INTEGERS, "weight": NUMBERS, "gift": BOOLEANS, "categories": LISTS, "page": NAMES,
    "nickname": NICKNAMES, "avg_gap_days": GAPS, "minimum_spend": PRICES, "opted": BOOLEANS, "list_price": PRICES,
}  # fmt: skip
"""By attribute or property; dates and datetimes depend on the as-of instant, see `pool`."""
