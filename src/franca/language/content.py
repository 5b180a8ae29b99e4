"""`content/` and `campaigns/` of a project → definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path

from franca.definitions import Campaign, Experiment, Format, Metric, Position, Source, Template
from franca.errors import FrancaError
from franca.language.copies import front_copy
from franca.language.reader import Fields, Reader
from franca.language.source import Item, file_text, read_text

CONTENT_FOLDER = "content"
CAMPAIGNS_FOLDER = "campaigns"
_KEY = re.compile(r"[A-Za-z0-9_]+")
_FRONT = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_KEYS = ["name", "subject", "preview_text", "from_name", "reply_to", "uses", "language", "destinations", "copy"]


def read_templates(reader: Reader, folder: Path) -> dict[str, Template]:
    """Return the templates of `content/`: every .html, .mjml and .txt there whose name does not begin with an underscore.

    A .txt beside a .html or .mjml of the same name is its plain-text part. Folders below hold partials.
    """
    files = {path.name: path for path in sorted((folder / CONTENT_FOLDER).glob("*.*")) if not path.name.startswith("_")}
    found: dict[str, Template] = {}
    for name, path in files.items():
        if path.suffix.lstrip(".") not in set(Format):
            continue
        beside = path.suffix == ".txt" and {f"{path.stem}.html", f"{path.stem}.mjml"} & files.keys()
        if beside:
            continue
        with reader.guard():
            template = _template(reader, path, files.get(f"{path.stem}.txt") if path.suffix != ".txt" else None)
            if template.key in found:
                reader.note(template.position, f"the template {template.key!r} is written twice", f"the first is {name}")
            found[template.key] = template
    return found


def _template(reader: Reader, path: Path, beside: Path | None) -> Template:
    shown, text = f"{CONTENT_FOLDER}/{path.name}", _text(reader, path)
    if not _KEY.fullmatch(path.stem):
        reader.fail(Position(shown), f"{path.stem!r} is not a key", "keys are letters, digits and underscores")
    front = _FRONT.match(text)
    if front is None:
        remedy = "begin with ---, name: …, subject: …, ---"
        reader.fail(Position(shown, 1, 1), "a template begins with front matter", remedy)
    fields = reader.fields(_front(reader, front[1], shown), "front matter", _KEYS)
    uses, goes = fields.get("uses"), fields.get("destinations")
    return Template(
        key=path.stem,
        name=fields.text("name"),
        format=Format(path.suffix.lstrip(".")),
        subject=_source(reader, fields, "subject", front[1]) or Source(text=fields.text("subject")),
        preview_text=_source(reader, fields, "preview_text", front[1]),
        body=Source(text=text[front.end() :], position=Position(shown, text.count("\n", 0, front.end()) + 1, 1)),
        text=Source(text=_text(reader, beside), position=Position(f"{CONTENT_FOLDER}/{beside.name}", 1, 1)) if beside else None,
        from_name=fields.text("from_name", ""),
        reply_to=fields.text("reply_to", ""),
        uses=_names(reader, uses, "uses") if uses else None,
        language=fields.text("language", "en"),
        destinations=_names(reader, goes, "destinations") if goes else None,
        copy=front_copy(reader, fields.get("copy")),
        position=Position(shown, 1, 1),
    )


def _front(reader: Reader, text: str, shown: str) -> Item:
    try:
        return read_text("\n" + text, shown)  # one line down: the dashes were the first
    except FrancaError as error:
        reader.problems.append(error.problem)
        return reader.fail(None, "the front matter cannot be read")


def _source(reader: Reader, fields: Fields, name: str, front: str) -> Source | None:
    item = fields.get(name)
    if item is None:
        return None
    text, at = reader.text(item, name), item.position
    line = front.splitlines()[at.line - 2] if 2 <= at.line <= len(front.splitlines()) + 1 else ""
    quoted = line[at.column - 1 : at.column] in ("'", '"')
    return Source(text=text, position=Position(at.file, at.line, at.column + quoted))


def _text(reader: Reader, path: Path) -> str:
    shown = f"{CONTENT_FOLDER}/{path.name}"
    try:
        return partial_text(path)
    except FrancaError as error:
        reader.fail(Position(shown), error.problem.what, error.problem.remedy)


def partial_text(path: Path) -> str:
    """Return the text of a file below content/.

    Raises:
        FrancaError: it is too large, not UTF-8, or cannot be read.
    """
    return file_text(path, remedy="an email is some tens of kilobytes").replace("\r\n", "\n")


def partials(root: Path, name: str) -> str | None:
    """Return the text of a file below content/ by its name there, None when there is none or it lies outside."""
    folder = (root / CONTENT_FOLDER).resolve()
    path = (folder / name).resolve()
    return partial_text(path) if path.is_relative_to(folder) and path.is_file() else None


# -- campaigns

CAMPAIGN_KEYS = ("name", "template", "audience", "send_from", "destinations", "variants", "experiment")
AUDIENCE_KEYS = ("include", "exclude", "exclusively")


def read_campaigns(reader: Reader, folder: Path) -> dict[str, Campaign]:
    """Return the drafts of `campaigns/*.yaml`, one in each file."""
    found: dict[str, Campaign] = {}
    for path in sorted((folder / CAMPAIGNS_FOLDER).glob("*.y*ml")):
        with reader.guard():
            shown = f"{CAMPAIGNS_FOLDER}/{path.name}"
            item = reader.file(path, shown)
            if not _KEY.fullmatch(path.stem):
                reader.fail(item.position, f"{path.stem!r} is not a key", "keys are letters, digits and underscores")
            found[path.stem] = _campaign(reader, path.stem, item)
    return found


def _campaign(reader: Reader, key: str, item: Item) -> Campaign:
    fields = reader.fields(item, f"campaign {key!r}", CAMPAIGN_KEYS)
    audience = reader.fields(fields.need("audience"), "audience", AUDIENCE_KEYS)
    names = partial(_names, reader)
    include = audience.get("include")
    if include is None:
        reader.fail(audience.position, "an audience includes at least one segment", "add include: [SEGMENT]; nobody is never everybody")
    destinations, exclude = fields.get("destinations"), audience.get("exclude")
    return Campaign(
        key=key,
        name=fields.text("name", key),
        template=fields.text("template"),
        send_from=fields.text("send_from"),
        include=names(include, "include"),
        exclude=names(exclude, "exclude") if exclude else (),
        exclusively=audience.optional("exclusively"),
        destinations=names(destinations, "destinations") if destinations else None,
        brief=fields.optional("variants"),
        experiment=_experiment(reader, fields),
        position=item.position,
    )


EXPERIMENT_KEYS = ("metric", "share", "wait", "baseline", "effect", "power", "alpha", "looks")


def _experiment(reader: Reader, fields: Fields) -> Experiment:
    item, usual = fields.get("experiment"), Experiment()
    if item is None:
        return usual
    if fields.get("variants") is None:
        reader.note(
            item.position, "an experiment compares variants, and the campaign has none", "add variants: BRIEF, or remove experiment"
        )
    found = reader.fields(item, "experiment", EXPERIMENT_KEYS)
    metric, looks = found.get("metric"), found.get("looks")

    def share(name: str, default: Decimal) -> Decimal:
        written = found.get(name)
        return reader.share(written, name) if written else default

    experiment = Experiment(
        metric=_metric(reader, metric) if metric else usual.metric,
        share=share("share", usual.share),
        wait_hours=_hours(reader, found, usual.wait_hours),
        baseline=share("baseline", usual.baseline),
        effect=share("effect", usual.effect),
        power=share("power", usual.power),
        alpha=share("alpha", usual.alpha),
        looks=reader.integer(looks, "looks") if looks else usual.looks,
        position=item.position,
    )
    for what in _impossible(experiment):
        reader.note(item.position, what)
    return experiment


def _metric(reader: Reader, item: Item) -> Metric:
    if item.value == "opens":
        reader.fail(item.position, "opens decide nothing: mail clients open by themselves (Apple's since 2021)", "use clicks or orders")
    return reader.word(item, Metric, "metric")


def _hours(reader: Reader, fields: Fields, usual: int) -> int:
    item = fields.get("wait")
    if item is None:
        return usual
    hours = re.fullmatch(r"([0-9]{1,6}) hours?", reader.text(item, "wait"))
    if hours is None or not 1 <= int(hours[1]) <= MAXIMUM_WAIT:
        reader.fail(item.position, f"wait is written as 24 hours, from 1 to {MAXIMUM_WAIT}")
    return int(hours[1])


MAXIMUM_WAIT = 168
"""A week: Brevo's maximum, and long enough for clicks."""


def _impossible(found: Experiment) -> Iterator[str]:
    if not Decimal("0.1") <= found.share <= 1 or found.share * 100 % 1:
        yield "share is from 10% to 100% of the audience, in whole percent"
    if not 0 < found.baseline < 1 or not found.effect > 0 or found.baseline * (1 + found.effect) >= 1:
        yield "baseline is a rate between 0% and 100%, effect a relative lift above 0%, and both together are below 100%"
    if not Decimal("0.5") <= found.power < 1:
        yield "power is from 50% to below 100%"
    if not Decimal("0.001") <= found.alpha <= Decimal("0.2"):
        yield "alpha is from 0.1% to 20%"
    if found.looks < 1:
        yield "looks is at least 1: the one at the end"


def _names(reader: Reader, item: Item, what: str) -> tuple[str, ...]:
    return tuple(reader.text(each, what) for each in reader.several(item, what))
