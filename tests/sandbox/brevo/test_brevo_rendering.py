"""Brevo's template language in the sandbox: source, person, result; each row a fact of the vendor sheet or of pongo2's source."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from franca.sandbox import Clock
from franca_brevo.sandbox import Sandbox
from franca_brevo.sandbox.rendering import ASSUMPTIONS, RenderError, Surroundings, render

NOW = datetime(2026, 3, 9, 7, 5, 4, tzinfo=UTC)
ANN = {"FIRSTNAME": "Ann", "POINTS": 12.0, "ZERO": 0.0, "VIP": True, "OLD": False, "EMPTY": "", "BORN": "1990-05-17", "HOBBIES": ["golf"]}
FEED = {"news": [{"title": "One", "price": 5}, {"title": "<Two>", "price": 2.5}], "none": []}
AROUND = Surroundings(
    unsubscribe="https://u.example/?a=1&b=2",
    mirror="https://m.example",
    update_profile="https://p.example",
    time_now=NOW,
    params={"gift": "cup", "count": 3},
    feed=FEED,
)


def shown(source: str, *, markup: bool = True, flipped: str = "", **changes: Any) -> str:
    """Return *source* rendered for Ann."""
    assumptions = {**ASSUMPTIONS, **({flipped: not ASSUMPTIONS[flipped]} if flipped else {})}
    return render(source, {**ANN, **changes}, markup=markup, surroundings=AROUND, assumptions=assumptions)


def holds(condition: str, **changes: Any) -> bool:
    """Return whether a condition holds for Ann."""
    return shown(f"{{% if {condition} %}}yes{{% else %}}no{{% endif %}}", **changes) == "yes"


# -- printing


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hi {{ contact.FIRSTNAME }}!", "Hi Ann!"),  # 3.2
        ("{{contact.FIRSTNAME}}", "Ann"),  # pongo2: blanks are ignored
        ("{{ contact.MISSING }}|{{ contact.EMPTY }}|{{ nothing }}|{{ nothing.at.all }}", "|||"),  # 3.4: nil prints nothing
        ("{{ contact.firstname }}", ""),  # 3.2: exact upper-case name
        ("{{ contact.POINTS }}", "12.000000"),  # pongo2: %f
        ("{{ 5 }} {{ 2.50 }} {{ -3 }}", "5 2.500000 -3"),  # pongo2
        ("{{ contact.VIP }} {{ contact.OLD }} {{ true }}", "True False True"),  # pongo2
        ("{{ contact.HOBBIES }}", ""),  # 3.2: multiple-choice attributes cannot be used
        ("{{ params.gift }} {{ params.count }}", "cup 3.000000"),  # 3.2; numbers of JSON are floats in Go
        ("{{ unsubscribe }}", "https://u.example/?a=1&amp;b=2"),  # 3.2, 3.3
        ("{{ mirror }} {{ update_profile }}", "https://m.example https://p.example"),  # 3.2
        ("{{ time_now }}", "2026-03-09 07:05:04 +0000 UTC"),  # pongo2: Go's time.String
        ("{{ 1 + 2 }} {{ 'a' + 1 }} {{ 5 - 1.5 }}", "3 a1 3.500000"),  # pongo2
        ("{FNAME} [FNAME] %FNAME% { { }", "{FNAME} [FNAME] %FNAME% { { }"),  # 3.1: tags of the old language are none here
        ("a{# no {{ tag }} here #}b", "ab"),  # 3.4
        ("{% verbatim %}{{ x }}{# y #}{% endverbatim %}", "{{ x }}{# y #}"),  # pongo2
        ("a \n{{- 1 -}}\n b", "a1b"),  # pongo2: dashes drop blanks
    ],
)
def test_what_is_printed(source: str, text: str) -> None:
    """Attributes, links, params, literals, comments, verbatim."""
    assert shown(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ contact.FIRSTNAME }}", "&lt;b&gt;&amp;&quot;&#39;"),  # 3.3: escaped by default; pongo2: these five
        ("{{ contact.FIRSTNAME|safe }}", "<b>&\"'"),  # pongo2
        ("{{ contact.FIRSTNAME|safe|lower }}", "<b>&\"'"),  # pongo2: anywhere among the filters
        ("{{ contact.FIRSTNAME|escape }}", "&amp;lt;b&amp;gt;&amp;amp;&amp;quot;&amp;#39;"),  # pongo2: escaped twice
        ("{% autoescape off %}{{ contact.FIRSTNAME }}{% endautoescape %}", "<b>&\"'"),  # 3.3
        ("{% autoescape off %}{% autoescape on %}{{ '<' }}{% endautoescape %}{% endautoescape %}", "&lt;"),
        ('{{ contact.NONE|default:"<i>" }}', "&lt;i&gt;"),  # pongo2: literals are texts like others
    ],
)
def test_html_is_escaped(source: str, text: str) -> None:
    """By default, unless `safe` or `autoescape off` says otherwise."""
    assert shown(source, FIRSTNAME="<b>&\"'") == text


def test_whether_subjects_are_escaped_is_an_assumption() -> None:
    """Flipped, texts that are no markup stay as they are; markup is escaped all the same."""
    source = "{{ contact.FIRSTNAME }}"
    assert shown(source, markup=False, FIRSTNAME="A & B") == "A &amp; B"
    assert shown(source, markup=False, flipped="brevo.subject-autoescaped", FIRSTNAME="A & B") == "A & B"
    assert shown(source, flipped="brevo.subject-autoescaped", FIRSTNAME="A & B") == "A &amp; B"


# -- conditions


@pytest.mark.parametrize(
    ("condition", "result"),
    [
        ("contact.FIRSTNAME", True),
        ("contact.MISSING", False),
        ("contact.EMPTY", False),
        ("contact.ZERO", False),  # 3.4: falsy
        ("contact.OLD", False),
        ("contact.VIP", True),
        ("contact.HOBBIES", False),
        ('contact.FIRSTNAME == "Ann"', True),
        ('contact.FIRSTNAME == "ann"', False),
        ('contact.FIRSTNAME != "Bob"', True),
        ('contact.FIRSTNAME <> "Bob"', True),  # pongo2
        ('contact.MISSING == ""', False),  # 3.4: missing is nil, no text
        ('contact.MISSING != "x"', True),
        ("contact.MISSING == nothing", True),
        ("contact.VIP == true", True),
        ("contact.POINTS == 12", False),  # 3.4: a whole number never equals a float
        ("contact.POINTS != 12", True),
        ("contact.POINTS == 12.0", True),
        ("contact.POINTS >= 12 and contact.POINTS <= 12", True),  # 3.4: what to emit
        ("contact.POINTS > 11.5", True),
        ("contact.POINTS < 12", False),
        ("contact.MISSING < 1", True),  # nil is 0
        ("contact.MISSING >= 0", True),
        ("contact.VIP > 0", False),  # pongo2: no number, so 0
        ('contact.BORN < "2000-01-01"', False),  # 3.4: neither is a number, so 0 < 0
        ('contact.BORN <= "2000-01-01"', True),
        ('"10" > "9"', True),  # 3.4: through ParseFloat
        ('"5.9" > "5.1"', False),  # pongo2: cut to whole numbers when neither side is a float
        ('"5.9" > 5.1', True),
        ('" 5" > 4.5', False),  # Go's ParseFloat takes no blanks
        ('"An" in contact.FIRSTNAME', True),  # 3.4: substring
        ('contact.FIRSTNAME in "Ann, Bob"', True),
        ('contact.MISSING in "Ann"', True),  # pongo2: nil prints "", which is in every text
        ("contact.FIRSTNAME in contact.MISSING", False),
        ('"news" in feed', True),  # pongo2: a key
        ("not contact.OLD", True),
        ("!contact.VIP", False),
        ("not contact.MISSING", True),
    ],
)
def test_what_a_condition_is(condition: str, result: bool) -> None:
    """Truth, equality, order, membership."""
    assert holds(condition) is result


@pytest.mark.parametrize(
    ("condition", "result"),
    [
        ("false and false or true", False),  # 3.4: a and (b or c)
        ("(false and false) or true", True),
        ("true or true and false", True),
        ("true && false || true", True),  # a and (b or c)
        ("false && true || true", False),
        ("not contact.FIRSTNAME == 'Ann'", False),  # 3.4: (not a) == b
        ("not (contact.FIRSTNAME == 'Ann')", False),
        ("not contact.FIRSTNAME == false", True),  # (not a) is false
        ("not contact.FIRSTNAME == 'Bob'", False),  # false == "Bob"
        ("not (contact.FIRSTNAME == 'Bob')", True),
        ("not contact.POINTS == 0.0", True),  # pongo2: not of a number is a number
        ("1 < 2 == true", False),  # right associative: 1 < (2 == true), that is 1 < 0
        ("((contact.VIP))", True),
    ],
)
def test_operators_bind_as_in_pongo2(condition: str, result: bool) -> None:
    """`and` and `or` have one rank and associate to the right; `not` binds to the first operand."""
    assert holds(condition) is result


def test_whether_a_whole_number_equals_a_float_is_an_assumption() -> None:
    """Flipped, 12 equals 12.0; a truth value is no number either way."""
    assert holds("contact.POINTS == 12", flipped="brevo.int-equals-float")
    assert not holds("contact.POINTS != 12", flipped="brevo.int-equals-float")
    assert not holds("contact.VIP == 1", flipped="brevo.int-equals-float")


def test_the_first_branch_that_holds_is_taken() -> None:
    """`if`, `elif`, `else`; without `else` nothing."""
    source = "{% if contact.OLD %}a{% elif contact.VIP %}b{% elif contact.FIRSTNAME %}c{% else %}d{% endif %}"
    assert shown(source) == "b"
    assert shown(source, VIP=False) == "c"
    assert shown(source, VIP=False, FIRSTNAME="") == "d"
    assert shown("x{% if contact.OLD %}a{% elif contact.OLD %}b{% endif %}y") == "xy"


# -- loops


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% for x in feed.news %}{{ x.title }};{% endfor %}", "One;&lt;Two&gt;;"),  # 3.2
        ("{% for x in feed.none %}a{% empty %}b{% endfor %}", "b"),  # pongo2
        ("{% for x in feed.missing %}a{% endfor %}-", "-"),
        ("{% for x in contact.HOBBIES %}a{% endfor %}-", "-"),  # 3.2: multiple-choice attributes cannot be used
        ("{% for x in feed.news %}{{ forloop.Counter }}{{ forloop.Revcounter0 }}{% endfor %}", "1120"),  # pongo2: a Go struct
        ("{% for x in feed.news %}{{ forloop.counter }}{% endfor %}-", "-"),  # so that Django's names are nil
        ("{% for x in feed.news %}{% if forloop.First %}f{% endif %}{% if forloop.Last %}l{% endif %}{% endfor %}", "fl"),
        ("{% for x in feed.news reversed %}{{ x.price }} {% endfor %}", "2.500000 5.000000 "),
        ("{% for c in 'ab' %}{{ c }}.{% endfor %}{{ c }}", "a.b."),  # names of a loop end with it
        ("{% for key, value in params %}{{ key }}={{ value }} {% endfor %}", "count=3.000000 gift=cup "),
        ("{% for x in feed.news %}{% for y in feed.news %}{{ forloop.Parentloop.Counter }}{% endfor %}{% endfor %}", "1122"),
        ("{{ feed.news.0.title }}{{ feed.news.9.title }}", "One"),
    ],
)
def test_loops(source: str, text: str) -> None:
    """Over feeds, texts and mappings; `forloop` has Go's names."""
    assert shown(source) == text


