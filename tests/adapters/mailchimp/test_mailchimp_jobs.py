"""What became of a batch's rows, read row by row, also by a run that did not send them."""

from __future__ import annotations

import io
import json
import tarfile
from types import SimpleNamespace
from typing import Any

import pytest

from franca.adapter import Contact, TerminalError, Written
from franca.adapter.jobs import LostJobError
from franca_mailchimp import markers

ANN, BEN, CYD = (Contact(f"{name}@example.com", f"{name}-hash") for name in ("ann", "ben", "cyd"))
ROWS = [(each, "vip") for each in (ANN, BEN, CYD)]


def archive(**statuses: int) -> bytes:
    """Return results as Mailchimp packs them: one row for each contact that is named."""
    answers = {200: "{}", 400: json.dumps({"title": "Invalid Resource", "detail": "ben@example.com looks fake"})}
    rows = [{"operation_id": f"{name}-hash", "status_code": code, "response": answers.get(code, "")} for name, code in statuses.items()]
    content, packed = json.dumps(rows).encode(), io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as files:
        entry = tarfile.TarInfo("results.json")
        entry.size = len(content)
        files.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def client(results: bytes) -> Any:
    """Return a client that knows one finished batch."""
    batch = {"id": "b", "status": "finished", "response_body_url": "http://elsewhere"}
    return SimpleNamespace(call=lambda *_args: batch, download=lambda *_args: results)


def test_each_row_has_its_own_outcome() -> None:
    """Written, refused with Mailchimp's words (without the address), and gone."""
    written = markers.finish(client(archive(ann=200, ben=400, cyd=404)), "b", ROWS)
    assert written.added == (ANN.email,)
    (ben, why), cyd = written.rejected
    assert ben == BEN.email
    assert "looks fake" in why
    assert "@" not in why
    assert cyd == (CYD.email, "Mailchimp no longer has this contact")


def test_a_half_done_batch_is_half_written() -> None:
    """Finished with results of some rows alone: of the others nothing came, and nothing is claimed."""
    written = markers.finish(client(archive(ann=200)), "b", ROWS)
    assert written == Written(added=(ANN.email,), rejected=((BEN.email, "no result came"), (CYD.email, "no result came")))


def test_a_later_run_may_ask_for_some_of_the_rows() -> None:
    """Those that are still wanted; for none of them, the results are not even fetched."""
    assert markers.finish(client(archive(ann=200, ben=200, cyd=200)), "b", ROWS[1:2]) == Written(added=(BEN.email,))
    assert markers.finish(client(b"no archive"), "b", []) == Written()


@pytest.mark.parametrize(("status", "lost"), [(404, True), (403, False)])
def test_a_batch_that_is_not_known_any_more_is_lost(status: int, lost: bool) -> None:
    """And so is one whose results cannot be fetched by a fresh address either; a refused key tells nothing of it."""

    def refused(*_args: object) -> Any:
        raise TerminalError("Mailchimp: no", status=status)

    with pytest.raises(TerminalError) as caught:
        markers.finish(SimpleNamespace(call=refused), "b", [])  # type: ignore[arg-type]
    assert isinstance(caught.value, LostJobError) is lost
    gone = client(b"")
    gone.download = refused
    with pytest.raises(LostJobError, match="Mailchimp: no; run the command again"):
        markers.finish(gone, "b", ROWS)
