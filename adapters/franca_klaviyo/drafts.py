"""Campaign drafts at Klaviyo (revision 2026-10-15: campaign, audience, message, variation). Nothing here can send.

A test is one message with several variations. How it is run, `ab_test`, is not taken when a campaign is made (SDK 25: MessageInlineCreate
has no such field) and is written to the message afterwards; until then the draft differs from what was asked, and a plan finishes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from franca.adapter import (
    DestinationError,
    Remote,
    Resource,
    ResourceKind,
    TerminalError,
    TransientError,
    UnknownOutcomeError,
    content_digest,
    insist_on,
    key_of,
    owned_name,
)
from franca_klaviyo.arms import PLAIN
from franca_klaviyo.client import Client, M, Operation

READ_CAMPAIGNS = Operation("read campaigns", "Campaigns", "get_campaigns", M)
READ_CAMPAIGN = Operation("read campaign", "Campaigns", "get_campaign", M)
READ_VARIATIONS = Operation("read campaign content", "Campaigns", "get_variations_for_campaign_message", M)
READ_TEMPLATE = Operation("read template", "Templates", "get_template", M)
CREATE_CAMPAIGN = Operation("create campaign draft", "Campaigns", "create_campaign", M, safe=False)
UPDATE_CAMPAIGN = Operation("rename campaign draft", "Campaigns", "update_campaign", M)
UPDATE_AUDIENCE = Operation("change a draft's audience", "Campaigns", "update_campaign_audience", M)
UPDATE_MESSAGE = Operation("change a draft's test", "Campaigns", "update_campaign_message", M)
CREATE_VARIATION = Operation("add content to a draft", "Campaigns", "create_campaign_variation", M, safe=False)
UPDATE_VARIATION = Operation("change a draft's content", "Campaigns", "update_campaign_variation", M)
DELETE_VARIATION = Operation("remove content of a draft", "Campaigns", "delete_campaign_variation", M, answers=False)
DELETE_CAMPAIGN = Operation("delete campaign draft", "Campaigns", "delete_campaign", M, answers=False)

INCLUDE = ["campaign-audiences", "campaign-messages"]
METRICS = {"clicks": "clicks_unique", "orders": "placed_orders_unique"}
"""Ours → `winner_metric` (SDK 25: ABTestSettings)."""

_CONTENT = {"subject": "subject", "preview_text": "preview_text"}
_SENDER = {"from": "from_email", "from_name": "from_label", "reply_to": "reply_to_email"}
EVERYBODY = 100
"""Percent."""
SENT = "sent"
"""The status of a message (SDK 25: MessageDefinition)."""

Object = Mapping[str, Any]


class Drafts:
    """The campaigns of one account.

    Attributes:
        sent: the messages of ours that were sent, by the campaign's id, as they were last read.
    """

    def __init__(self, client: Client, templates: Mapping[str, str]) -> None:
        self._client, self._templates = client, templates  # the ids of our templates by key
        self.sent: dict[str, Object] = {}

    # -- reading

    def read(self) -> Iterator[Remote]:
        """Yield the campaigns; content is read of our drafts alone."""
        self.sent.clear()
        for page in self._client.pages(READ_CAMPAIGNS, include=INCLUDE):
            for row in page["data"]:
                yield self._campaign(row, page)

    def messages(self, identity: str) -> list[Object]:
        """Return a campaign's messages."""
        found = self._client.call(READ_CAMPAIGN, identity, include=INCLUDE)
        return _related(found["data"], "campaign-messages", found)

    def variations(self, message: Object) -> list[Object]:
        """Return a message's variations by name, which is the order of our arms."""
        return sorted(self._client.call(READ_VARIATIONS, message["id"])["data"], key=name_of)

    def _campaign(self, row: Object, document: Object, *, content: bool = False) -> Remote:
        name, identity = name_of(row), str(row["id"])
        messages, key = _related(row, "campaign-messages", document), key_of(name)
        settled = _settled(messages)
        body: dict[str, Any] = {"audience": _audience(_related(row, "campaign-audiences", document))}
        if key and [*map(status_of, messages)] == [SENT]:
            self.sent[identity] = messages[0]
        if content or (key and not settled):
            body |= self._content(messages)
        return Remote(kind=ResourceKind.CAMPAIGN, id=identity, name=name, body=body, key=key, settled=settled)

    def _content(self, messages: Sequence[Object]) -> dict[str, Any]:
        """Return what the only message says, in the form of `franca.adapter.draft_resource`; several messages are not ours."""
        if len(messages) != 1:
            return {"messages": len(messages)}
        variations, test = self.variations(messages[0]), _test(messages[0])
        arms, senders = [self._arm(each) for each in variations], [_sender(each) for each in variations]
        sender = senders[0] if all(each == senders[0] for each in senders) else {}
        if len(arms) != 1:
            return {**sender, "arms": arms, "test": test}
        leftover = {"test": test} if _share(test) != EVERYBODY else {}
        return {**sender, **{part: text for part, text in arms[0].items() if part != "name"}, **leftover}

    def _arm(self, variation: Object) -> dict[str, str]:
        details = details_of(variation)
        template = details.get("template_id")
        html = self._client.call(READ_TEMPLATE, template)["data"]["attributes"].get("html") if template else ""
        shown = {ours: str(details.get(theirs) or "") for ours, theirs in _CONTENT.items()}
        return {"name": name_of(variation), **shown, "html": content_digest(html or "")}

    # -- writing

    def create(self, resource: Resource, body: Object) -> str:
        """Make a draft; return its id.

        Raises:
            UnknownOutcomeError: made or not, or made and not finished: who looks finds it, and an update finishes it.
            TerminalError: refused, or it came out as something else; it is gone.
        """
        made = self._client.call(CREATE_CAMPAIGN, {"data": {"type": "campaign", "attributes": self._inline(resource, body)}})
        identity = str(made["data"]["id"])
        with _finished_later():
            if "test" in body:
                with self._whole(identity):
                    for message in self.messages(identity):
                        self._set_test(message, body["test"])
            self._check(identity, resource, body)
        return identity

    def update(self, remote: Remote, resource: Resource, body: Object) -> None:
        """Make *remote* as it should be, in place; a changed template is assigned again, since assigning clones it.

        What is there is read first: an update that was interrupted, or got no answer, adds nothing twice.

        Raises:
            TerminalError: refused, or it came out as something else; it is gone, unless somebody scheduled it meanwhile.
        """
        found = self._client.call(READ_CAMPAIGN, remote.id, include=INCLUDE)
        messages = _related(found["data"], "campaign-messages", found)
        if settled := _settled(messages):
            raise TerminalError(f"Klaviyo: campaign {resource.key!r}: {settled}, so that nothing was changed", remedy="plan again")
        with self._whole(remote.id):
            if name_of(found["data"]) != _name(resource):
                self._patch(UPDATE_CAMPAIGN, "campaign", remote.id, {"name": _name(resource)})
            for audience in _related(found["data"], "campaign-audiences", found):
                if _audience([audience]) != body["audience"]:
                    self._patch(UPDATE_AUDIENCE, "campaign-audience", audience["id"], {"included": [body["audience"]], "excluded": []})
            if len(messages) == 1:  # else it is not what we made, and the check removes it
                self._vary(messages[0], resource, body)
                self._set_test(messages[0], body.get("test", {}))
        self._check(remote.id, resource, body)

    def delete(self, identity: str) -> None:
        """Delete a draft; one that is gone already is fine."""
        try:
            self._client.call(DELETE_CAMPAIGN, identity)
        except TerminalError as error:
            if error.status != 404:
                raise

    def _inline(self, resource: Resource, body: Object) -> dict[str, Any]:
        message = {
            "audience_temporary_id": "audience",
            "name": resource.title,
            "variations": [{"definition": self._definition(resource, body, arm)} for arm in _arms(body)],
        }
        return {
            "definition": {"name": _name(resource), "builder": "wizard"},
            "audiences": [{"temporary_id": "audience", "name": resource.title, "included": [body["audience"]], "excluded": []}],
            "messages": [message],
        }

    def _definition(self, resource: Resource, body: Object, arm: Mapping[str, str]) -> dict[str, Any]:
        content = {theirs: arm[ours] for ours, theirs in _CONTENT.items()}
        sender = {theirs: body[ours] for ours, theirs in _SENDER.items()}
        template = self._templates[resource.payload[arm["name"]]]
        return {"name": arm["name"], "details": {"channel": "email", "template_id": template, **content, **sender}}

    def _set_test(self, message: Object, wanted: Object) -> None:
        """Write `ab_test` where it differs; *wanted* is empty for a plain draft, which may have none that holds people back."""
        found = _test(message)
        if found != wanted if wanted else _share(found) != EVERYBODY:
            self._patch(UPDATE_MESSAGE, "campaign-message", message["id"], {"ab_test": _settings(wanted)})

    def _vary(self, message: Object, resource: Resource, body: Object) -> None:
        """Make the variations those that are wanted, place by place; add what is missing, then remove what is too many."""
        there, wanted, sender = self.variations(message), _arms(body), {ours: body[ours] for ours in _SENDER}
        for variation, arm in zip(there, wanted, strict=False):
            if self._arm(variation) != arm or _sender(variation) != sender:
                self._patch(UPDATE_VARIATION, "campaign-variation", variation["id"], self._definition(resource, body, arm))
        for arm in wanted[len(there) :]:
            related = {"campaign-message": {"data": {"type": "campaign-message", "id": message["id"]}}}
            attributes = {"definition": self._definition(resource, body, arm)}
            self._client.call(
                CREATE_VARIATION, {"data": {"type": "campaign-variation", "attributes": attributes, "relationships": related}}
            )
        for variation in there[len(wanted) :]:
            self._remove_variation(variation["id"])

    def _remove_variation(self, identity: str) -> None:
        try:
            self._client.call(DELETE_VARIATION, identity)
        except TerminalError as error:
            if error.status != 404:  # gone already: the answer to an earlier call was lost
                raise

    def _patch(self, operation: Operation, kind: str, identity: str, definition: Object) -> None:
        self._client.call(operation, identity, {"data": {"type": kind, "id": identity, "attributes": {"definition": definition}}})

    # -- what came of it

    def _check(self, identity: str, resource: Resource, body: Object) -> None:
        found = self._client.call(READ_CAMPAIGN, identity, include=INCLUDE)
        remote = self._campaign(found["data"], found, content=True)
        insist_on(f"Klaviyo: campaign {resource.key!r}", body, remote.body, lambda: self._remove(identity))

    @contextmanager
    def _whole(self, identity: str) -> Iterator[None]:
        """Remove a draft whose changes are refused: half of a test is nothing that anybody should send."""
        try:
            yield
        except TerminalError as error:
            try:
                self._remove(identity)
            except DestinationError:
                end = "the draft is half made and could not be removed: remove it by hand"
            else:
                end = "the draft was removed, and nothing was sent"
            what, remedy = f"{error.problem.what}; {end}", error.problem.remedy
            raise TerminalError(what, remedy=remedy, operation=error.operation, status=error.status, request_id=error.request_id) from error

    def _remove(self, identity: str) -> None:
        """Delete a draft that is not what was asked, unless somebody scheduled it meanwhile.

        Raises:
            TerminalError: somebody did.
        """
        if settled := _settled(self.messages(identity)):
            raise TerminalError(f"Klaviyo: delete campaign draft: {settled}")
        self.delete(identity)


