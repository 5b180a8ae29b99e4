"""A project's files → definitions: franca.yaml, and segments/, content/, copy/ and campaigns/ beside it."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import NamedTuple

from franca.definitions import SKIP, Campaign, Copy, Policies, Project, Realisation, Segment, Template
from franca.errors import FrancaError, Problems, ProblemsError
from franca.language.content import read_campaigns, read_templates
from franca.language.copies import read_copies
from franca.language.destination import read_destination
from franca.language.environments import read_environment
from franca.language.predicates import predicate
from franca.language.reader import Reader
from franca.language.schema import read_data
from franca.language.source import Item

PROJECT_FILE = "franca.yaml"
SEGMENTS_FOLDER = "segments"
_KEY = re.compile(r"[A-Za-z0-9_]+")
WISHES = {**{word.value: word for word in Realisation}, SKIP: SKIP}


def load(folder: Path) -> Project:
    """Return the project in *folder* as written; `franca.language.check` resolves its names and types.

    Raises:
        FrancaError: there is no project there.
        ProblemsError: all that is wrong with its files.
    """
    project, problems = read_project(folder)
    if project is None or problems:
        raise ProblemsError(problems)
    return project


def read_project(folder: Path) -> tuple[Project | None, Problems]:
    """Return what can be read of the project in *folder*, None when franca.yaml cannot; and all that is wrong with its files.

    Raises:
        FrancaError: there is no project there.
        ProblemsError: more is wrong than anybody reads.
    """
    main = folder / PROJECT_FILE
    if not main.is_file():
        raise FrancaError(
            f"there is no {PROJECT_FILE} in {folder}", remedy="run `franca init` to make one, or name its folder with --project"
        )
    reader = Reader()
    segments = _segments(reader, folder)
    emails = _Emails(read_templates(reader, folder), read_campaigns(reader, folder), read_copies(reader, folder))
    found, before = None, len(reader.problems)
    with reader.guard():
        found = _project(reader, reader.file(main, PROJECT_FILE), segments, emails, folder)
    return None if len(reader.problems) > before else found, reader.problems


class _Emails(NamedTuple):
    templates: dict[str, Template]
    campaigns: dict[str, Campaign]
    copies: dict[str, tuple[Copy, ...]]


PROJECT_KEYS = ("project", "timezone", "locale", "state", "ledger_key", "data", "destinations", "environments", "policies")


def _project(reader: Reader, item: Item, segments: dict[str, Segment], emails: _Emails, root: Path) -> Project:
    fields = reader.fields(item, "a project", PROJECT_KEYS)
    policies, destinations = fields.get("policies"), fields.get("destinations")
    return Project(
        name=_key(reader, fields.need("project"), "project"),
        timezone=fields.text("timezone"),
        locale=fields.text("locale", "en_US"),
        state=fields.text("state", ".franca"),
        ledger_key=fields.optional("ledger_key"),
        data=read_data(reader, fields.need("data")),
        segments=segments,
        templates=emails.templates,
        campaigns=emails.campaigns,
        copies=emails.copies,
        destinations=reader.named(destinations, "destinations", partial(read_destination, reader)),
        environments=reader.named(fields.get("environments"), "environments", partial(read_environment, reader, destinations)),
        policies=_policies(reader, policies) if policies else Policies(),
        root=root,
        position=item.position,
    )


def _key(reader: Reader, item: Item, what: str) -> str:
    text = reader.text(item, what)
    if not _KEY.fullmatch(text):
        reader.fail(item.position, f"{what} {text!r} is not a key", "keys are letters, digits and underscores")
    return text


POLICY_KEYS = ("minimum_size", "maximum_change", "maximum_overlap", "email_cap")


def _policies(reader: Reader, item: Item) -> Policies:
    fields = reader.fields(item, "policies", POLICY_KEYS)
    size, change, overlap = fields.get("minimum_size"), fields.get("maximum_change"), fields.get("maximum_overlap")
    cap, usual = fields.get("email_cap"), Policies()
    return Policies(
        minimum_size=reader.integer(size, "minimum_size") if size else usual.minimum_size,
        maximum_change=reader.share(change, "maximum_change") if change else usual.maximum_change,
        maximum_overlap=reader.share(overlap, "maximum_overlap") if overlap else usual.maximum_overlap,
        email_cap=predicate(reader, cap) if cap else None,
        position=item.position,
    )


# -- segments


def _segments(reader: Reader, folder: Path) -> dict[str, Segment]:
    found: dict[str, Segment] = {}
    for path in sorted((folder / SEGMENTS_FOLDER).glob("*.y*ml")):
        with reader.guard():
            item = reader.file(path, f"{SEGMENTS_FOLDER}/{path.name}")
            for key, segment in read_segments(reader, item).items():
                if key in found:
                    reader.note(segment.position, f"the segment {key!r} is defined twice", f"the first is at {found[key].position}")
                found[key] = segment
    return found


def read_segments(reader: Reader, item: Item) -> dict[str, Segment]:
    """Return the segments of one file: `segments: {KEY: …}`."""
    if item.value is None:
        return {}
    return reader.named(reader.fields(item, "a file of segments", ["segments"]).need("segments"), "segments", partial(_segment, reader))


SEGMENT_KEYS = ("name", "description", "where", "group", "priority", "realise", "accept", "adopt", "previously")


def _segment(reader: Reader, key: str, item: Item) -> Segment:
    if not _KEY.fullmatch(key):
        reader.fail(item.position, f"{key!r} is not a key", "keys are letters, digits and underscores")
    fields = reader.fields(item, f"segment {key!r}", SEGMENT_KEYS)
    priority = fields.get("priority")
    return Segment(
        key=key,
        name=fields.text("name"),
        description=fields.text("description", ""),
        where=predicate(reader, fields.need("where")),
        group=fields.optional("group"),
        priority=reader.integer(priority, "priority") if priority else None,
        realise=reader.named(fields.get("realise"), "realise", partial(_wish, reader)),
        accept=reader.named(fields.get("accept"), "accept", partial(_accepted, reader)),
        adopt=reader.named(fields.get("adopt"), "adopt", lambda _destination, flag: reader.flag(flag, "adopt")),
        previously=fields.optional("previously"),
        position=item.position,
    )


def _wish(reader: Reader, _destination: str, item: Item) -> Realisation | str:
    return WISHES[reader.choice(item, WISHES, "realise")]


def _accepted(reader: Reader, _destination: str, item: Item) -> dict[str, str]:
    return reader.named(item, "accept", lambda finding, reason: reader.text(reason, f"accept: the reason for {finding}"))