# -- filters


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('{{ contact.MISSING|default:"x" }}{{ contact.EMPTY|default:"x" }}', "xx"),  # 3.4: fires on all that is falsy
        ('{{ contact.ZERO|default:"x" }}{{ contact.OLD|default:"x" }}', "xx"),  # 3.4: also 0 and false
        ("{{ contact.FIRSTNAME | default : 'x' }}", "Ann"),  # 3.1: blanks are ignored
        ("{{ contact.MISSING|default:contact.FIRSTNAME }}", "Ann"),
        ('{{ contact.MISSING|default_if_none:"x" }}{{ contact.EMPTY|default_if_none:"y" }}', "x"),
        ('{{ "élan vital"|capfirst }}', "Élan vital"),
        ('{{ "JOHN o\'NEIL-smith"|title|safe }}', "John O'Neil-Smith"),  # Go's strings.Title
        ('{{ "straße ŉ ǆ"|upper }}', "STRAßE ŉ Ǆ"),  # Go: one character for one
        ('{{ "ΟΔΟΣ İ"|lower }}', "οδοσ i"),  # Go: no final sigma
        ('{{ "Hello world"|truncatechars:8 }}', "Hello..."),  # pongo2: the dots count
        ('{{ "Hello"|truncatechars:5 }}{{ "Hello"|truncatechars:2 }}', "HelloHe"),
        ("{{ 'joe anderson'|title|truncatechars:4 }}", "J..."),  # 3.3: chaining
        ("{{ contact.POINTS|floatformat:2 }} {{ contact.POINTS|floatformat }}", "12.00 12"),  # 3.3, pongo2
        ("{{ 2.55|floatformat }} {{ 2.5|floatformat:0 }} {{ 2.5|floatformat:3 }}", "2.5 2 2.500"),  # Go rounds half to even
        ('{{ time_now|date:"2006-01-02 15:04:05" }}', "2026-03-09 07:05:04"),  # 3.4: a Go layout
        ('{{ time_now|date:"Monday, 2 Jan 06, 3:4 PM" }}', "Monday, 9 Mar 26, 7:5 AM"),
        ("{{ 'añb'|length }} {{ feed.news|length }} {{ contact.POINTS|length }}", "3 2 0"),
        ("{{ 'abc'|join:'-' }}{{ 'abc'|first }}{{ 'abc'|last }}{{ feed.none|first }}", "a-b-cac"),
        ("{{ 'a b&c/ü~'|urlencode }}", "a+b%26c%2F%C3%BC~"),  # Go's QueryEscape
        ("{{ '<b>x</b> '|striptags }}", "x"),
        ("{{ 'banana'|cut:'a' }}", "bnn"),
        ("{{ 1|add:2 }} {{ contact.POINTS|add:1 }} {{ 'a'|add:1 }}", "3 13.000000 a1"),
        ("{{ 'abcd'|slice:'1:3' }} {{ 'abcd'|slice:':2' }} {{ 'abcd'|slice:'2:' }} {{ 'abcd'|slice:'9:' }}", "bc ab cd "),
        ("{{ contact.VIP|yesno }} {{ contact.OLD|yesno:'a,b' }} {{ contact.MISSING|yesno:'a,b,c' }} {{ nil|yesno }}", "yes b c maybe"),
        (
            "item{{ 2|pluralize }} item{{ 1|pluralize }} cherr{{ 2|pluralize:'y,ies' }} class{{ 3|pluralize:'es' }}",
            "items item cherries classes",
        ),
        ("{{ 'a\\\"b'|addslashes|safe }}", 'a\\"b'),
        ("{{ 'tab\\t\\'\\\\'|safe }}", "tab\t'\\"),  # 3.4: escapes
    ],
)
def test_filters(source: str, text: str) -> None:
    """Each with pongo2's result."""
    assert shown(source) == text


