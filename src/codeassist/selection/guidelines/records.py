"""The records of the guideline engine: a guideline, a rule that executes it, and its having acted."""

from __future__ import annotations

from dataclasses import dataclass

KEEP, DROP, REPORT = "=", "-", "+"
STATES = ("acts", "advises", "by construction", "model", "human")
KINDS = ("current", "history", "due")


@dataclass(frozen=True, slots=True)
class Guideline:
    """This is one row of ``guidelines.tsv``: a guideline, whether codeassist acts on it, and what does."""

    guideline: str
    paragraph: str
    title: str
    setting: str
    state: str
    done_by: str


@dataclass(frozen=True, slots=True)
class Applied:
    """This is a guideline that acted on a code, and what it did, in words that quote no note text."""

    guideline: str
    detail: str

    @property
    def feature(self) -> str:
        """The name of its contribution to a rationale."""
        return f"guideline:{self.guideline}"


@dataclass(frozen=True, slots=True)
class Atom:
    """This is one condition that a rule asks for: a code with one of ``prefixes``, of a kind.

    ``current`` is a confirmed condition or any factor (a code of chapter XXI); ``history`` one of the past; ``due`` a
    confirmed one to which the note says that the first is due. A prefix that starts with a dot continues the category
    of the first.
    """

    kind: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """This is a phrase that the first condition's evidence must hold: in its own words, or anywhere in its clause."""

    phrase: str
    in_clause: bool


@dataclass(frozen=True, slots=True)
class Gate:
    """This is one fact of the encounter that a rule asks for, whatever its conditions are."""

    name: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """This is one row of ``rules.tsv``: where all of ``when`` and none of ``unless`` holds, codes become others.

    ``becomes`` says of each atom of ``when`` what its condition becomes: ``=`` as it is, ``-`` only considered, ``+``
    on the claim with the first, or a code. ``adds`` are codes to add, with ``+`` before those that go on the claim with
    the first; a header's row is chosen by the words of the evidence, ``@`` a measurement names the code of its value.
    """

    guideline: str
    when: tuple[Atom, ...]
    gates: tuple[Gate, ...]
    unless: tuple[Atom, ...]
    unless_gates: tuple[Gate, ...]
    words: tuple[Wording, ...]
    becomes: tuple[str, ...]
    adds: tuple[str, ...]
    line: int
