"""Email HTML: placeholders survive MJML and CSS inlining, contexts are told apart, the plain text keeps the order, checks find faults."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from franca.content.mail import Kind, Lost, contexts, inspect, plain_text, to_html
from franca.errors import FrancaError

MJML = """<mjml lang="en"><mj-head><mj-title>FRANCAx0x</mj-title><mj-preview>FRANCAx1x</mj-preview>
<mj-style>.a {{ color: #123456 }}</mj-style></mj-head><mj-body>
<!--franca:2--><mj-section><mj-column><!--franca:3--><mj-text css-class="a">Hi FRANCAx4x <!--franca:5--><b>x</b><!--franca:6--></mj-text>
<!--franca:7--><mj-button href="https://x.example/?q=FRANCAx8x">go</mj-button>
<mj-table><!--franca:9--><tr><td>FRANCAx10x</td></tr><!--franca:11--></mj-table></mj-column></mj-section><!--franca:12-->
{more}</mj-body></mjml>"""


def order(text: str) -> list[int]:
    return [int(a or b) for a, b in re.findall(r"FRANCAx(\d+)x|<!--franca:(\d+)-->", text)]


def test_every_placeholder_of_an_mjml_template_comes_out_once_and_in_order() -> None:
    assert order(to_html(MJML.format(more=""), mjml=True)) == list(range(13))


def test_attributes_of_one_tag_may_change_places() -> None:
    """As MJML's do; a value in the address and one in the alt of a picture are common."""
    image = '<mj-image src="https://x.example/FRANCAx2x.png" alt="FRANCAx3x" width="9px" />'
    source = f"<mjml><mj-body><mj-section><mj-column><!--franca:0-->{image}<!--franca:1--></mj-column></mj-section></mj-body></mjml>"
    made = to_html(source, mjml=True)
    assert sorted(order(made)) == [0, 1, 2, 3]
    assert [number for number in order(made) if number < 2] == [0, 1]
    assert contexts(made)[2].kind is Kind.URL
    assert contexts(made)[3].kind is Kind.ATTRIBUTE


def test_css_is_inlined_and_media_queries_stay() -> None:
    html = "<html><head><style>p{color:#123456}@media(max-width:9px){p{color:red}}</style></head><body><p>FRANCAx0x</p></body></html>"
    made = to_html(html, mjml=False)
    assert re.search(r"<p style=\"color: ?#123456;?\">FRANCAx0x</p>", made)
    assert "@media" in made


def test_a_placeholder_that_html_would_move_is_told_by_its_number() -> None:
    with pytest.raises(Lost) as lost:
        to_html("<table><tr><td>FRANCAx0x</td></tr>FRANCAx1x</table>", mjml=False)
    assert lost.value.number == 0


_TABLE = "<table><tbody><!--franca:0--><tr><td><table><tbody><tr></tr></tbody></table></td></tr><!--franca:1--></tbody></table>"
WHOLE = [
    ("<!--franca:0--><p>a</p><!--franca:1-->", "<html><head></head><body><!--franca:0--><p>a</p><!--franca:1--></body></html>"),
    ("<!doctype html>\n<p>a</p>", "<!DOCTYPE html><html><head></head><body><p>a</p></body></html>"),
    ("<title>t</title><!--franca:0-->a", "<html><head><title>t</title></head><body><!--franca:0-->a</body></html>"),
    ('<html lang="de"><!--franca:0-->a</html>', '<html lang="de"><head></head><body><!--franca:0-->a</body></html>'),
    ("<html><head></head><!--franca:0-->a</html>", "<html><head></head><body><!--franca:0-->a</body></html>"),
    ('<body id="a"><!--franca:0-->a</body>', '<html><head></head><body id="a"><!--franca:0-->a</body></html>'),
    (
        "<body><table><!--franca:0--><tr><td><table><tr></tr></table></td></tr><!--franca:1--></table></body>",
        f"<html><head></head><body>{_TABLE}</body></html>",
    ),
    ("<body><!--franca:0--><b><!--franca:1-->a<!--franca:2--></b><!--franca:3--></body>", None),
]


@pytest.mark.parametrize(("source", "made"), WHOLE)
def test_what_a_parser_adds_stands_outside_of_every_branch(source: str, made: str | None) -> None:
    """Html, head, body and tbody belong to everybody, whoever takes the branch that comes first."""
    assert to_html(source, mjml=False).replace("\n", "") == (made or f"<html><head></head>{source}</html>")


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ('<!--franca:0--><div id="a"><!--franca:1--><div id="b"><!--franca:2-->x</div>', 2),
        ("<p>a<!--franca:0--><div>x</div><!--franca:1-->b</p>", 1),
        ("<ul><!--franca:0--><li>a<!--franca:1--><li>b<!--franca:2--></ul>", 2),
        ('<!--franca:0--><body id="a"><!--franca:1--><body id="b"><!--franca:2-->x', 2),
        ('<a href="x"><!--franca:0--><a href="y">z</a><!--franca:1--></a>', 1),
    ],
)
def test_a_branch_whose_tags_a_parser_would_complete_elsewhere_is_told(source: str, number: int) -> None:
    """Its end tag would be there for those who never saw its beginning."""
    with pytest.raises(Lost) as lost:
        to_html(source, mjml=False)
    assert lost.value.number == number


