"""One project, several environments: other accounts, other data, a state of their own."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from franca.language import in_environment, load_and_check

STAGING = """
environments:
  staging:
    data: {{connect: data/small}}
    destinations:
      klaviyo: {{api_key: env:STAGING_KEY, attributes: {{}}}}
"""


@pytest.fixture
def staged(connected, monkeypatch):
    """Return the project with a staging environment, whose key is that of the sandbox and whose data is smaller."""
    with (connected / "franca.yaml").open("a", encoding="utf-8") as file:
        file.write(STAGING.format())
    monkeypatch.setenv("STAGING_KEY", "pk_canary_key")
    small = connected / "data" / "small"
    small.mkdir()
    for path in (connected / "data").glob("*.csv"):
        (small / path.name).write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:2]), encoding="utf-8")
    return connected


def test_explain_says_how_an_environment_keeps_a_segment(franca, staged):
    """Its destinations alone, with their own mappings: without Klaviyo's the country is none there."""
    segment = "segments:\n  german: {name: German, where: {attribute: country, is: DE}}\n"
    (staged / "segments" / "german.yaml").write_text(segment, encoding="utf-8")
    assert "klaviyo: native" in franca("explain", "german", "-p", staged).out
    told = franca("explain", "german", "-p", staged, "--env", "staging")
    assert (told.code, "klaviyo: kept as a list" in told.out, "mailchimp" in told.out) == (0, True, False)
    assert "there is no environment 'stagin'; did you mean" in franca("explain", "-p", staged, "--env", "stagin").err


def test_an_environment_is_the_project_with_its_own_keys(staged):
    """Where it is silent the project speaks; a key of a destination stands in place of the project's, whole; others are not touched."""
    project = load_and_check(staged)
    staging = in_environment(project, "staging")
    assert staging.state == ".franca/staging"
    assert (staging.data.connect, staging.data.profile) == ("data/small", project.data.profile)
    ours, theirs = project.destinations["klaviyo"], staging.destinations["klaviyo"]
    assert (theirs.settings["api_key"], theirs.settings["url"]) == ("env:STAGING_KEY", ours.settings["url"])
    assert (theirs.attributes, theirs.events) == ({}, ours.events)
    assert list(staging.destinations) == ["klaviyo"]
    assert in_environment(project, None) == project


def test_every_verb_of_the_round_takes_an_environment(franca, staged):
    """validate, preview, plan, apply and sync: the state is a folder below the project's, and the project's own is not touched."""
    assert franca("validate", "-p", staged, "--env", "staging").code == 0
    size = json.loads(franca("preview", "-p", staged, "--env", "staging", "-f", "json").out)
    assert size["profiles"] == 1
    assert franca("plan", "-p", staged, "-d", "klaviyo", "--env", "staging", "--exit-code").code == 2
    assert franca("apply", "-p", staged, "-d", "klaviyo", "--env", "staging", "--yes").code == 0
    assert franca("sync", "-p", staged, "-d", "klaviyo", "--env", "staging", "--as-of", "2026-03-01").code == 0
    assert (staged / ".franca" / "staging" / "klaviyo.json").is_file()
    assert not (staged / ".franca" / "klaviyo.json").exists()


