"""What a dialect declares of every construct, and whether it says so: in both directions."""

from __future__ import annotations

from dataclasses import replace

from franca.adapter.capabilities import Level
from franca.adapter.constructs import EXAMPLES, IN_HTML, Construct
from franca.adapter.dialect import COMPUTED, Dialect, Translation
from franca.adapter.protocol import Site
from franca.adapter.testing.definitions import GREETING
from franca.adapter.testing.demand import Check, demand
from franca.adapter.testing.subject import Subject
from franca.content import document
from franca.definitions import (
    Attribute,
    Data,
    DataType,
    Destination,
    Kind,
    Mailable,
    Position,
    ProfileSource,
    Project,
    Segment,
    Source,
    Template,
)

ATTRIBUTES = {
    "first_name": Kind.TEXT,
    "city": Kind.TEXT,
    "country": Kind.TEXT,
    "points": Kind.INTEGER,
    "spent": Kind.DECIMAL,
    "member": Kind.BOOLEAN,
    "birthday": Kind.DATE,
    "seen": Kind.DATETIME,
    "tags": Kind.LIST,
}
"""What the examples of constructs print and ask for; everybody has a city."""

SETTINGS = {"company_address": "Example Street 1", "sender": "shop@shop.test"}
"""What templates may need of a destination, where the adapter has such settings."""


def declares_every_construct(subject: Subject) -> None:
    """None is left out, in the order of the enum, and whatever is no plain yes has a reason."""
    declared = _dialect(subject).constructs
    missing = [construct.name for construct in Construct if construct not in declared]
    demand(not missing, f"not declared: {', '.join(missing)}")
    demand(list(declared) == list(Construct), "the constructs are not in the order of the enum")
    wrong = [construct.name for construct, support in declared.items() if bool(support.reason) is (support.level is Level.YES)]
    demand(not wrong, f"a reason stands with all that is no plain yes, and with nothing else: {', '.join(wrong)}")


def says_in_templates_what_it_declares(subject: Subject) -> None:
    """YES reads no field of ours, PARTIAL reads one, and neither has a finding; NO is refused in the words of its reason."""
    dialect = _dialect(subject)
    for construct, support in dialect.constructs.items():
        found = dialect.translate(document(dialect.site.project, _template(construct), lambda _: None))
        told = [finding.what for finding in found.findings]
        wanted = [support.reason] if support.level is Level.NO else []
        demand(told == wanted, f"{construct.name} is declared {support.level}; the findings are {told}, and not {wanted}")
        if support.level is not Level.NO:
            demand(
                _reads(found) is (support.level is Level.PARTIAL), f"{construct.name} is declared {support.level}; it says {found.parts}"
            )


def _reads(found: Translation) -> bool:
    """Return whether a translation reads a field of ours."""
    return bool(found.computed or found.groups) or COMPUTED in "".join(found.parts.values()).lower()


def _dialect(subject: Subject) -> Dialect:
    settings = {name: value for name, value in SETTINGS.items() if name in subject.adapter.settings}
    target = Destination(
        name=subject.name, adapter=subject.name, settings=settings, attributes=subject.template_attributes, markers=("lifecycle",)
    )
    attributes = {
        name: Attribute(name=name, type=DataType(kind), column=name, required=name == "city") for name, kind in ATTRIBUTES.items()
    }
    vip = Segment(key="vip", name="VIP", where=Mailable(channel="email"), group="lifecycle", priority=1)
    data = Data(connect="data", profile=ProfileSource(table="customers", key="customer_id", attributes=attributes))
    project = Project(name="contract", timezone="UTC", data=data, segments={"vip": vip}, destinations={subject.name: target})
    return subject.adapter.dialect(Site(project=project, destination=target))


def _template(construct: Construct) -> Template:
    example, at = EXAMPLES[construct], Position("content/example.html", 1, 1)
    subject, preview, body, text = (
        Source(text=each, position=at) for each in (example.subject, example.preview_text, example.body + IN_HTML, example.text)
    )
    return replace(GREETING, subject=subject, preview_text=preview, body=body, text=text)


SAYING: tuple[Check, ...] = (declares_every_construct, says_in_templates_what_it_declares)
