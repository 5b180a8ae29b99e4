"""Files that are hard on readers of YAML and on this language: what each is, and what is said of it (None: it is fine)."""

from __future__ import annotations

PROJECT = """\
project: acme
timezone: Europe/Berlin
locale: de_DE
data:
  connect: data
  profile:
    table: customers
    key: customer_id
    attributes:
      email: {type: text}
      country: {type: text}
      city: {type: text, protected: true}
      age: {type: integer}
      spent: {type: decimal(3)}
      score: {type: number}
      member: {type: boolean}
      born: {type: date}
      seen_at: {type: datetime, column: seen, zone: Europe/Berlin}
      tags: {type: list}
    location: {latitude: lat, longitude: lon}
    consent:
      email: {status: s, values: {subscribed: [SUBSCRIBED, YES], unsubscribed: UNSUB}, suppressed: sup, at: s_at}
  memberships: {table: members, profile: customer_id, name: list_name}
  events:
    order:
      table: orders
      profile: customer_id
      at: ordered_at
      id: order_id
      where: {property: state, is_not: cancelled}
      properties: {total: {type: decimal}, sku: {type: text}, paid: {type: boolean}, sizes: {type: list}, weight: {type: number}}
    visit: {table: visits, profile: customer_id, at: at, unique: true, properties: {sku: {type: text}, length: {type: integer}}}
destinations:
  klaviyo: {adapter: klaviyo, api_key: env:K, attributes: {country: country}, events: {order: {metric: Placed Order, value: total}}}
ledger_key: env:LEDGER
policies:
  minimum_size: 10
  maximum_change: 30%
  email_cap: {event: visit, count: {lt: 3}, last: 7 days}
"""

SEGMENTS = """\
segments:
  vip:
    name: VIP
    group: lifecycle
    priority: 1
    realise: {klaviyo: members}
    accept: {klaviyo: {day-windows: a day does not matter}}
    adopt: {klaviyo: true}
    where:
      any:
        - {event: order, count: {gte: 5}, last: 365 days}
        - {event: order, sum: {of: total, gte: 1000.50}, avg: {of: total, gt: 3}, from: 2025-01-01, to: 2026-01-01T09:00:00Z}
        - {event: [order, visit], per: sku, count: 2, days_since_last: {lt: 30}, where: {property: sku, matches: "^A-[0-9]+$"}}
  people:
    name: People
    description: "Ünïcödé 🎉 \\u2028"
    where:
      - {attribute: country, in: [DE, AT, "CH"], ignore_case: true}
      - {attribute: email, is_set: true, ends_with: [".de", ".at"], is_not: x@example.com}
      - {attribute: age, between: [18, 65], gt: {attribute: score, times: 2}}
      - {attribute: born, anniversary: {next: 7 days}}
      - {attribute: seen_at, since: {latest: order, where: {property: total, gt: 10}}, ago: [30 days, 3 days]}
      - {attribute: tags, has_any: [a, b], length: {gte: 2}}
      - {none: [{mailable: email}, {member_of: Insiders}, {not: {everyone: true}}]}
      - {consent: email, status: [subscribed, pending], at: {last: 30 days}}
      - {near: {latitude: 52.52, longitude: 13.4, within: 25 km}}
      - {sample: {percent: 12.5, salt: holdout}}
  did:
    name: Did
    previously: done
    where:
      - latest: order
        where: [{property: paid, is: true}]
        having: {time: weekday, in: [monday]}
        followed_by: {event: visit, within: 3 days}
      - {sequence: [visit, {event: order, within: 2 weeks}, {without: visit, within: 5 hours, open: true}], starting: {this: year}}
      - {regular: order, every: month, at_least: 4, of_last: 6}
      - {measure: {event: order, sum: total}, divided_by: {event: order}, gte: 50}
      - {rank: {event: order, sum: total, last: 365 days}, top: 10%}
      - {rank: {attribute: spent}, tile: {of: 3, in: [2, 3]}}
      - {at_least: {count: 2, of: [{segment: vip}, {segment: people}, {event: visit, where: {time: hour, gte: 22}}]}}
      - {event: order, where: {any: [{property: total, gt: {attribute: spent}}, {property: sizes, has_all: [m, l], length: {is: 2}}]}}
"""
CAMPAIGN = """\
name: Spring
template: welcome
send_from: hello@shop.example
audience: {include: [vip], exclude: [people], exclusively: lifecycle}
destinations: [klaviyo]
variants: spring
experiment: {metric: clicks, share: 50%, wait: 24 hours, baseline: 2%, effect: 20%, power: 80%, alpha: 5%, looks: 2}
"""
COPY = """\
slots:
  greeting: Hello
  first_name: {profile: city, default: there}
variants:
  control: {subject: "[[greeting]] [[first_name]]", preview_text: A preview, body: [One, "Two"]}
  short: {angle: brevity, subject: Hi}
provenance: {model: people, at: 2026-01-31}
approved: {by: anna, at: 2026-01-31, text: "0123"}
"""
TEMPLATE = """\
---
name: Welcome
subject: 'Hello {{ profile.city | default("there") }}'
preview_text: A preview
from_name: Shop
reply_to: hello@shop.example
uses: [city]
language: en
destinations: [klaviyo]
copy: {headline: "{{ profile.city }}", body: [One, Two]}
---
<p>{{ copy.headline }} {{ unsubscribe_url }}</p>
"""
PLACES = {
    "project": ("franca.yaml", PROJECT),
    "segments": ("segments/a.yaml", SEGMENTS),
    "campaign": ("campaigns/spring.yaml", CAMPAIGN),
    "copy": ("copy/spring/vip.en.yaml", COPY),
    "template": ("content/welcome.html", TEMPLATE),
}
"""Kind of file → where it stands in a project, and its right content. In all of it, every word of the language is said, and right."""


