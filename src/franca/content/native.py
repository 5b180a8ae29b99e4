"""`{% native "ESP" %}…{% endnative %}`: what stands inside is no Jinja, so it is taken out before Jinja reads the text."""

from __future__ import annotations

import re
from collections.abc import Callable

_BLOCK = re.compile(
    r"\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}"  # what is raw, or a comment, holds no blocks
    r"|\{#.*?#\}"
    r"|\{%(?P<before>-?)\s*native\s+[\"'](?P<adapter>[A-Za-z0-9_]+)[\"']\s*(?P<first>-?)%\}"
    r"(?P<text>.*?)\{%(?P<last>-?)\s*endnative\s*(?P<after>-?)%\}",
    re.DOTALL,
)


def without_natives(source: str, keep: Callable[[str, str, int], int]) -> str:
    """Return the source with each block as an expression of the same size, so that places stay true.

    Args:
        source: in the template language.
        keep: adapter, text and where the block begins → the number that stands for it.
    """

    def one(found: re.Match[str]) -> str:
        if found["adapter"] is None:
            return found[0]
        text = found["text"].lstrip() if found["first"] else found["text"]
        number = keep(found["adapter"], text.rstrip() if found["last"] else text, found.start())
        shown = f"{{{{{found['before']}native({number})}}}}{{#"
        end = f"{found['after']}#}}"
        return shown + re.sub(r"[^\n]", " ", found[0][len(shown) + len(end) :]) + end

    return _BLOCK.sub(one, source)
