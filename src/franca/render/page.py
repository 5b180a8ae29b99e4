"""What the pages share that Franca writes: one file of HTML each, that opens offline, in light and dark."""

from __future__ import annotations

from html import escape

STYLE = """
:root{color-scheme:light dark;--page:#fff;--ink:#1c1f24;--muted:#5b636e;--line:#d9dde3;--soft:#f4f6f8;
--accent:#2457c5;--bad:#b3261e;--good:#1b6e3c}
@media(prefers-color-scheme:dark){
:root{--page:#15181c;--ink:#e6e8eb;--muted:#a3abb5;--line:#3a4048;--soft:#20242a;
--accent:#8ab4ff;--bad:#ffb4ab;--good:#7ddb9b}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);margin:2rem auto;max-width:1140px;padding:0 1rem}
h1{margin:0 0 .3rem}h2{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:1rem}
table{border-collapse:collapse}td,th{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
.cut{opacity:.35}.bad{color:var(--bad);font-weight:600}.good{color:var(--good)}
"""


def page(title: str, body: str, *, style: str = "", policy: str = "") -> str:
    """Return a page; *title* is text, *body* is HTML, *policy* a Content-Security-Policy."""
    guarded = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"{guarded}<title>{escape(title)}</title><style>{STYLE}{style}</style></head><body>{body}</body></html>\n"
    )


def cut(text: str, most: int) -> str:
    """Return a text as a client shows it: what is behind its *most* first characters is pale."""
    rest = f'<span class="cut">{escape(text[most:])}</span>' if len(text) > most else ""
    return escape(text[:most]) + rest