def _where(text: str) -> str:
    return f"segments:\n  a:\n    name: x\n    where: {text}\n"


def _nested(opening: str, closing: str, times: int, inner: str = "{everyone: true}") -> str:
    return _where(opening * times + inner + closing * times)


_BOMB = "segments: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 10)
)
_SMALL = "segments:\n  a: {name: x, where: {everyone: true}}\n"

NASTY: dict[str, tuple[str | bytes, str | None]] = {
    # -- bytes
    "nothing": (b"", None),
    "only a comment": ("# nothing\n", None),
    "a byte order mark": (b"\xef\xbb\xbf" + _SMALL.encode(), None),
    "carriage returns": (_SMALL.replace("\n", "\r\n"), None),
    "carriage returns alone": (_SMALL.replace("\n", "\r"), None),
    "no line at the end": (_SMALL.rstrip("\n"), None),
    "UTF-16": (_SMALL.encode("utf-16"), "is not UTF-8 (byte 0); save it as UTF-8"),
    "Latin-1": ("segments: {ü: 1}".encode("latin-1"), "is not UTF-8 (byte 11)"),
    "overlong UTF-8": (b"segments: \xc0\x80", "is not UTF-8 (byte 10)"),
    "a surrogate in UTF-8": (b"segments: \xed\xa0\x80", "is not UTF-8 (byte 10)"),
    "a NUL": ("segments:\n  a: \0\n", "a.yaml:2:6: is not valid YAML: the character U+0000 may not stand in it"),
    "a bell after wide letters": ("segments: é🎉\a\n", "a.yaml:1:13: is not valid YAML: the character U+0007"),
    "no YAML but a picture": (b"\x89PNG\r\n\x1a\n\0\0\0", "is not UTF-8"),
    "a mark in the middle": (_SMALL.replace("x", "a\ufeffb"), None),
    "a next-line character": (
        _SMALL.replace("x", "a\x85b"),
        'a.yaml:2:14: the character U+0085 ends a line for some readers only; write "\\N"',
    ),
    "a line separator": (_SMALL.replace("x", '"a\u2028b"'), None),
    "a no-break space for indentation": ("segments:\n\xa0\xa0a: 1\n", "a file of segments has no key '\\xa0\\xa0a'"),
    "letters from right to left": (_SMALL.replace("a:", '"\u202ea":'), "is not a key"),
    "half a surrogate pair, escaped": (_SMALL.replace("x", '"\\ud800"'), "invalid Unicode character escape code"),
    "a key with a line break": (_SMALL.replace("a:", '"a\\n":'), "'a\\n' is not a key"),
    # -- YAML
    "a tab for indentation": ("segments:\n\ta: 1\n", "is not valid YAML: found character that cannot start any token"),
    "two documents": (_SMALL + "---\n" + _SMALL, "a.yaml:3:1: a second document begins here"),
    "an end and more": (_SMALL + "...\nx\n", "is not valid YAML"),
    "an object of Python": (
        "segments: !!python/object/apply:os.system [echo]\n",
        "the tag tag:yaml.org,2002:python/object/apply:os.system is not",
    ),
    "a plain tag": ("segments: !!map {}\n", "the tag tag:yaml.org,2002:map is not allowed; files are plain YAML"),
    "a set": ("segments: !!set {a, b}\n", "the tag tag:yaml.org,2002:set is not allowed"),
    "bytes": (_SMALL.replace("x", "!!binary aGk="), "the tag tag:yaml.org,2002:binary is not allowed"),
    "a tag directive": ("%TAG ! tag:x,2000:\n---\n" + _SMALL, "a.yaml:1:1: tags are not allowed"),
    "a directive of version 1.1": ("%YAML 1.1\n---\n" + _SMALL, None),
    "a merge key": ("x: &x {name: x}\nsegments:\n  a: {<<: *x, where: {everyone: true}}\n", "keys are plain words; write the mapping out"),
    "a list as a key": ("segments:\n  ? [a]\n  : b\n", "keys are plain words"),
    "an alias as a key": ("segments: &a a\n*a : b\n", "keys are plain words"),
    "no key at all": ('segments:\n  "": {name: x}\n', "'' is not a key"),
    "a key twice": ("segments:\n  a: 1\n  a: 2\n", 'duplicate key "a"; the first is at segments/a.yaml:2:3'),
    "an alias of nothing": ("segments: *a\n", "*a stands for nothing that ends before it"),
    "an alias of what it stands in": ("segments: &a {a: *a}\n", "*a stands for nothing that ends before it"),
    "a billion laughs": (_BOMB, "holds too many values: more than 50,000"),
    "aliases that are fine": (_where("[&a {attribute: age, gt: 1}, *a, {not: *a}]"), None),
    "aliases that nest deeply": (
        "segments: &a " + "[" * 40 + "]" * 40 + "\nx: &b " + "[" * 15 + "*a" + "]" * 15 + "\ny: [[[[[[*b]]]]]]\n",
        "a.yaml:3:10: is nested too deeply",
    ),
    "brackets": ("segments: " + "[" * 100_000, "is nested too deeply"),
    "braces": ("segments: " + "{a: " * 100_000, "is nested too deeply"),
    "dashes": ("segments:\n" + "- " * 100_000, "is nested too deeply"),
    "question marks": ("? " * 100_000, "keys are plain words"),
    "stairs": ("".join(f"{' ' * level}a:\n" for level in range(900)), "a.yaml:62:62: is nested too deeply"),
    "a quote without an end": ('segments: "x\n' * 3, "is not valid YAML"),
    "an enormous key": (f'segments: {{"{"k" * 900_000}": 1}}\n', "is not valid YAML"),
    "an enormous text": (_where(f"{{attribute: country, is: {'x' * 900_000}}}"), None),
    "an enormous name": (_where(f"{{attribute: {'x' * 900_000}, is: x}}"), "there is no attribute 'xxx"),
    "too many values": ("segments: [" + "a," * 60_000 + "]", "holds too many values"),
    "too many bytes": ("#" * 1_000_001, "is larger than 1,000,000 bytes; split it"),
    # -- numbers and times
    "not a number": (_where("{attribute: score, gt: .nan}"), 'score\' is number, and the text ".nan" is not'),
    "infinity": (_where("{attribute: score, gt: -.inf}"), "write a number without quotes"),
    "twenty-nine digits": (_where(f"{{attribute: age, gt: 1{'0' * 28}}}"), "a number of more than 28 digits"),
    "an enormous exponent": (_where("{attribute: age, gt: 1e999999999}"), "a number of more than 28 digits"),
    "a tiny exponent": (_where("{attribute: spent, gt: 1e-999999999}"), "a number of more than 28 digits"),
    "twenty-eight digits": (_where(f"{{attribute: age, gt: -{'9' * 28}}}"), None),
    "twenty-nine places": (_where(f"{{attribute: spent, gt: 0.{'0' * 28}1}}"), "a number of more than 28 digits"),
    "hexadecimal": (_where("{attribute: age, gt: 0x1F}"), 'and the text "0x1F" is not'),
    "underscores": (_where("{attribute: age, gt: 1_000}"), 'and the text "1_000" is not'),
    "Arabic digits": (_where("{attribute: age, gt: ١٢}"), "is not; write a whole number"),
    "the year 0": (_where("{event: order, from: 0000-01-01}"), "years are from 2 to 9998"),
    "the first day of all": (_where("{attribute: seen_at, gt: 0001-01-01T00:00:00+14:00}"), "write an instant such as"),
    "the last day of all": (_where("{event: order, to: 9999-12-31T23:59:59-14:00}"), "years are from 2 to 9998"),
    "a day of the year 9999": (_where("{attribute: born, day: 9999-12-31}"), "is not a day"),
    "February 30": (_where("{event: order, from: 2026-02-30}"), "is not a date"),
    "999999 days": (_where("{event: order, last: 999999 days}"), None),
    "999999 years": (_where("{event: order, last: 999999 years}"), "999999 years are more than 9998"),
    "a million years": (_where("{event: order, last: 1000000 years}"), "a duration is a whole number and a unit"),
    "no time": (_where("{event: order, last: 0 days}"), "0 days is no time at all"),
    "a share with a line break": (_where('{rank: {attribute: age}, top: "10%\\n"}'), "top is a share such as 30%"),
    "an enormous share": (_where(f"{{rank: {{attribute: age}}, top: {'9' * 5_000}%}}"), "999"),
    "an enormous place": (_where("{rank: {attribute: age}, top: 9999999999999999}"), "write a number from 1 to 1,000,000,000"),
    "a tiny share": (_where("{rank: {attribute: age}, top: 0.0000001%}"), "write at most 6 decimal places"),
    "an enormous tile": (_where("{rank: {attribute: age}, tile: {of: 1001, in: [1]}}"), "write a number from 1 to 1,000"),
    "thirty-one steps": (_where(f"{{sequence: [{', '.join(['order'] * 31)}]}}"), "a sequence of 31 steps; it has at most 30"),
    "an enormous of_last": (_where("{regular: order, every: day, at_least: 1, of_last: 99999999999999999999}"), "a number from 1 to 400"),
    "more than all": (_where("{sample: {percent: 100.1, salt: x}}"), "percent is a number from 0 to 100"),
    # -- patterns
    "a pattern that takes other engines forever": (_where("{attribute: country, matches: '(a+)+$'}"), None),
    "repetitions of repetitions": (_where("{attribute: country, matches: '(((a{1,1000}){1,1000}){1,1000})'}"), "invalid repetition size"),
    "a pattern that grows": (_where(r"{attribute: country, matches: '(\pL{1,30}){1,30}'}"), "pattern too large"),
    "a pattern that looks back": (_where(r"{attribute: country, matches: '(a)\1'}"), "invalid escape sequence"),
    "a pattern of a megabyte": (
        _where("{attribute: country, matches: '" + "(a|b)*c" * 120_000 + "'}"),
        "840,000 characters is longer than 500",
    ),
    "a pattern with a NUL": (_where('{attribute: country, matches: "a\\0b"}'), None),
    # -- trees
    "as deep as can be": (_nested("{not: ", "}", 56), None),
    "a level more": (_nested("{not: ", "}", 57), "is nested too deeply"),
    "all and any in turns": (_nested("{all: [{any: [", "]}]}", 14), None),
    "a segment of itself": (_where("{segment: a}"), "segments refer to each other in a circle: a → a"),
    "a list of nothing": (_where("[]"), "a list of predicates is empty"),
    "a segment that is a list": ("segments: [a]\n", "segments is a mapping"),
    "a file that is a word": ("segments\n", "a file of segments is a mapping"),
    "a hundred and one events": (_where(f"{{event: [{', '.join(['order'] * 101)}]}}"), "101 kinds of events are more than 100"),
    "10,000 texts": (_where(f"{{attribute: country, in: [{', '.join(f'c{number}' for number in range(10_000))}]}}"), None),
    "10,000 predicates": (_where(f"{{any: [{', '.join(f'{{attribute: age, is: {number}}}' for number in range(10_000))}]}}"), None),
    "a chain of 90 segments": (
        "segments:\n" + "".join(f"  s{number}: {{name: x, where: {{not: {{segment: s{number + 1}}}}}}}\n" for number in range(90)),
        "levels deep",
    ),
    "segments that double 20 times": (
        "segments:\n"
        + "".join(f"  s{number}: {{name: x, where: [{{segment: s{number + 1}}}, {{segment: s{number + 1}}}]}}\n" for number in range(20))
        + "  s20: {name: x, where: {attribute: age, gt: 1}}\n",
        "values with the segments that it refers to, and 50,000 are the most",
    ),
    "5,000 mistakes": (
        "segments:\n" + "".join(f"  s{number}: {{nam: x}}\n" for number in range(5_000)),
        "there are more mistakes than these 1,000; mend these first",
    ),
}
"""What the file is → its content, and a part of what is said."""

