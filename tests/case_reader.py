"""Reads cases: JSON lines whose notes carry their expected mentions as inline mark-up.

``Denies <problem presence=absent>chest pain</problem>.`` names a mention, its entity type and the attributes that
differ from the default. Anything that is not well formed raises, so that a slip in a case cannot pass unnoticed.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from codeassist.core.mentions import ENTITY_TYPES, EXPERIENCERS, PRESENCES, TEMPORALITIES

CASES = Path(__file__).parent / "cases"
ALLOWED = {"presence": PRESENCES, "temporality": TEMPORALITIES, "experiencer": EXPERIENCERS}

_TAG = re.compile(
    r"""
    < (?P<close> / )?                              # an opening or a closing tag
    (?P<name> [a-z]+ )                             # the entity type
    (?P<attributes> (?: [ ] [a-z]+ = [a-z]+ )* )   # attributes, each after one space, unquoted
    >
    """,
    re.VERBOSE,
)


class CaseError(ValueError):
    """This is the error for a case that is not well formed."""


@dataclass(frozen=True)
class Marked:
    """This is one mention that a case expects."""

    start: int
    end: int
    entity_type: str
    presence: str = "present"
    temporality: str = "current"
    experiencer: str = "patient"


@dataclass(frozen=True)
class Case:
    """This is one case: its text without mark-up, and the mentions it expects."""

    id: str
    basis: str
    text: str
    mentions: tuple[Marked, ...]
    fails: str = ""


def read_cases(path):
    """Read a file of cases; an id that repeats, or a line that is no case, raises ``CaseError``."""
    cases = [
        read_case(json.loads(line), where=f"{path.name}, line {number}")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    ]
    ids = [case.id for case in cases]
    if len(set(ids)) != len(ids):
        repeated = sorted({each for each in ids if ids.count(each) > 1})
        raise CaseError(f"{path.name}: ids repeat: {', '.join(repeated)}; make them distinct")
    return cases


def read_case(row, *, where="case"):
    """Make a case of one row with ``id``, ``basis``, ``note`` and perhaps ``fails``."""
    unknown = set(row) - {"id", "basis", "note", "fails"}
    if unknown or not all(row.get(key) for key in ("id", "basis", "note")):
        raise CaseError(f"{where}: expected the keys id, basis, note and perhaps fails, all filled")
    text, mentions = read_markup(row["note"], where=where)
    if not mentions:
        raise CaseError(f"{where}: no mention is marked; a case without an expectation tests nothing")
    return Case(row["id"], row["basis"], text, mentions, row.get("fails", ""))


def read_markup(marked, *, where="case"):
    """Return the text without mark-up and the mentions marked in it."""
    pieces, mentions = [], []
    length = position = 0
    opened = None
    for tag in _TAG.finditer(marked):
        pieces.append(_check_plain(marked[position : tag.start()], where=where))
        length, position = length + len(pieces[-1]), tag.end()
        if tag["close"]:
            if opened is None or opened[1] != tag["name"] or opened[0] == length or tag["attributes"]:
                raise CaseError(f"{where}: </{tag['name']}> closes nothing, the wrong tag, or an empty mention")
            mentions.append(Marked(opened[0], length, opened[1], **opened[2]))
            opened = None
        elif opened is not None:
            raise CaseError(f"{where}: <{tag['name']}> opens inside another mention")
        else:
            opened = length, _check_type(tag["name"], where=where), _read_attributes(tag["attributes"], where=where)
    if opened is not None:
        raise CaseError(f"{where}: <{opened[1]}> is never closed")
    pieces.append(_check_plain(marked[position:], where=where))
    return "".join(pieces), tuple(mentions)


def _check_plain(text, *, where):
    if "<" in text or ">" in text:
        raise CaseError(f"{where}: a bracket stands outside a tag; tags look like <problem presence=absent>")
    return text


def _check_type(name, *, where):
    if name not in ENTITY_TYPES:
        raise CaseError(f"{where}: entity type {name!r} is unknown; expected one of {', '.join(ENTITY_TYPES)}")
    return name


def _read_attributes(text, *, where):
    attributes = {}
    for pair in text.split():
        name, value = pair.split("=")
        if name in attributes or value not in ALLOWED.get(name, ()):
            raise CaseError(f"{where}: attribute {pair!r} repeats or is unknown; allowed are {ALLOWED}")
        attributes[name] = value
    return attributes
