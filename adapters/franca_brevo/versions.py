"""The two versions of a test: Brevo tells their rates, and numbers of the whole campaign."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, sqrt

from franca.adapter import ArmResult, Results, TerminalError
from franca_brevo.assumptions import EVEN_HALVES, VERSION_GROUPS
from franca_brevo.client import Row
from franca_brevo.experiments import HALVES, group_of

VERSIONS = ("Version A", "Version B")

BOUNCES = ("hardBounces", "softBounces")
PEOPLE: Mapping[str, str] = {
    "clicked": "uniqueClicks",
    "opened": "uniqueViews",
    "unsubscribed": "unsubscriptions",
    "complained": "complaints",
}
"""What we count → the campaign's count of people (documented); `clickers` and `viewed` are events, whatever the first is called."""

RATES: Mapping[str, str] = {"clicked": "clicks", "opened": "openers", "unsubscribed": "unsubscribed", "complained": "complaints"}
"""What we count → a version's rate (documented)."""

HALF = Fraction(1, 2)
Pair = tuple[int, int]


def arm(subject: str, sent: int, delivered: int, people: Mapping[str, int | None]) -> ArmResult:
    """Return what *people*, by our names of what is counted, make of a campaign or a version."""
    return ArmResult(
        subject=subject,
        sent=sent,
        delivered=delivered,
        clicked=people["clicked"] or 0,
        opened=people["opened"],
        unsubscribed=people["unsubscribed"],
        complained=people["complained"],
    )


# -- rates


@dataclass(frozen=True, kw_only=True)
class Rates:
    """A test's rates as fractions, by Brevo's name of what they are of, the first version's first.

    Attributes:
        off: how far a rate may be from the true one: half a unit of its last digit.
    """

    of: Mapping[str, tuple[Fraction, Fraction]]
    off: Fraction


def read_rates(statistics: Row) -> Rates:
    """Return the rates of an answer. As they are written without trailing zeros, the longest of them says how they were rounded.

    Raises:
        TerminalError: something is missing, or no percentage.
    """
    try:
        texts = {name: [str(statistics[name][version]).strip() for version in VERSIONS] for name in (*BOUNCES, *RATES.values())}
        found = {name: (_fraction(one), _fraction(other)) for name, (one, other) in texts.items()}
    except (KeyError, TypeError, ValueError) as error:
        raise TerminalError("Brevo: a test's rates are not what they are documented to be", remedy="report it, please") from error
    digits = max(len(text.rstrip("%").partition(".")[2]) for pair in texts.values() for text in pair)
    return Rates(of=found, off=Fraction(1, 200 * 10**digits))


def _fraction(text: str) -> Fraction:
    if not text.endswith("%"):
        raise ValueError("no percentage")
    return Fraction(text.removesuffix("%")) / 100


# -- versions


@dataclass(frozen=True, kw_only=True)
class Versions:
    """What is derived of the two versions.

    Attributes:
        people: what we count → how many of each; None where the rates are too coarse.
        doubts: why they cannot be compared, as far as the numbers show it.
    """

    sent: Pair
    delivered: Pair
    people: Mapping[str, Pair | None]
    doubts: tuple[str, ...] = ()

    def arm(self, number: int, subject: str) -> ArmResult:
        """Return one version."""
        people = {name: pair[number] if pair else None for name, pair in self.people.items()}
        return arm(subject, self.sent[number], self.delivered[number], people)


def compared(row: Row, counts: Mapping[str, int], rates: Rates) -> Results:
    """Return what is derived for a test: of the whole audience, or of its two groups, with why those cannot be compared."""
    everybody = group_of(row) >= HALVES
    found = _halves(counts, rates) if everybody else _groups(counts, rates, group_of(row))
    return Results(
        arms=(found.arm(0, row.get("subjectA") or ""), found.arm(1, row.get("subjectB") or "")),
        sent_at=row.get("sentDate") or "",
        blended="; ".join(found.doubts if everybody else (_WINNER, *found.doubts)),
        estimated=f"{_HALF if everybody else _GROUP}; {_rounding(rates, found.sent[0])}",
    )


