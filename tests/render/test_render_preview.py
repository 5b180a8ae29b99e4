"""Previews as text, JSON, Markdown and a page."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib.resources import files
from itertools import combinations

import jsonschema
import pytest

from audience.sets import LEAVES, project
from franca.audience import Summary
from franca.audience.changes import Change, Since
from franca.audience.groups import Share
from franca.audience.insight import Insight
from franca.audience.overlap import Pair
from franca.audience.reach import Reach
from franca.definitions import All, AnyOf, AtLeast, InSegment, NoneOf, Not, Position
from franca.render import Preview, render_preview
from franca.render.insight_plots import MOST
from franca.render.insight_tables import Table
from franca.render.preview import grid

SCHEMA = json.loads((files("franca.render") / "preview.schema.json").read_text(encoding="utf-8"))
EVIL = "x | `rm` <img src=x onerror=y> **b** [a](http://e.example) @stranger \n\x1b[31m\u202e"
A, B, C = LEAVES[:3]
NESTED = All(of=(A, AnyOf(of=(B, Not(of=C)), position=Position("segments/x.yaml", 7, 5))))


def insight(**changes) -> Insight:
    """Return an insight into three segments of a thousand people."""
    wheres = {"vip": NESTED, "few": A, "gone": AtLeast(count=2, of=(A, B, C))}
    made = project(wheres, groups={"vip": ("life", 1), "few": ("life", 2)})
    made = replace(made, segments={**made.segments, "few": replace(made.segments["few"], name=EVIL)}, timezone="Europe/Berlin")
    inner = Reach(predicate=NESTED.of[1], alone=700, after=120, parts=(_reach(B, 600, 600), _reach(Not(of=C), 300, 700)))
    reaches = {
        "vip": Reach(predicate=NESTED, alone=120, parts=(_reach(A, 200, 200), inner)),
        "few": _reach(A, 2),
        "gone": Reach(predicate=wheres["gone"], alone=0, parts=(_reach(A, 2), _reach(B, 600), _reach(InSegment(key="vip"), 120))),
    }
    found = Insight(
        project=made,
        as_of=datetime(2026, 3, 1, 8, tzinfo=UTC),
        summary=Summary(profiles=1000, without_key=0, without_email=3, ambiguous_emails=1, mailable=400),
        segments=("vip", "few", "gone"),
        sizes={"vip": 120, "few": 2, "gone": 0},
        mailable={"vip": 100, "few": 0, "gone": 0},
        reaches=reaches,
        pairs=(Pair(first="vip", second="few", sizes=(120, 2), both=2),),
        groups={"life": (Share(segment="vip", members=120, keeps=120), Share(segment="few", members=2, keeps=0))},
        since=Since(
            as_of="2026-02-22T08:00:00+00:00",
            unknown="",
            changes={
                "vip": Change(before=100, entered=30, left=10, redefined=False),
                "few": Change(before=2, entered=0, left=0, redefined=True),
            },
        ),
    )
    return replace(found, **changes)


def _reach(node, alone, after=None) -> Reach:
    return Reach(predicate=node, alone=alone, after=after)


def lines(found: Insight, **options) -> list[str]:
    return [re.sub(r" {2,}", "  ", line.strip()) for line in render_preview(Preview(insight=found, **options)).splitlines()]


def test_text_tells_sizes_shares_and_changes():
    """Of all and of those who may be mailed; what changed since when, in the project's zone; a new segment is new."""
    found = lines(insight(), notes=["a note"])
    assert found[:5] == [
        "1,000 profiles as of 2026-03-01T09:00:00+01:00, 400 may be mailed",
        "outside every destination: 3 without an email, 1 emails of several profiles",
        "change since the last preview, as of 2026-02-22T09:00:00+01:00",
        "definition changed since: few",
        "a note",
    ]
    assert "segment  name  members  of all  mailable  of mailable  change  entered  left" in found
    assert "vip  The vip  120  12.0%  100  25.0%  +20  30  10" in found
    assert "gone  The gone  0  0.0%  0  0.0%  new  —  —" in found


