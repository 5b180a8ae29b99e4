"""What every filter makes of five values: shown in the documents, and checked by a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

FILTER_EXAMPLES: Mapping[str, Sequence[tuple[Any, Any]]] = {
    "upper": [("ann", "ANN"), ("ß", "SS"), ("é", "É"), ("aB1", "AB1"), ("", None)],
    "lower": [("ANN", "ann"), ("ΑΣ", "ας"), ("É", "é"), ("aB1", "ab1"), (None, None)],
    "title": [("jean luc", "Jean Luc"), ("o'neil", "O'neil"), ("ANNA-LENA", "Anna-Lena"), ("ß", "SS"), ("a (b)", "A (B)")],
    "capitalize": [("ann", "Ann"), ("ANN LEE", "Ann lee"), ("éa", "Éa"), ("1a", "1a"), ("", None)],
    "trim": [("  a ", "a"), ("a b", "a b"), ("\ta\n", "a"), ("   ", ""), (None, None)],
    "truncate": [("abcdef", "ab…"), ("abc", "abc"), ("ab cd", "ab…"), ("a bcd", "a…"), ("", None)],
    "replace": [("abc", "Abc"), ("aaa", "AAA"), ("xyz", "xyz"), ("", None), ("cab", "cAb")],
    "number": [(1234, "1.234"), (0, "0"), (-5, "-5"), (Decimal("2.5"), "2"), (None, None)],
    "money": [(Decimal("10.5"), "10,50\xa0€"), (0, "0,00\xa0€"), (Decimal(-1), "-1,00\xa0€"), (1234567, "1.234.567,00\xa0€"), (None, None)],
    "date": [
        (date(2026, 3, 4), "04.03.2026 März"),
        (date(2024, 2, 29), "29.02.2024 Februar"),
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), "29.03.2026 März"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "01.01.2027 Januar"),
        (None, None),
    ],
    "urlencode": [("a b", "a%20b"), ("ä", "%C3%A4"), ("a/b?c&d", "a%2Fb%3Fc%26d"), ("-._~", "-._~"), ("", None)],
    "join": [(["a", "b"], "a, b"), (["a"], "a"), ([], None), (None, None), (["", "b"], ", b")],
    "length": [(["a", "b"], 2), (["a"], 1), ([], None), (None, None), (["", ""], 2)],
}
"""Filter → inputs and results; None is a missing value. The locale is de_DE, the zone Europe/Berlin."""

FILTER_ARGUMENTS: Mapping[str, tuple[Any, ...]] = {
    "truncate": (3,),
    "replace": ("a", "A"),
    "money": ("EUR",),
    "date": ("%d.%m.%Y %B",),
    "join": (", ",),
}
