"""A text as the rules read it: look-alikes undone and invisible characters dropped, each character knowing where it was written."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import regex

MASK = "\ufffc"
"""Stands for a slot. Written by somebody it is an error (characters.control), so that it cannot pass for one."""

FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Characters that print nothing though Unicode calls them letters, marks or symbols."""

SEGMENT = regex.compile(r"[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[\uac00-\ud7a3][\u11a8-\u11c2]?|.\p{M}{0,30}", regex.DOTALL)
"""What composes by itself; at most 30 marks, as in UAX 15's stream-safe format, since ordering longer runs takes quadratic time."""

_GAPS = regex.compile(rf"[\u00ad\u200b-\u200d\u2060-\u2064\ufeff\u180e{FILLERS}]")
_SEAMS = regex.compile(r"(?<=\p{L})[\p{Pd}._*|/·•~^+=](?=\p{L})")
_SYMBOLS = str.maketrans(dict.fromkeys("™®©℠", " ") | {"٪": "%", "٬": ",", "٫": "."})
_PUNCTUATION = str.maketrans(dict.fromkeys("’‘‛ʼ´`′＇", "'") | dict.fromkeys("⁄∕", "/"))
_ASCII = str.maketrans(dict.fromkeys("\t\n\v\f\r\x1c\x1d\x1e\x1f", " ") | {"`": "'"})
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡı", "abcdefghijklmnoprstuvwyzagi", strict=True))
_CYRILLIC = dict(zip("аеорсухіїјѕһԁԛԝѵкмтвнпАВЕКМНОРСТУХІЈЅ", "aeopcyxiijshdqwvkmtbhnABEKMHOPCTYXIJS", strict=True))
_GREEK = dict(zip("αορνυικτεηχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aopvuiktenxABEZHIKMNOPTYX", strict=True))
_ENCLOSED = {chr(start + number): chr(0x61 + number) for start in (0x1F150, 0x1F170) for number in range(26)}
LOOKALIKES = {**_SMALL_CAPITALS, **_CYRILLIC, **_GREEK, **_ENCLOSED, "օ": "o"}
"""Letter → the Latin letter that readers take it for (a small part of Unicode's confusables: what has no compatibility mapping)."""

_LATIN = str.maketrans(LOOKALIKES)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: characters as written from *at* on, or, with a *span*, what stands for the slot written there."""

    text: str
    at: int = 0
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A text for comparing; *folded* is *text* in lower case, character by character; *starts* and *ends* are where each was written."""

    text: str
    folded: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return where the characters from *first* to before *last* were written."""
        return (self.starts[first], self.ends[last - 1])


def view(pieces: Iterable[Piece], *, latin: bool) -> View:
    """Return the view of a text; *latin* says that look-alikes of Latin letters are taken for them."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece in pieces:
        for segment, first, last in _segments(piece, latin):
            text.append(segment)
            starts.extend(first)
            ends.extend(last)
    joined = "".join(text)
    folded = joined.lower() if joined.isascii() else "".join(map(_lower, joined))
    return View(joined, folded, tuple(starts), tuple(ends))


def _segments(piece: Piece, latin: bool) -> Iterator[tuple[str, Sequence[int], Sequence[int]]]:
    """Yield what a piece becomes, with where each character was written; plain ASCII stays as it is."""
    if piece.span is None and piece.text.isascii():
        places = range(piece.at, piece.at + len(piece.text) + 1)
        yield piece.text.translate(_ASCII), places[:-1], places[1:]
        return
    for found in SEGMENT.finditer(piece.text):
        cleaned = _cleaned(found[0], latin)
        first, last = piece.span or (piece.at + found.start(), piece.at + found.end())
        yield cleaned, [first] * len(cleaned), [last] * len(cleaned)


def parted(piece: Piece) -> Piece:
    """Return a piece with a blank for every invisible character: "free\u200bshipping" is two words to its readers."""
    return Piece(_GAPS.sub(" ", piece.text), piece.at, piece.span)


def glued(piece: Piece) -> Piece:
    """Return a piece without what stands between two letters: "fr-ee" and "tw.enty" are words to their readers."""
    return Piece(_SEAMS.sub("\u2060", piece.text), piece.at, piece.span)


def has_gaps(text: str) -> bool:
    """Tell whether a text holds invisible characters."""
    return _GAPS.search(text) is not None


def has_seams(text: str) -> bool:
    """Tell whether a text has words with hyphens, dots and the like inside."""
    return _SEAMS.search(text) is not None


@functools.lru_cache(maxsize=8192)
def _cleaned(segment: str, latin: bool) -> str:
    text = unicodedata.normalize("NFKC", segment.translate(_SYMBOLS)).translate(_PUNCTUATION)
    return "".join(_kept(text.translate(_LATIN) if latin else text, latin))


def _kept(text: str, latin: bool) -> Iterator[str]:
    for character in text:
        category = unicodedata.category(character)
        if category == "Cf" or character in FILLERS or (category[0] == "M" and (latin or "\ufe00" <= character <= "\ufe0f")):
            continue
        yield " " if category[0] == "Z" or character.isspace() else "-" if category == "Pd" else character


@functools.lru_cache(maxsize=8192)
def _lower(character: str) -> str:
    return character.lower()[0]