def test_text_tells_how_segments_come_about():
    """Each condition alone and in its order, what it combines beneath it; a segment of one condition has nothing to tell."""
    found = render_preview(Preview(insight=insight())).splitlines()
    start = found.index("vip: The vip")
    assert [re.sub(r" {2,}(?=\S*\d)", "  ", line) for line in found[start + 2 : start + 7]] == [
        "all of  120",
        "  whose a is true  200  200",
        "  any of  700  120",
        "    whose b is true  600  600",
        "    whose c is unknown or is not true  300  700",
    ]
    assert "few: " not in "\n".join(line for line in found if not line.startswith("warning"))
    assert any("at least 2 of" in line for line in found)
    assert any("who is in “The vip”" in line for line in found)


def test_text_tells_groups_pairs_and_warnings():
    """Whom a group's segments keep; the strongest pairs; what looks wrong."""
    found = lines(insight())
    assert "few  2  0  0.0%" in found
    assert "vip  few  2  1.7%  1.7%  100.0%" in found
    assert found[-3:] == [
        "warning: few has 2 members, fewer than minimum_size 3",
        "warning: gone has no members",
        "warning: everybody in few is in vip too",
    ]


def test_without_a_key_only_the_difference_is_told():
    """And why."""
    since = Since(
        as_of="2026-02-22T08:00:00+00:00", unknown="no key", changes={"vip": Change(before=1, entered=None, left=None, redefined=False)}
    )
    found = lines(insight(since=since))
    assert found[2].endswith("; who entered and left is not known: no key")
    assert "vip  The vip  120  12.0%  100  25.0%  +119" in found


def test_a_schema_without_consent_has_no_mailable_base():
    """Its columns are left out; JSON says null."""
    bare = insight(
        mailable=None, since=None, summary=Summary(profiles=0, without_key=0, without_email=0, ambiguous_emails=0, mailable=None)
    )
    assert "vip  The vip  120  —" in lines(bare)
    shown = json.loads(render_preview(Preview(insight=bare), "json"))
    jsonschema.validate(shown, SCHEMA)
    assert (shown["since"], shown["segments"][0]["share"], shown["segments"][0]["mailable"]) == (None, None, None)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_words_are_cut_to_the_terminal(width):
    """Numbers never are."""
    table = Table(title="t", head=("condition", "name", "members"), rows=(("who " + "very " * 40, "n" * 50, "1,234,567"),), words=2)
    found = list(grid(table, width))
    assert {len(line) for line in found} == {width}
    assert found[1].endswith("1,234,567")
    assert "…" in found[1]


def test_a_name_makes_room_for_the_numbers():
    """In a narrow terminal it is left out; keys stay whole."""
    keys = ("browse_abandoners", "x" * 24)
    table = Table(title="t", head=("segment", "name", "members"), rows=tuple((key, "n" * 30, "1") for key in keys), words=2, spare=1)
    assert [len(line) for line in grid(table, 70)] == [24 + 2 + 30 + 2 + 7] * 3
    assert [len(line) for line in grid(table, 45)] == [45] * 3
    assert [line.split() for line in grid(table, 40)] == [["segment", "members"], *([key, "1"] for key in keys)]


def test_only_some_pairs_are_shown():
    """As many as were asked for, and how many more there are; none at all when none is wanted; JSON has all."""
    pairs = tuple(Pair(first=f"s{n}", second="z", sizes=(9, 9), both=9 - n) for n in range(5))
    found = insight(pairs=pairs)
    assert "Overlap: the 2 strongest pairs; 3 more share somebody" in lines(found, pairs=2)
    assert not any(line.startswith("Overlap") for line in lines(found, pairs=0))
    assert len(json.loads(render_preview(Preview(insight=found, pairs=2), "json"))["overlap"]) == 5


