"""Segments written in Python, dumped as the YAML that a marketer reviews: `python examples/from_python.py`."""

from franca import Segment, any_of, attribute, event, mailable, prop
from franca.language.dump import dump_yaml
from franca.language.english import sentence

recent = event("order").last("90 days")
segments = [
    Segment(key="regulars", name="Regulars", where=(recent.count() >= 3) & mailable("email")),
    Segment(
        key="sale_fans",
        name="Fans of the sale",
        where=any_of(event("order").where(prop("discount") >= 10).last("90 days").sum("total") >= 100, attribute("tags").has_any(["sale"])),
    ),
]

if __name__ == "__main__":
    for segment in segments:
        print(f"# {sentence(segment.where)}")
    print(dump_yaml(segments))
