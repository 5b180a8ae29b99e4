"""Write docs/images: the dozen emails of examples/emails in a real browser, light and wide, dark and narrow; and the pages of previews.

python docs/screenshots.py    (needs Chromium; pictures of the shop, which does not exist, are drawn as plain shapes)
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from shutil import which
from urllib.parse import quote

from franca.audience import evaluate
from franca.content import Renderer, Setting
from franca.content.needs import attributes_of
from franca.content.reference import person
from franca.definitions import Part
from franca.demo.run import write_project
from franca.demo.store import make_store
from franca.language import check, load
from franca.plan.emails import documents

IMAGES = Path(__file__).parent / "images"
EXAMPLE = Path(__file__).parents[1] / "examples" / "emails"
AS_OF = datetime(2026, 3, 1, 9, tzinfo=UTC)
_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 2"><rect width="3" height="2" fill="#b9a894"/>'
    '<circle cx="1.5" cy="1.1" r=".55" fill="#7a3b2e"/></svg>'
)
_LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 140 30"><text x="70" y="22" text-anchor="middle" font-family="Georgia" '
    'font-size="22" fill="#b5695a">Northwool</text></svg>'
)
_PAGE = """<!doctype html><meta charset="utf-8"><style>body{{margin:12px;font:bold 14px sans-serif;background:{page};color:{ink}}}
main{{display:grid;grid-template-columns:repeat({columns},{width}px);gap:12px}}figure{{margin:0}}
iframe{{border:0;width:{width}px;height:{height}px;background:#fff;border-radius:6px}}figcaption{{padding:4px 2px}}</style>
<main>{emails}</main>"""


def emails() -> dict[str, str]:
    """Return subject → HTML of every email, for the example's first customer."""
    project = check(load(EXAMPLE))
    found, setting = documents(project), Setting(locale=project.locale, zone=project.zone)
    names = attributes_of(pieces for each in found.values() for pieces in each.parts.values())
    with evaluate(project, as_of=AS_OF, now=AS_OF) as evaluation:
        first = next(iter(evaluation.people(names, list(project.segments))))
    somebody = person(project, first.values, first.segments)
    texts = [{part: Renderer(each.parts[part], setting)(somebody).text for part in (Part.SUBJECT, Part.HTML)} for each in found.values()]
    return {text[Part.SUBJECT]: text[Part.HTML] for text in texts}


def drawn(html: str) -> str:
    """Return HTML whose pictures are drawn here, since the shop's are nowhere."""
    html = re.sub(r"https://[^\"'&]+/logo\.png", "data:image/svg+xml," + quote(_LOGO), html)
    return re.sub(r"https://[^\"'&]+\.jpg", "data:image/svg+xml," + quote(_PICTURE), html)


def sheet(found: dict[str, str], *, width: int, height: int, dark: bool) -> str:
    """Return a page with all emails side by side."""
    figures = "".join(
        f'<figure><figcaption>{escape(subject)}</figcaption><iframe srcdoc="{escape(drawn(html))}"></iframe></figure>'
        for subject, html in found.items()
    )
    page, ink = ("#111", "#eee") if dark else ("#ddd", "#111")
    return _PAGE.format(page=page, ink=ink, columns=4, width=width, height=height, emails=figures)


def shoot(html: Path, to: Path, width: int, height: int, *, dark: bool = False) -> None:
    """Let Chromium take a picture of a page."""
    browser = which("chromium") or which("chromium-browser") or which("google-chrome")
    if browser is None:
        sys.exit("there is no Chromium on the PATH")
    scheme = "--blink-settings=preferredColorScheme=0" if dark else "--blink-settings=preferredColorScheme=1"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", scheme, f"--window-size={width},{height}"]
    subprocess.run([browser, *flags, f"--screenshot={to}", html.as_uri()], check=True, capture_output=True, timeout=120)  # noqa: S603 - our own arguments


def main() -> None:
    """Write the pictures."""
    found = emails()
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        for name, width, height, dark in (("emails", 620, 640, False), ("emails-phone-dark", 375, 640, True)):
            page.write_text(sheet(found, width=width, height=height, dark=dark), encoding="utf-8")
            shoot(page, IMAGES / f"{name}.png", 4 * width + 60, 3 * (height + 40) + 24, dark=dark)
        options = ["render", "welcome", "--project", str(EXAMPLE), "--as-of", "2026-03-01", "-n", "1", "--html", str(page)]
        subprocess.run([str(Path(sys.executable).with_name("franca")), *options], check=True, capture_output=True, timeout=120)  # noqa: S603
        page.write_text(drawn(page.read_text(encoding="utf-8")), encoding="utf-8")
        shoot(page, IMAGES / "render.png", 1660, 1240)
        shoot(segments(Path(folder) / "shop"), IMAGES / "preview.png", 1240, 1800)


def segments(shop: Path) -> Path:
    """Return the page of `franca preview` of the demo's shop, ten days after a preview before."""
    write_project(shop, make_store(10_000))
    franca = [str(Path(sys.executable).with_name("franca")), "preview", "--project", str(shop), "--html", str(shop / "preview.html")]
    for day in ("2026-02-20", "2026-03-01"):
        environment = {**os.environ, "FRANCA_LEDGER_KEY": "a picture has no secrets"}
        subprocess.run([*franca, "--as-of", day], check=True, capture_output=True, timeout=120, env=environment)  # noqa: S603
    return shop / "preview.html"


if __name__ == "__main__":
    main()
