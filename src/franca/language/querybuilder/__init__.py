"""Segments ⇄ the JSON of react-querybuilder (react-querybuilder.js.org, versions 7 and 8): attributes, and groups of them.

A query is a group `{combinator, not, rules}`, its rules are `{field, operator, value, valueSource?, match?}` or groups, or, with
"independent combinators", rules with `and` and `or` between them. Meaning is ours: logic has two values, so that `!=`, `notIn`,
`doesNotContain`, `notBetween` and a group's `not` hold for a missing value, which the builder's own SQL would leave out.
What the other side cannot hold or we cannot mean is refused, with its place and the reason.
"""

from franca.language.querybuilder.fields import fields
from franca.language.querybuilder.reading import read_query
from franca.language.querybuilder.writing import write_query

__all__ = ["fields", "read_query", "write_query"]