def test_members_are_shown_as_they_are_and_nothing_of_them_elsewhere():
    """Keys only, on lines of their own, of so many; no other form has them."""
    found = insight(members={"vip": ["p-canary\x1b[31m"]})
    assert lines(found)[-2:] == ["vip: 1 of 120 members", "p-canary\\x1b[31m"]
    for form in ("json", "markdown"):
        assert "canary" not in render_preview(Preview(insight=found), form)


def test_of_very_many_warnings_some_are_shown():
    """And how many more there are, and where; JSON has all."""
    keys = [f"s{number:02}" for number in range(45)]
    found = insight(project=project(dict.fromkeys(keys, A)), segments=tuple(keys), sizes=dict.fromkeys(keys, 0), pairs=(), since=None)
    found = replace(found, mailable=None, groups={}, reaches={key: _reach(A, 0) for key in keys})
    assert lines(found)[-2:] == ["warning: s39 has no members", "warning: 5 more: --format json has them all"]
    assert len(json.loads(render_preview(Preview(insight=found), "json"))["warnings"]) == 45


def test_json_is_as_its_schema_says():
    """Every field described; English and positions of conditions; exact shares."""
    shown = json.loads(render_preview(Preview(insight=insight(), notes=["n"]), "json"))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(shown, SCHEMA)
    vip = shown["segments"][0]
    assert vip["change"] == {"before": 100, "change": 20, "entered": 30, "left": 10, "redefined": False}
    inner = vip["reach"]["parts"][1]
    assert (inner["kind"], inner["position"], inner["alone"], inner["after"]) == ("any", "segments/x.yaml:7:5", 700, 120)
    assert inner["parts"][0]["condition"] == "whose b is true"
    assert shown["overlap"] == [
        {"first": "vip", "second": "few", "both": 2, "jaccard": 2 / 120, "first_in_second": 2 / 120, "second_in_first": 1.0}
    ]
    assert [warning["about"] for warning in shown["warnings"]] == ["small", "empty", "contained"]
    assert shown["groups"] == {"life": [{"segment": "vip", "members": 120, "keeps": 120}, {"segment": "few", "members": 2, "keeps": 0}]}


def test_the_schema_allows_nothing_else():
    """A field that nobody described is refused."""
    shown = json.loads(render_preview(Preview(insight=insight()), "json"))
    shown["segments"][0]["email"] = "a@x.example"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(shown, SCHEMA)


def test_markdown_of_a_hostile_name_is_only_text():
    """No HTML, no mention, no link; every row of a table has as many cells as its head."""
    text = render_preview(Preview(insight=insight()), "markdown")
    assert re.findall(r"</?[a-z]+", text) == []
    assert "@stranger" not in text
    assert "](" not in text
    tables = [part.splitlines() for part in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE)]
    assert len(tables) == 5
    assert all(len({row.count("|") for row in table}) == 1 for table in tables)
    assert "| &nbsp;&nbsp;&nbsp;&nbsp;whose b is true | 600 | 600 |" in text


# -- the page


