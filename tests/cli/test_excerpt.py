"""A mistake is told with the line that it is in and a caret; what may be secret is never shown."""

from __future__ import annotations

import pytest

SECRET = "sk_live_canary"
LOYALTY = "segments/loyalty.yaml"


def told(ended) -> list[str]:
    """Return the lines of an error: messages, excerpts, carets."""
    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert SECRET not in ended.err
    return ended.err.rstrip("\n").split("\n")


def test_a_mistake_in_a_segment_has_its_line_and_a_caret(franca, shop):
    """The caret stands below the place that the message names."""
    path = shop / LOYALTY
    path.write_text(path.read_text(encoding="utf-8").replace("gte: 5", "gtee: 5"), encoding="utf-8")
    message, line, caret = told(franca("validate", "-p", shop))
    assert message.startswith(f"{LOYALTY}:8:34: ")
    assert line == "  8 |         - {event: order, count: {gtee: 5}, last: 365 days}"
    assert line[caret.index("^") :].startswith("gtee")


@pytest.mark.parametrize("name", ["campaigns/spring.yaml", "copy/spring/vip.en.yaml"])
def test_campaigns_and_copy_have_excerpts(franca, shop, name):
    """Every YAML file of a project is shown alike."""
    path = shop / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("name: Spring\nvariants: [a]\n", encoding="utf-8")
    lines = told(franca("validate", "-p", shop))
    assert any(line.startswith(("  1 | name: Spring", "  2 | variants: [a]")) for line in lines)
    assert lines[-1].strip() == "^"


def test_mistakes_of_all_files_are_told_in_one_run_sorted_each_with_its_line(franca, shop):
    """franca.yaml, campaigns and two files of segments; a file that cannot be read hides no mistake in another."""
    (shop / "segments" / "a.yaml").write_text("segments:\n  a: {name: A, where: {attribute: contry, is: DE}}\n", encoding="utf-8")
    (shop / "segments" / "b.yaml").write_text("segments:\n  b: {name: [, where: 1}\n", encoding="utf-8")
    (shop / "segments" / "c.yaml").write_text(
        "segments:\n  c: {nmae: C, where: {everyone: true}}\n  d: {name: D, where: [{segment: c}, {event: ordr}]}\n", encoding="utf-8"
    )
    (shop / "campaigns").mkdir()
    (shop / "campaigns" / "spring.yaml").write_text("template: welcome\n", encoding="utf-8")
    lines = told(franca("validate", "-p", shop))
    messages = [line for line in lines[::3] if not line.startswith(" ")]
    assert len(lines) == 3 * len(messages)
    assert [message.split(": ")[0] for message in messages] == [
        "campaigns/spring.yaml:1:1",
        "segments/a.yaml:2:23",
        "segments/b.yaml:2:14",
        "segments/c.yaml:2:7",
        "segments/c.yaml:3:38",
    ]
    assert all(caret.strip() == "^" for caret in lines[2::3])


def test_a_caret_counts_wide_letters_and_tabs_as_a_terminal_does(franca, shop):
    """Two columns for an ideograph, one for a tab; control characters are spelled out."""
    (shop / "segments" / "a.yaml").write_text('segments:\n  a: {name: "常\t常\u200b",\twhree: 1}\n', encoding="utf-8")
    line, caret = next(
        (line, caret) for line, caret in zip(*[iter(told(franca("validate", "-p", shop))[1:])] * 2, strict=False) if "whree" in line
    )
    assert "\u200b" not in line
    assert caret.index("^") == line.index("whree") + 2


def edited(shop, old, new):
    """Change franca.yaml in one place."""
    path = shop / "franca.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("{type: text}\n      first_name", "{type: texd}\n      first_name", "      email: {type: texd}"),
        ("timezone: Europe/Berlin", "timzone: Europe/Berlin", None),  # an unknown entry may be anything
        ("timezone: Europe/Berlin", "timezone: [1]", "timezone: [1]"),
        ("table: orders", "table: [orders]", "      table: [orders]"),
        ("table: orders", "table: @orders", "      table: @orders"),
    ],
)
def test_the_project_file_has_excerpts(franca, shop, old, new, shown):
    """Where no key and no address can stand, the line is shown, of a file that is no YAML too."""
    edited(shop, old, new)
    lines = told(franca("validate", "-p", shop))
    excerpts = [line.partition(" | ")[2] for line in lines if " | " in line]
    assert (shown in excerpts) if shown else not [line for line in excerpts if line.startswith(new)]


DESTINATION = f"destinations:\n  klaviyo:\n    adapter: klaviyo\n    api_key: {SECRET}\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# Take what", DESTINATION),
        ("# Take what", DESTINATION.replace("destinations", "destination")),
        ("# Take what", DESTINATION.replace("\n", "\n  ").replace("destinations", "policies:\n  destinations")),
        ("# Take what", f"destinations: {{klaviyo: {{adapter: [1], api_key: {SECRET}}}}}\n"),
        ("# Take what", f"destinations: {{klaviyo: {{adapter: @, api_key: {SECRET}}}}}\n"),
        ("# Take what", f"destinations:\n  klaviyo:\n    api_key: '{SECRET}\n"),
        ("# Take what", f"destinations:\n  klaviyo:\n    api_key: {SECRET}: x\n"),
        ("# Take what", f"destinations:\n  klaviyo:\n    api_key: @{SECRET}\n"),
        ("# Take what", f"destinations: &a\n  klaviyo:\n    api_key: [{SECRET}, *a]\n"),
        ("# Take what", f"destinations:\n  klaviyo: {{adapter: klaviyo}}\n  klaviyo: {{api_key: {SECRET}}}\n"),
        ("# Take what", f"ledger_key: [{SECRET}]\n"),
        ("# Take what", f"ledger_key: {{a: {SECRET}\n"),
        ("# Take what", f"state: [s3://{SECRET}@bucket]\n"),
        ("# Take what", f"{SECRET}: \x07\n"),
        ("# Take what", f"x: {SECRET}\n...\n"),
        ("connect: data", f"connect: [postgres://{SECRET}@host/db]"),
        ("connect: data", f"conect: postgres://{SECRET}@host/db"),
        ("connect: data", f"connect: 'postgres://{SECRET}@host/db"),
        ("connect: data", f"connect:\n    url: {SECRET}\n    other: *x"),
        ("data:\n", f"data: {{connect: {SECRET}, x: ]}}\n"),
        ("project: shop\n", f"{{project: 5, destinations: {{klaviyo: {{api_key: {SECRET}}}}}}}\n#"),
        ("project: shop\n", f"- {SECRET}\n#"),
    ],
)
def test_what_may_be_secret_is_never_shown(franca, shop, old, new):
    """Not below destinations, data.connect, ledger_key and state, however they are written, misspelt, or broken."""
    edited(shop, old, new)
    told(franca("validate", "-p", shop))


def test_data_are_never_shown(franca, shop):
    """A mistake in a table is told by file and line only."""
    path = shop / "data" / "orders.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("120.00", SECRET), encoding="utf-8")
    ended = franca("evaluate", "-p", shop, "--as-of", "2026-03-01", "--out", shop / "x.parquet")
    assert ended.code == 1
    assert " | " not in ended.err