NASTY_PROJECTS: dict[str, tuple[str, str | None]] = {
    "all is well": (PROJECT, None),
    "a zone that is a path": (PROJECT.replace("Europe/Berlin", "../../../etc/passwd", 1), "there is no time zone '../../../etc/passwd'"),
    "a zone that is a folder": (PROJECT.replace("Europe/Berlin", "Europe", 1), "there is no time zone 'Europe'"),
    "a zone with a NUL": (PROJECT.replace("Europe/Berlin", '"a\\0b"', 1), "there is no time zone 'a\\x00b'"),
    "an enormous zone": (PROJECT.replace("Europe/Berlin", "x" * 500_000, 1), "there is no time zone 'xxx"),
    "a city for a zone": (PROJECT.replace("Europe/Berlin", "berlin", 1), 'did you mean "Europe/Berlin"?'),
    "a type with a line break": (PROJECT.replace("decimal(3)", '"decimal(3)\\n"'), "there is no type 'decimal(3)\\n'"),
    "a project with a line break": (PROJECT.replace("acme", '"acme\\n"'), "is not a key"),
    "a list": ("[]", "a project is a mapping"),
    "nothing": ("", "a project is a mapping"),
    "20,000 attributes": (
        PROJECT.replace("      email:", "".join(f"      a{number}: {{type: text}}\n" for number in range(20_000)) + "      email:", 1),
        None,
    ),
    "20,000 names that are none": (
        PROJECT.replace("{country: country}", f"{{{', '.join(f'x{number}: y' for number in range(20_000))}}}"),
        "there are more mistakes than these 1,000",
    ),
    "an enormous share": (PROJECT.replace("30%", f"{'9' * 5_000}%"), None),
}
"""The same for franca.yaml."""
