"""`franca render`: what an email means, what each ESP makes of it, which branch reaches whom."""

from __future__ import annotations

import json
import re

import pytest

SHOP = """
destinations:
  klaviyo: {adapter: klaviyo, api_key: env:X, attributes: {first_name: first_name, country: "location['country']"}}
  mailchimp: {adapter: mailchimp, api_key: env:X, audience: A, attributes: {first_name: {field: FNAME, plain: true}, country: COUNTRY}}
  brevo:
    {adapter: brevo, api_key: env:X, sender: a@b.test, company_address: Street 1, attributes: {first_name: FIRSTNAME, country: COUNTRY}}
"""


@pytest.fixture
def shop(franca, tmp_path):
    franca("init", str(tmp_path))
    with (tmp_path / "franca.yaml").open("a", encoding="utf-8") as file:
        file.write(SHOP)
    return tmp_path


def render(franca, shop, *more, **options):
    return franca("render", "welcome", "--project", str(shop), "--as-of", "2026-03-01", *more, **options)


def test_three_esps_make_the_same_email(franca, shop):
    """Each by its own rules, the reference by ours."""
    shown = render(franca, shop).out
    assert re.findall(r"^(klaviyo|mailchimp|brevo): (.*)$", shown, re.MULTILINE) == [
        (name, "the same") for _ in range(3) for name in ("klaviyo", "mailchimp", "brevo")
    ]


def test_every_branch_is_counted_over_everybody(franca, shop):
    """One that reaches nobody is told so."""
    template = shop / "content" / "welcome.html"
    template.write_text(template.read_text("utf-8").replace('["DE", "AT", "CH"]', '["XX"]'), "utf-8")
    shown = render(franca, shop).out
    assert re.search(r'content/welcome\.html:19:\d+: profile\.country == "XX": reaches NOBODY', shown)
    assert re.search(r'in_segment\("vip"\): reaches \d+ of \d+ people', shown)
    found = re.findall(r"^content/welcome\S+: (.*): reaches (\d+) of (\d+) people$", shown, re.MULTILINE)
    reached = {asks: int(people) for asks, people, _ in found}
    assert sum(reached.values()) == int(found[0][2])
    assert [asks for asks in reached if asks.startswith("else, after ")] == ['else, after in_segment("vip"), profile.country == "XX"']


def test_what_is_native_to_an_esp_is_no_difference(franca, shop):
    """It alone can render it; what stands beside it is compared."""
    template = shop / "content" / "welcome.html"
    native = '<p>{% native "klaviyo" %}{{ first_name|default:"Klaviyo" }}{% endnative %} beside</p>'
    template.write_text(template.read_text("utf-8").replace("</h1>", "</h1>" + native), "utf-8")
    assert render(franca, shop, "-n", "1").out.count(": the same") == 3


def test_one_profile_and_one_segment_can_be_chosen(franca, shop):
    """By key, or by membership; nobody is an error."""
    assert "== profile 1 " in render(franca, shop, "--profile", "1").out
    assert "vip" in render(franca, shop, "--segment", "vip", "-n", "1").out.split("==")[1]
    assert "there is nobody with the key '999'" in render(franca, shop, "--profile", "999").err
    assert "did you mean" in render(franca, shop, "--segment", "vipp").err


def test_segments_stand_one_after_the_other(franca, shop):
    """Given by name; without any, somebody in each that the template asks for, and somebody in none."""
    heads = re.findall(r"^== profile .* \((.*)\)$", render(franca, shop, "-s", "vip", "-s", "win_back", "-n", "1").out, re.MULTILINE)
    assert ["vip" in heads[0], "win_back" in heads[1]] == [True, True]
    heads = re.findall(r"^== profile .* \((.*)\)$", render(franca, shop, "-n", "2").out, re.MULTILINE)
    assert ["vip" in heads[0], "vip" in heads[1]] == [True, False]


def test_one_esp_can_be_chosen(franca, shop):
    """By --as, as the documents write it."""
    assert re.findall(r"^(\w+): the same$", render(franca, shop, "-n", "1", "--as", "mailchimp").out, re.MULTILINE) == ["mailchimp"]


