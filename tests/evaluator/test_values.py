"""Tests on values, one table: what is said, and who is meant. Profile x has nothing but a key."""

from __future__ import annotations

from hashlib import sha256

import pytest

from evaluator.kit import members, shop

CUSTOMERS = """\
id,email,name,points,credit,score,gold,born,seen,made,tags,status,status_at,suppressed
a, Anna@X.example ,Ann,0,0.00,0.0,false,2000-02-29,2026-03-01T00:00:00Z,2026-03-01 01:00:00,[],SUB,2026-03-01T00:00:00Z,false
b,bob@x.example,Zoë,5,10.50,2.5,true,1999-12-31,2026-03-01T02:00:00+02:00,,"[""new"",null]",YES,2026-03-02T00:00:00Z,true
c,,Zoe\u0308,-3,10.5,-0.25,True,,,2026-03-29 02:30:00,"[null]",UNSUB,,
d,d@x.example,"",100,.5,1e3,,,2026-03-01,,"[""Zoe\u0308"",""sale""]",SUB,,
e,e@x.example,\u00a0,,,,,,,,"[]",PEND,,true
x,,,,,,,,,,,,,
"""
TABLE = {
    # text, by code point, after normalisation
    "{attribute: name, is: Zoë}": "b c",
    "{attribute: name, is_not: Zoë}": "a d e x",
    "{attribute: name, in: [Ann, Zoë]}": "a b c",
    "{attribute: name, not_in: [Ann, Zoë]}": "d e x",
    "{attribute: name, gt: Ann}": "b c e",
    "{attribute: name, gte: Ann}": "a b c e",
    "{attribute: name, lt: Zoë}": "a d",
    "{attribute: name, lte: Zoë}": "a b c d",
    "{attribute: name, between: [Ann, Zoë]}": "a",
    "{attribute: name, contains: [nn, oë]}": "a b c",
    "{attribute: name, contains: e}": "",
    "{attribute: name, starts_with: [A, Z]}": "a b c",
    "{attribute: name, ends_with: n}": "a",
    "{attribute: name, is_set: true}": "a b c d e",
    "{attribute: name, is_set: false}": "x",
    "{attribute: name, is_empty: true}": "d e x",
    "{attribute: name, is_empty: false}": "a b c",
    "{attribute: name, is_set: true, is_not: Zoë}": "a d e",
    "{attribute: email, is: ANNA@x.example}": "a",
    # numbers
    "{attribute: points, is: 0}": "a",
    "{attribute: points, is_not: 0}": "b c d e x",
    "{attribute: points, gt: 0}": "b d",
    "{attribute: points, between: [0, 100]}": "a b",
    "{attribute: points, is_empty: true}": "e x",
    "{attribute: credit, is: 10.5}": "b c",
    "{attribute: credit, gte: 10.501}": "",
    "{attribute: credit, lt: 0.505}": "a d",
    "{attribute: score, lte: 0}": "a c",
    "{attribute: score, gte: 1000}": "d",
    "{attribute: gold, is: false}": "a",
    "{attribute: gold, is_not: true}": "a d e x",
    # times
    "{attribute: born, is: 2000-02-29}": "a",
    "{attribute: born, lt: 2000-01-01}": "b",
    "{attribute: seen, is: 2026-03-01T00:00:00Z}": "a b d",
    "{attribute: seen, gt: 2026-03-01}": "a b d",
    "{attribute: made, is: 2026-03-01T00:00:00Z}": "a",
    "{attribute: made, is: 2026-03-29T01:30:00Z}": "c",
    # lists
    "{attribute: tags, has_any: [new, sale]}": "b d",
    "{attribute: tags, has_any: Zoë}": "d",
    "{attribute: tags, is_set: true}": "a b c d e",
    "{attribute: tags, is_empty: true}": "a c e x",
    "{attribute: tags, is_empty: false}": "b d",
    # combinations
    "{not: {attribute: points, gt: 0}}": "a c e x",
    "{all: [{attribute: points, gte: 0}, {attribute: gold, is: true}]}": "b",
    "{any: [{attribute: points, is: 0}, {attribute: gold, is: true}]}": "a b c",
    "{none: [{attribute: points, is: 0}, {attribute: gold, is: true}]}": "d e x",
    "{everyone: true}": "a b c d e x",
    "{segment: s0}": "b c",
    # consent
    "{consent: email, status: subscribed}": "a b d",
    "{consent: email, status: [unsubscribed, pending]}": "c e",
    "{consent: email, status: never}": "x",
    "{consent: email, status: subscribed, at: {from: 2026-03-02}}": "b",
    "{consent: email, status: [unsubscribed, subscribed, never], at: {last: 30 days}}": "a b",
    "{mailable: email}": "a d",
    "{sample: {percent: 50, salt: holdout}}": " ".join(
        key for key in "abcdex" if int(sha256(f"holdout:{key}".encode()).hexdigest()[:8], 16) < 2**31
    ),
    "{sample: {percent: 100, salt: holdout}}": "a b c d e x",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    segments = {f"s{number}": where for number, where in enumerate(TABLE)}
    return members(shop(tmp_path_factory.mktemp("values"), {"customers.csv": CUSTOMERS}, segments))


@pytest.mark.parametrize(("number", "where"), list(enumerate(TABLE)))
def test_a_test_on_a_value_means(number, where, found):
    """Every operator selects exactly the profiles that language.md says."""
    assert found[f"s{number}"] == TABLE[where]