@pytest.mark.parametrize(
    "source",
    [
        "<mjml><mj-body><mj-text>a</mj-body></mjml>",
        "<p>not mjml</p>",
        "<mj-include path='x'/>",
    ],
)
def test_what_is_not_mjml_is_refused_in_one_line(source: str) -> None:
    with pytest.raises(FrancaError) as refused:
        to_html(source, mjml=True)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("html", "kind", "prefix"),
    [
        ("<p>FRANCAx1x</p>", Kind.TEXT, ""),
        ("<title>FRANCAx1x</title>", Kind.TEXT, ""),
        ('<img alt="FRANCAx1x">', Kind.ATTRIBUTE, ""),
        ("<img alt=FRANCAx1x>", Kind.UNQUOTED, ""),
        ('<a href="https://x.example/?q=FRANCAx1x">', Kind.URL, "https://x.example/?q="),
        ("<a href='FRANCAx1x'>", Kind.URL, ""),
        ("<p FRANCAx1x>", Kind.TAG, ""),
        ("<p <!--franca:1-->>", Kind.TAG, ""),
        ('<p class="<!--franca:1-->">', Kind.ATTRIBUTE, ""),
        ('<meta http-equiv="refresh" content="0;url=FRANCAx1x">', Kind.URL, "0;url="),
        ('<meta name="a" content="FRANCAx1x">', Kind.ATTRIBUTE, ""),
        ("<style>p{color:FRANCAx1x}</style>", Kind.STYLE, ""),
        ('<p style="color:FRANCAx1x">', Kind.STYLE, ""),
        ("<script>FRANCAx1x</script>", Kind.SCRIPT, ""),
        ('<p onclick="FRANCAx1x">', Kind.SCRIPT, ""),
        ("<!-- FRANCAx1x -->", Kind.COMMENT, ""),
        ('<!--[if mso]><a href="https://x.example/FRANCAx1x">y</a><![endif]-->', Kind.URL, "https://x.example/"),
        ('<p title="a > b">FRANCAx1x</p>', Kind.TEXT, ""),
        ("a < b FRANCAx1x", Kind.TEXT, ""),
    ],
)
def test_where_a_placeholder_stands(html: str, kind: Kind, prefix: str) -> None:
    place = contexts(html)[1]
    assert (place.kind, place.url_prefix) == (kind, prefix)


def test_the_plain_text_has_links_lists_images_and_nothing_hidden() -> None:
    html = """<html><head><title>t</title><style>p{}</style></head><body><div style="display:none">preheader</div><h1>Hi FRANCAx0x</h1>
    <p>One<br>two &amp; three</p><ul><li>a</li><li>b</li></ul><img src="x" alt="A dog"><!--franca:1--><p><a href="https://x.example/FRANCAx2x">
    Shop</a></p><!--franca:3--><table><tr><td>x</td><td>1</td></tr></table></body></html>"""
    text = plain_text(html)
    assert text.splitlines()[0] == "Hi FRANCAx0x"
    assert "One\ntwo & three" in text
    assert "- a\n- b" in text
    assert "A dog" in text
    assert "Shop (https://x.example/FRANCAx2x)" in text
    assert "preheader" not in text
    assert order(text) == [0, 1, 2, 3]