def test_the_page_opens_offline(franca, shop):
    """Nothing in it is loaded from anywhere, and scripts of an email do not run."""
    page = shop / "page.html"
    render(franca, shop, "--html", str(page))
    text = page.read_text("utf-8")
    assert 'sandbox=""' in text
    assert not re.search(r"<(script|link)\b", text)
    assert 'width="375"' in text
    assert "Gmail app" in text
    assert text.count('<details class="there"><summary>') == 9
    assert text.count('title="Phone" width="375"') == text.count('title="Desktop" width="700"') == 3 * (1 + 3)


def test_a_difference_is_opened_on_the_page(franca, shop, monkeypatch):
    """An ESP's rendering that is another is not folded away."""
    from franca.cli import esp

    original = esp.rendered
    monkeypatch.setattr("franca.cli.esp.rendered", lambda *given: {part: text + "!" for part, text in original(*given).items()})
    page = shop / "page.html"
    render(franca, shop, "--html", str(page), "-n", "1")
    text = page.read_text("utf-8")
    assert text.count('<details class="there" open><summary>') == 3
    assert "different in subject, preview_text, html, text" in text


def test_subjects_are_cut_as_clients_cut_them(franca, shop):
    """What is cut is shown pale."""
    template = shop / "content" / "welcome.html"
    template.write_text(template.read_text("utf-8").replace("subject: Welcome, ", "subject: " + "Wool " * 12), "utf-8")
    page = shop / "page.html"
    render(franca, shop, "--html", str(page), "-n", "1")
    text = page.read_text("utf-8")
    assert re.search(r"<td>Gmail app</td><td>(Wool ){6}Woo<span class=\"cut\">l Wool ", text)
    assert re.search(r"<td>Gmail desktop</td><td>(Wool ){12}[^<]+</td>", text)


def test_the_json_form_has_branches_and_verdicts(franca, shop):
    """For machines."""
    found = json.loads(render(franca, shop, "--format", "json").out)
    assert found["samples"][0]["destinations"]["brevo"] == {"different": []}
    assert {branch["asks"] for branch in found["branches"]} >= {'in_segment("vip")'}


def test_mistakes_in_templates_are_told_with_line_and_column(franca, shop):
    """All of them, by validate too, and without a traceback."""
    template = shop / "content" / "welcome.html"
    text = template.read_text("utf-8")
    template.write_text(
        text.replace('profile.first_name | default("there") }}!', "profile.first_nam }}!").replace("unsubscribe_url", "x"), "utf-8"
    )
    told = franca("validate", "--project", str(shop)).err.splitlines()
    assert [line.split(": ")[0] for line in told[::3]] == ["content/welcome.html:17:20", "content/welcome.html:22:43"]
    assert 'did you mean "first_name"?' in told[0]
    assert told[1:3] == ["  17 |   <h1>Hi {{ profile.first_nam }}!</h1>", " " * 26 + "^"]
    assert told[4].index("x }}") == told[5].index("^")


def test_a_long_line_is_shown_around_its_mistake(franca, shop):
    """And a partial's own line, with its own place."""
    template = shop / "content" / "welcome.html"
    template.write_text(template.read_text("utf-8").replace("<h1>", '<h1>{% include "_part.html" %}'), "utf-8")
    (shop / "content" / "_part.html").write_text("<b>" + "x" * 500 + "{{ profile.nobody }}" + "y" * 500 + "</b>", "utf-8")
    place, line, mark = franca("validate", "--project", str(shop)).err.splitlines()
    assert place.startswith("content/_part.html:1:514: there is no attribute 'nobody'")
    assert len(line) < 120
    assert line[mark.index("^") :].startswith(".nobody }}yyy")


def test_a_template_without_an_unsubscribe_link_is_refused(franca, shop):
    """Every email needs one, in every branch."""
    template = shop / "content" / "welcome.html"
    text = template.read_text("utf-8").replace("{{ unsubscribe_url }}", "https://shop.example")
    template.write_text(text, "utf-8")
    assert "has no unsubscribe_url" in franca("validate", "--project", str(shop)).err