@contextmanager
def _finished_later() -> Iterator[None]:
    """Turn a failure that may pass, once the draft is there, into one after which the caller looks for it."""
    try:
        yield
    except TransientError as error:
        what, remedy = error.problem.what, error.problem.remedy
        raise UnknownOutcomeError(
            what, remedy=remedy, operation=error.operation, status=error.status, request_id=error.request_id
        ) from error


# -- their objects


def name_of(found: Object) -> str:
    """Return the name of a campaign or variation."""
    return str(found["attributes"]["definition"].get("name") or "")


def details_of(variation: Object) -> Object:
    """Return what a variation says."""
    found: Object = variation["attributes"]["definition"].get("details") or {}
    return found


def status_of(message: Object) -> str:
    """Return a message's status: draft, scheduled, sending, sent or cancelled (SDK 25: MessageDefinition)."""
    return str(message["attributes"]["definition"].get("status") or "draft")


def winners_share(message: Object) -> int | None:
    """Return the percentage that is sent the winner; None when the message has no `ab_test`."""
    share = (message["attributes"]["definition"].get("ab_test") or {}).get("winner_percentage")
    return None if share is None else int(share)


def _settled(messages: Sequence[Object]) -> str:
    states = sorted({*map(status_of, messages)} - {"draft"})
    return f"its status is {', '.join(states)}" if states else ""