class _Page(HTMLParser):
    """Reads a page: its tags with attributes, and that each tag that must be closed is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(found: Insight) -> str:
    from franca.render.insight_page import render_page

    return render_page(Preview(insight=found, notes=["a note"]))


@pytest.fixture(scope="module")
def shown() -> str:
    return page(insight())


def test_the_page_loads_nothing(shown):
    """No address at all is in it but those of its own parts; no script; and its policy forbids all but its own style."""
    assert "//" not in shown.replace("http://e.example", "")
    assert "http://e.example" not in re.sub(r">[^<]*<", "><", shown), "an address that somebody named is text only"
    found = _Page(shown)
    assert found.open == []
    assert not {"script", "link", "img", "iframe", "object", "image", "use", "base", "form"} & {tag for tag, _ in found.tags}
    assert {attributes["href"][0] for attributes in found.all("a")} == {"#"}
    for _, attributes in found.tags:
        assert not {"src", "xlink:href", "onerror", "onload"} & attributes.keys()
    assert re.findall(r"url\(|@import", shown) == []
    policy = next(attributes["content"] for attributes in found.all("meta") if attributes.get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_plots_have_words_and_tables_beside_them(shown):
    """Each is one picture to a screen reader, with its numbers; the tables have captions and heads."""
    found = _Page(shown)
    plots = found.all("svg")
    assert len(plots) == 4, "sizes, overlap, and two segments with several conditions"
    assert {plot["role"] for plot in plots} == {"img"}
    assert plots[0]["aria-label"] == "Members of each segment: vip 120, few 2, gone 0."
    assert "2% of vip are in few, 100% of few are in vip" in plots[1]["aria-label"]
    assert "whose a is true: 200 alone, 200 so far" in plots[2]["aria-label"]
    assert len(found.all("caption")) == len(found.all("table")) == 5
    assert all("scope" in head for head in found.all("th"))


def test_segments_are_selected_by_anchors(shown):
    """Each has a place of its own that links in the sizes and above the conditions lead to."""
    found = _Page(shown)
    places = [attributes["id"] for attributes in found.all("section")]
    assert places == ["vip", "few", "gone"]
    links = [attributes["href"] for attributes in found.all("a")]
    assert links == ["#vip", "#few", "#gone", "#all-segments", "#vip", "#few", "#gone"]
    assert "section:not(:target){display:none}" in shown


def test_the_page_is_for_light_and_dark(shown):
    """Colours of plots are those of the page; none of an SVG's own is left without a rule."""
    assert "prefers-color-scheme:dark" in shown
    drawn = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', shown))
    assert drawn
    assert all(f'[fill="{colour}"]' in shown for colour in drawn)


def test_a_heat_map_holds_as_many_segments_as_can_be_read():
    """Of many, those that overlap most; the page says so."""
    keys = [f"s{number:02}" for number in range(50)]
    made = project(dict.fromkeys(keys, A))
    pairs = tuple(
        Pair(first=a, second=b, sizes=(9, 9), both=9 if {a, b} == {"s48", "s49"} else 3)
        for a, b in sorted(combinations(keys, 2), key=lambda each: each != ("s48", "s49"))
    )
    sizes = dict.fromkeys(keys, 9)
    found = insight(
        project=made, segments=tuple(keys), sizes=sizes, mailable=sizes, pairs=pairs, groups={}, since=None,
        reaches={key: _reach(A, 9) for key in keys},
    )  # fmt: skip
    text = page(found)
    assert f"the {MOST} segments that overlap most" in text
    labels = set(re.findall(r">(s\d\d)<", next(part for part in text.split("<figure>") if "of a row" in part).split("</svg>")[0]))
    assert len(labels) == MOST
    assert {"s48", "s49"} <= labels


def test_nothing_at_all_is_a_page_too():
    """No segments, no groups, no pairs."""
    made = replace(project({}), name="<b>shop</b>")
    empty = insight(project=made, segments=(), sizes={}, mailable={}, reaches={}, pairs=(), groups={}, since=None)
    assert "&lt;b&gt;shop&lt;/b&gt;" in page(empty)
    assert _Page(page(empty)).open == []


def test_equal_conditions_stay_apart_in_a_plot():
    """A condition that stands twice has two bars."""
    twice = AnyOf(of=(A, NoneOf(of=(A, B))))
    made = project({"vip": twice})
    inner = Reach(predicate=twice.of[1], alone=5, after=9, parts=(_reach(A, 4, 6), _reach(B, 1, 5)))
    reaches = {"vip": Reach(predicate=twice, alone=9, parts=(_reach(A, 4, 4), inner))}
    text = page(insight(project=made, segments=("vip",), sizes={"vip": 9}, reaches=reaches, pairs=(), groups={}, since=None))
    plot = text.split("<section")[1].split("</svg>")[0]
    assert len(re.findall(r"whose a is true\u200b*<", plot)) == 2