_HALF = (
    f"Brevo tells rates of a version and no numbers: sent is half of the campaign's ({EVEN_HALVES.id}), delivered is that less the "
    "version's bounces, and what people did is the campaign's count divided as the versions' rates divide it"
)
_GROUP = (
    f"Brevo tells rates of a version and no numbers: sent is the version's test group alone ({VERSION_GROUPS.id}), delivered is that less "
    "the version's bounces, and what people did is the rate of that"
)
_WINNER = "whoever was not in the test was sent the winner, and Brevo does not say whether the winner's rates count them too"


def _rounding(rates: Rates, people: int) -> str:
    off = rates.off * people
    if off < HALF:
        return "the rates are fine enough to give whole people"
    return f"the rates are rounded, so that a count may be {ceil(off)} people off"


def _halves(counts: Mapping[str, int], rates: Rates) -> Versions:
    """Divide the campaign's counts: everybody took part."""
    sent = (counts["sent"] - counts["sent"] // 2, counts["sent"] // 2)
    bounced = [Split(total=counts[name], rates=rates.of[name], off=rates.off, least=sent, most=sent) for name in BOUNCES]
    reached = _less(sent, (each.people for each in bounced))
    did = {
        name: Split(total=counts[theirs], rates=rates.of[RATES[name]], off=rates.off, least=reached, most=sent)
        for name, theirs in PEOPLE.items()
    }
    people = {name: split.people if name == "clicked" or split.known else None for name, split in did.items()}
    return Versions(sent=sent, delivered=reached, people=people, doubts=tuple(_doubts(did["clicked"], bounced)))


def _groups(counts: Mapping[str, int], rates: Rates, group: int) -> Versions:
    """Take the rates of the test's groups: the campaign's counts hold the winner's."""
    size = counts["sent"] * group // 100
    sent = (size, size)
    reached = _less(sent, (_times(rates.of[name], sent) for name in BOUNCES))
    return Versions(sent=sent, delivered=reached, people={name: _times(rates.of[RATES[name]], reached) for name in PEOPLE})


def _doubts(clicked: Split, bounced: Iterable[Split]) -> Iterator[str]:
    if not all(split.adds_up for split in (clicked, *bounced)):
        yield f"the versions' rates do not add up to the campaign's counts, so that {EVEN_HALVES.id} does not hold here"
    if not clicked.known:
        low, high = clicked.between
        yield f"rates so coarse do not tell how many clicked: of the first version between {low} and {high} people"


@dataclass(frozen=True, kw_only=True)
class Split:
    """One count of the campaign divided between the versions, in proportion to what their rates make of their people.

    Which people a rate is of is not documented, all or those whom it reached; as few bounce, the proportion is the same.

    Attributes:
        total: the campaign's count.
        rates: of the versions.
        off: how far each may be off.
        least, most: the fewest and the most people whom the rates may be of.
    """

    total: int
    rates: tuple[Fraction, Fraction]
    off: Fraction
    least: Pair
    most: Pair

    @property
    def people(self) -> Pair:
        """How many of each version."""
        one, other = self.rates[0] * self.least[0], self.rates[1] * self.least[1]
        if not one + other:  # rounded away: nothing is known but how many people there are
            one, other = Fraction(self.least[0]), Fraction(self.least[1])
        first = round(self.total * one / (one + other)) if one + other else 0
        return first, self.total - first

    @property
    def around(self) -> Fraction:
        """By how much rounding may move a version's count."""
        return self.off * max(self.least)

    @property
    def known(self) -> bool:
        """Whether rounding moves a count by no person, or by less than a quarter of what chance does."""
        return self.around < HALF or self.around <= sqrt(self.total) / 4

    @property
    def between(self) -> Pair:
        """The least and the most that the first version's count can be."""
        around = ceil(self.around)
        return max(0, self.people[0] - around), min(self.total, self.people[0] + around)

    @property
    def adds_up(self) -> bool:
        """Whether the rates, rounded as they are, can be those of the total; a person more or less is no contradiction."""
        low = sum(max(Fraction(0), rate - self.off) * people for rate, people in zip(self.rates, self.least, strict=True))
        high = sum((rate + self.off) * people for rate, people in zip(self.rates, self.most, strict=True))
        return low - 1 <= self.total <= high + 1


def _times(rates: tuple[Fraction, Fraction], people: Pair) -> Pair:
    return round(rates[0] * people[0]), round(rates[1] * people[1])


def _less(sent: Pair, bounced: Iterable[Pair]) -> Pair:
    one, other = sent
    for first, second in bounced:
        one, other = one - first, other - second
    return one, other