def _sender(variation: Object) -> dict[str, str]:
    return {ours: str(details_of(variation).get(theirs) or "") for ours, theirs in _SENDER.items()}


def _test(message: Object) -> dict[str, Any]:
    """Return how the test is run, as `draft_resource` says it; empty when Klaviyo does not tell.

    `winner_percentage` is the share that is sent the *winner* (SDK 25: ABTestSettings), and ours that which takes part.
    """
    rest = winners_share(message)
    if rest is None:
        return {}
    found = message["attributes"]["definition"]["ab_test"]
    metric = str(found.get("winner_metric") or "")
    metric = next((ours for ours, theirs in METRICS.items() if theirs == metric), metric)
    wait = int(found.get("winner_wait_hours") or 0)
    return {"share": EVERYBODY - rest, "metric": metric if rest else "", "wait_hours": wait if rest else 0}


def _share(test: Object) -> int:
    return int(test.get("share", EVERYBODY))


def _settings(test: Object) -> dict[str, Any]:
    """Return `ab_test`; where everybody takes part there is no winner to choose (a null is kept by the SDK, and read as no value)."""
    rest = EVERYBODY - _share(test)
    if not rest:
        return {"winner_percentage": 0, "winner_metric": None, "winner_wait_hours": None}
    return {"winner_percentage": rest, "winner_metric": METRICS[test["metric"]], "winner_wait_hours": test["wait_hours"]}


def _name(resource: Resource) -> str:
    return owned_name(resource.title, resource.key)


def _arms(body: Object) -> list[Mapping[str, str]]:
    """Return what each variation should say."""
    return list(body["arms"]) if "arms" in body else [{"name": PLAIN, **{part: body[part] for part in (*_CONTENT, "html")}}]


def _related(row: Object, name: str, document: Object) -> list[Object]:
    included = {(each["type"], each["id"]): each for each in document.get("included") or ()}
    links = ((row.get("relationships") or {}).get(name) or {}).get("data") or ()
    return [included[link["type"], link["id"]] for link in links if (link["type"], link["id"]) in included]


def _audience(audiences: Sequence[Object]) -> str:
    """Return the one group that is the audience; empty when there are several, none, or exclusions."""
    definitions = [each["attributes"]["definition"] for each in audiences]
    included = [group for each in definitions for group in each.get("included") or ()]
    excluded = [group for each in definitions for group in each.get("excluded") or ()]
    return str(included[0]) if len(included) == 1 and not excluded else ""