PIECES = st.one_of(
    st.sampled_from(
        ["<p>", "</p>", "<b>", "</b>", "<br>", "<ul><li>", "</li></ul>", "<table><tr><td>", "</td></tr></table>", "<h1>x</h1>", " & "]
    ),
    st.text(alphabet="ab <&\n", max_size=6).map(lambda text: text.replace("<", "&lt;")),
    st.just("#"),
    st.just("@"),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=20))
def test_placeholders_keep_their_order_in_the_plain_text_of_any_html(pieces: list[str]) -> None:
    numbered = iter(range(1000))
    html = "".join(f"FRANCAx{next(numbered)}x" if p == "#" else f"<!--franca:{next(numbered)}-->" if p == "@" else p for p in pieces)
    assert order(plain_text(html)) == order(html) == sorted(contexts(html))


GOOD = """<!doctype html><html lang="en"><head><title>News</title><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><style>@media (prefers-color-scheme: dark) { body { background: #111111 !important }
p, a { color: #eeeeee !important } }</style></head><body style="background:#ffffff"><h1>News of the week for everybody who reads it</h1>
<img src="https://x.example/a.png" alt="A dog" width="600" style="max-width:100%">
<p style="color:#222222">Text <a href="https://x.example">The shop</a></p>
<table role="presentation"><tr><td>x</td></tr></table></body></html>"""


def rules(html: str) -> set[str]:
    return {notice.rule for notice in inspect(html)}


def test_nothing_is_said_of_a_good_email() -> None:
    assert rules(GOOD) == set()


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (' alt="A dog"', "", "image-alt"),
        (' width="600"', "", "image-width"),
        ("https://x.example/a.png", "a.png", "image-relative"),
        ("https://x.example/a.png", "data:image/png;base64,x", "image-scheme"),
        ("https://x.example/a.png", "http://x.example/a.png", "image-http"),
        ('href="https://x.example"', 'href="javascript:x()"', "link-scheme"),
        ('href="https://x.example"', 'href="#"', "link-empty"),
        ("The shop", "click here", "link-text"),
        (' lang="en"', "", "lang"),
        ("<title>News</title>", "", "title"),
        ("color-scheme", "colour-scheme", "dark-mode"),
        ('name="viewport"', 'name="view"', "viewport"),
        (' role="presentation"', "", "table-role"),
        ("<h1>", "<h3>", "heading-order"),
        ("#222222", "#bbbbbb", "contrast"),
        ("#222222", "rgb(187, 187, 187)", "contrast"),
        ('<p style="color:#222222">', '<p style="background:#222222">', "contrast"),
        ("background: #111111 !important", "background: #111111", "dark-contrast"),
        ("color: #eeeeee !important", "color: #eeeeee", "dark-contrast"),
        ("color: #eeeeee !important", "color: #333333 !important", "dark-contrast"),
        ("<style>@media", "<style>@page", "dark-contrast"),
        (' style="max-width:100%"', "", "image-wide"),
        ("<h1>", '<h1 background="javascript:x()">', "address-scheme"),
        ("<h1>", '<form action="java&#10;script:x()"></form><h1>', "address-scheme"),
        ('href="https://x.example"', 'href="&#106;ava&#9;script:x()"', "link-scheme"),
        ("https://x.example/a.png", "vbscript:x", "image-scheme"),
        ("<p style", "<div><p style", "unbalanced"),
        ('<body style="', '<body id="a" style="', "duplicate-id"),
    ],
)
def test_one_fault_is_told_by_one_rule(before: str, after: str, rule: str) -> None:
    broken = GOOD.replace(before, after)
    if rule == "duplicate-id":
        broken = broken.replace("<h1>", '<h1 id="a">')
    assert rule in rules(broken)


def test_an_email_that_gmail_would_clip_is_an_error() -> None:
    found = inspect(GOOD.replace("Text", "x" * 110_000))
    assert [notice.rule for notice in found if notice.error] == ["size"]