def test_members_are_those_of_the_environment_s_data(franca, staged, tmp_path):
    """evaluate reads the data that the environment names."""
    out = tmp_path / "members.parquet"
    rows = {}
    for env in ([], ["--env", "staging"]):
        assert franca("evaluate", "-p", staged, *env, "--as-of", "2026-03-01", "-o", out).code == 0
        rows[len(env)] = pq.read_table(out).num_rows
    assert rows[2] < rows[0]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("staging: {destinations: {klavio: {}}}", "the project has no destination 'klavio'"),
        ("staging: {destinations: {klaviyo: {markers: [nobody]}}}", "destination 'klaviyo': markers: there is no 'nobody'"),
        ("staging: {destinations: {klaviyo: {api_kee: x}}}", "Klaviyo has no setting 'api_kee'"),
        ("staging: {state: .franca/}", "environment 'staging' has the state of the project: .franca"),
        ("{a: {state: s3://b/x}, b: {state: s3://b/x/}}", "environment 'b' has the state of environment 'a': s3://b/x"),
        (
            "staging: {destinations: {brevo: {}}}",
            "environment 'staging': 'brevo' is the account of the project: nothing that names it differs",
        ),
        (
            "{a: {destinations: {brevo: {api_key: env:X}}}, b: {destinations: {brevo: {api_key: env:X}}}}",
            "environment 'b': 'brevo' is the account of environment 'a'",
        ),
        ("staging: {stat: x}", "environment 'staging' has no key 'stat'"),
        ("staging: {data: {conect: x}}", "environment 'staging': data has no key 'conect'"),
        ("a-b: {state: x}", "'a-b' is not a key"),
        ("staging:", "environment 'staging' is a mapping"),
    ],
)
def test_mistakes_in_environments_are_told_with_their_place(franca, connected, wrong, said):
    """`validate` looks at all of them, whichever is asked for later."""
    with (connected / "franca.yaml").open("a", encoding="utf-8") as file:
        file.write(f"environments: {wrong}\n" if wrong.startswith("{") else f"environments:\n  {wrong}\n")
    ended = franca("validate", "-p", connected)
    assert ended.code == 1
    assert said in ended.err
    assert "franca.yaml:" in ended.err


def test_one_account_is_not_two_environments(franca, staged):
    """Another key of the same account: its state says whose it is, whichever comes first, and nothing is written."""
    assert franca("apply", "-p", staged, "-d", "klaviyo", "--yes").code == 0
    probe = ("probe", "klaviyo", "--contact", "anna@shop.test", "--contact", "emile@shop.test")
    for verb in (("plan",), ("apply",), ("import", "klaviyo"), probe):
        ended = franca(*verb, "-p", staged, "--env", "staging")
        assert ended.code == 1
        assert "klaviyo: the account SaNd01 is that of the project without --env, as its state says" in ended.err
    assert not (staged / ".franca" / "staging" / "klaviyo.json").exists()
    (staged / ".franca" / "staging").mkdir(exist_ok=True)
    (staged / ".franca" / "klaviyo.json").rename(staged / ".franca" / "staging" / "klaviyo.json")
    ended = franca("plan", "-p", staged, "-d", "klaviyo")
    assert "is that of the environment 'staging', as its state says" in ended.err


def test_an_environment_without_accounts_is_told(franca, connected):
    """It can be previewed, and nothing can be planned."""
    with (connected / "franca.yaml").open("a", encoding="utf-8") as file:
        file.write("environments: {local: {data: {connect: data}}}\n")
    assert franca("preview", "-p", connected, "--env", "local").code == 0
    ended = franca("plan", "-p", connected, "--env", "local")
    assert ended.code == 1
    assert "add one under `environments: local: destinations:` in franca.yaml" in ended.err


def test_an_environment_that_does_not_exist_is_told(franca, connected, staged):
    """With the name that was meant."""
    ended = franca("plan", "-p", staged, "--env", "stagin")
    assert ended.code == 1
    assert "there is no environment 'stagin'" in ended.err
    assert 'did you mean "staging"?' in ended.err


def test_another_destination_s_account_is_no_account_of_an_environment_either(franca, staged):
    """The key of one destination stands by mistake at another one: under its own name nothing would tell."""
    path = staged / "franca.yaml"
    text = path.read_text(encoding="utf-8")
    assert franca("apply", "-p", staged, "-d", "klaviyo", "--yes").code == 0
    (staged / ".franca" / "klaviyo.json").rename(staged / ".franca" / "shop_de.json")
    more = text.replace("\ndestinations:\n", "\ndestinations:\n  shop_de: {adapter: klaviyo, api_key: env:KLAVIYO_API_KEY}\n", 1)
    path.write_text(more, encoding="utf-8")
    ended = franca("plan", "-p", staged, "--env", "staging")
    assert ended.code == 1
    assert "klaviyo: the account SaNd01 is that of the project without --env ('shop_de'), as its state says" in ended.err