# -- refusals


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ contact.FIRSTNAME\n}}", "Newline not allowed within tag/variable."),  # 3.4
        ("{% if contact.VIP\n%}{% endif %}", "Newline not allowed within tag/variable."),
        ('{{ "a\nb" }}', "Newline in string is not allowed."),
        ("a{#b} c", "Single-line comment not closed."),  # 3.4: CSS
        ("a{#b}\n#}", "Newline not permitted in a single-line comment."),
        ("{{ contact.X|default:“x” }}", "Unknown character: '“'"),  # 3.4: typographic quotes
        ("{% if contact.A == &quot;x&quot; %}{% endif %}", "Unknown character: '&'"),  # 3.4: HTML-escaped
        ('{{ "a\\d" }}', "Unknown escape sequence: \\d"),
        ('{{ "abc }}', "Unexpected EOF, string not closed."),
        ("{% verbatim %}x", "verbatim-tag not closed, got EOF."),
        ("{{ contact.FIRSTNAME", "'}}' expected"),
        ("{{ a b }}", "'}}' expected"),
        ("{{ }}", "Expected either a number, string, keyword or identifier."),
        ("{{ contact.in }}", "This token is not allowed within a variable name."),  # 3.4: keywords are no names
        ('{{ contact.X|default("x") }}', "'}}' expected"),  # pitfall 11: not Jinja
        ("{{ x|nothing }}", "Filter 'nothing' does not exist."),
        ("{{ x|default: }}", "Expected either a number, string, keyword or identifier."),
        ("{% if a not in b %}{% endif %}", "If-condition is malformed."),  # 3.4: no `not in`
        ("{% if (a %}{% endif %}", "Closing bracket expected after expression"),
        ("{% if not not a %}{% endif %}", "This keyword is not allowed here"),
        ("{% if a %}x", "Unexpected EOF, expected tag elif or else or endif."),
        ("{% if a %}x{% else b %}y{% endif %}", "Arguments not allowed here."),
        ("x{% endif %}", "Tag 'endif' not found (or beginning tag not provided)"),
        ("{% foo %}", "Tag 'foo' not found (or beginning tag not provided)"),
        ("{% for x of y %}{% endfor %}", "Expected keyword 'in'."),
        ("{% for x in y z %}{% endfor %}", "Malformed for-loop arguments."),
        ("{% autoescape maybe %}{% endautoescape %}", "Only 'on' or 'off' is valid as an autoescape-mode."),
        ("{{ contact.FIRSTNAME.x }}", "Can't access a field by name on type string (variable contact.FIRSTNAME.x)"),
        ("{{ contact.POINTS.0 }}", "Can't access an index on type float64 (variable contact.POINTS.0)"),
        ('{{ contact.BORN|date:"2006" }}', "filter input argument must be of type 'time.Time'"),  # 3.4
        ("{{ -contact.FIRSTNAME }}", "Negative sign on a non-number expression"),
        ("{{ 'x'|yesno:'a' }}", "You must either pass no or at least 2 arguments"),
        ("{{ 'x'|pluralize }}", "Filter 'pluralize' does only work on numbers."),
        ("{{ 'x'|slice:'1' }}", "Slice string must have the format"),
        ("{% if feed.news == feed.news %}{% endif %}", "comparing uncomparable type"),
    ],
)
def test_what_pongo2_cannot_read_is_refused_in_its_words(source: str, words: str) -> None:
    """No template is half rendered."""
    with pytest.raises(RenderError) as caught:
        shown(source)
    assert words in str(caught.value)


def test_an_error_names_its_place() -> None:
    """Line and column, as pongo2 writes them."""
    with pytest.raises(RenderError) as caught:
        shown("one\ntwo {{ x|nothing }}")
    assert str(caught.value) == "[Error (where: parser) in <string> | Line 2 Col 10] Filter 'nothing' does not exist."


# -- the sandbox


def test_the_sandbox_renders_with_its_clock_and_its_assumptions() -> None:
    """`Sandbox.render` needs neither surroundings nor a stored template."""
    sandbox = Sandbox(Clock(NOW))
    assert sandbox.render('{{ contact.FIRSTNAME }} {{ time_now|date:"2006" }}', ANN) == "Ann 2026"
    assert sandbox.render("{{ contact.FIRSTNAME }}", {"FIRSTNAME": "&"}, markup=False) == "&amp;"
    sandbox.assumptions["brevo.subject-autoescaped"] = False
    assert sandbox.render("{{ contact.FIRSTNAME }}", {"FIRSTNAME": "&"}, markup=False) == "&"
