"""`franca parity`: what of one ESP maps to another, without network and keys."""

from __future__ import annotations

import json

YAML = """
segments:
  german: {name: Germans, where: {attribute: country, is: DE}}
  buyers: {name: Buyers, where: {event: order}}
  handmade: {name: By | hand, where: {native: {mailchimp: {tag: By | hand}}}}
"""


def test_each_segment_maps_exactly_otherwise_or_not(franca, connected) -> None:
    """From Mailchimp to Klaviyo what is native there is exact; back, events are kept as tags; what people made maps nowhere."""
    (connected / "segments" / "loyalty.yaml").unlink()
    (connected / "segments" / "mine.yaml").write_text(YAML)
    for folder in ("content", "campaigns"):
        for file in (connected / folder).glob("*"):
            file.unlink()
    there = json.loads(franca("parity", "mailchimp", "klaviyo", "--project", connected, "--format", "json").out)
    assert {key: each["maps"] for key, each in there["segments"].items()} == {"german": "exactly", "buyers": "exactly", "handmade": "not"}
    assert there["unmapped"] == {"attributes": [], "events": []}
    back = json.loads(franca("parity", "klaviyo", "mailchimp", "--project", connected, "--format", "json").out)
    assert {key: each["maps"] for key, each in back["segments"].items()} == {"german": "exactly", "buyers": "otherwise"}
    assert back["unmapped"] == {"attributes": [], "events": ["order"]}
    text = franca("parity", "klaviyo", "brevo", "--project", connected).out
    assert "klaviyo → brevo: 0 map exactly, 2 map with another realisation, 0 do not map" in text
    assert "german: otherwise: kept as a list, not native: no-segment-api" in text
    markdown = franca("parity", "mailchimp", "klaviyo", "--project", connected, "--format", "markdown").out
    assert "| By &#124; hand (`handmade`) | not |" in markdown
    assert "did you mean" in franca("parity", "mailchimp", "klavio", "--project", connected).err
