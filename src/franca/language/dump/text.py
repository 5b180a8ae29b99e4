"""Data → YAML text that reads like one written by hand."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

WIDTH = 140


class _Representer(RoundTripRepresenter):
    """Writes Decimal with all its digits."""


def _write_decimal(representer: RoundTripRepresenter, value: Decimal) -> ScalarNode:
    node: ScalarNode = representer.represent_scalar("tag:yaml.org,2002:float", format(value, "f"))
    return node


_Representer.add_representer(Decimal, _write_decimal)


def text(data: CommentedMap) -> str:
    """Return the text of a file."""
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width = WIDTH
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue()


_BREAKS = frozenset("\n\r\x85\u2028\u2029\ufeff")
"""Characters that are escaped in double quotes only: ruamel would write them as line breaks, which are read back as a space."""


_SIGN = re.compile(r"^[:?]|:[?,\[\]{}]")
"""Where ruamel writes a text without quotes that libyaml takes for a key or an end, within braces."""


def styled(value: Any) -> Any:
    """Return ruamel's collections: a mapping without a list of mappings in it is written on one line, in braces."""
    if isinstance(value, str):
        return DoubleQuotedScalarString(value) if _BREAKS & set(value) or _SIGN.search(value) else value
    if not isinstance(value, (dict, list)):
        return value
    made = (
        CommentedMap({name: styled(child) for name, child in value.items()})
        if isinstance(value, dict)
        else CommentedSeq(map(styled, value))
    )
    if _is_flat(value):
        made.fa.set_flow_style()
    return made


def _is_flat(value: Any) -> bool:
    if isinstance(value, list):
        return not any(isinstance(child, dict) for child in value)
    return all(map(_is_flat, value.values())) if isinstance(value, dict) else True
