"""The headings that open sections, looked up by their wording."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from codeassist.errors import DataFileError
from codeassist.sections.kinds import load_kinds

HEADINGS_PATH = Path(__file__).parent / "headings.tsv"
ROLES = ("frame", "system", "specialty", "test", "topic")
MAX_HEADING_LENGTH = 90

# A heading that is not in the table is read by its last words, as English puts the noun last ("discharge physical
# examination"). Single nouns do so only where they mean the same in any company: a "wound assessment" is no assessment.
_HEAD_NOUNS = frozenset(
    {"allergies", "complications", "diagnoses", "diagnosis", "exam", "examination", "findings", "history", "imaging"}
    | {"impression", "indication", "indications", "instructions", "labs", "medications", "meds", "plan", "procedure"}
    | {"procedures", "recommendations", "results", "studies", "technique"}
)
_PREPOSITIONS = frozenset({"on", "at", "for", "in", "during", "from", "upon", "prior", "before", "after", "to", "by"})
# Words of running text: a phrase with one of them is a sentence that ends in a colon.
_SENTENCE_WORDS = frozenset(
    {"a", "are", "be", "been", "following", "had", "has", "have", "he", "her", "his", "i", "include", "included", "is"}
    | {"includes", "my", "our", "reviewed", "she", "that", "the", "their", "these", "they", "this", "was", "we", "were"}
    | {"which", "will", "with"}
)
# Headings only when nothing else is said: "secondary to sepsis" opens no list of secondary diagnoses.
_ALONE = frozenset({"principal", "secondary"})
# An examination that is the reason of a visit, and no part of its note: "Annual exam", "Preop cardiovascular exam".
_OCCASIONS = frozenset(
    {"annual", "employment", "preop", "preoperative", "preventive", "routine", "school", "sports", "well", "wellness"}
    | {"yearly"}
)
_EXAMINATIONS = frozenset({"exam", "examination"})
_PARENTHESIS = re.compile(r"\([^()]*\)")
_SLASH = re.compile(r" ?/ ?")
_EDGES = " .,;:*_#()"
_NUMBERING = _EDGES + "0123456789"  # "PROCEDURE #2"
_MEMO_SIZE = 20_000


class Heading(NamedTuple):
    """This is what a wording opens: a kind of section, and its role.

    ``frame`` headings divide a note. A ``system`` (a body system of review or examination), a ``test`` (the name of
    one test) and a ``topic`` (also the name of a problem or a step of a plan) may be sub-headings. A ``specialty`` is
    a system that is also the name of a clinic.
    """

    kind: str
    role: str


class HeadingTable:
    """This is the map from the wording of a heading to what it opens."""

    def __init__(self, heading_by_wording: Mapping[str, Heading]) -> None:
        self._heading_by_wording = heading_by_wording
        self._memo: dict[tuple[str, bool], Heading | None] = {}

    @classmethod
    def load(cls, path: Path | None = None) -> HeadingTable:
        """Read ``headings.tsv`` (columns heading, kind, role, provenance).

        Raises
        ------
        DataFileError
            If a row names an unknown kind or role, or two rows disagree about one wording.
        """
        path, kinds = path or HEADINGS_PATH, load_kinds()
        table: dict[str, Heading] = {}
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            for number, row in enumerate(rows, start=2):
                heading = Heading(row["kind"], row["role"])
                if heading.kind not in kinds or heading.role not in ROLES:
                    msg = f"{path.name} line {number}: unknown kind or role; expected those of kinds.tsv and {ROLES}"
                    raise DataFileError(msg)
                if table.setdefault(_normalize(row["heading"]), heading) != heading:
                    msg = f"{path.name} line {number}: an earlier row gives this heading another meaning; keep one"
                    raise DataFileError(msg)
        return cls(table)

    def find(self, text: str, *, general: bool = False) -> Heading | None:
        """Return what ``text`` opens, or None.

        Parameters
        ----------
        text
            The words that may be a heading, without colon and marks.
        general
            Whether a wording that is not in the table is read by its last words, or those before a preposition.
        """
        key = (text, general)
        if key in self._memo:
            return self._memo[key]
        wording = _normalize(text)
        found = self._heading_by_wording.get(wording)
        if found is None and general and wording:
            # In "Known HTN MEDS" the heading is only the last word; what is inside a line is read elsewhere.
            is_mixed = text.rsplit(None, 1)[-1].isupper() and not text.isupper()
            found = None if is_mixed else self._find_by_head(wording, is_capitals=text.isupper())
        if len(self._memo) < _MEMO_SIZE:
            self._memo[key] = found
        return found

    def _find_by_head(self, wording: str, *, is_capitals: bool) -> Heading | None:
        words = wording.split()
        cut = next((place for place, word in enumerate(words) if word in _PREPOSITIONS and place), len(words))
        core = words[:cut]
        if len(words) > (9 if is_capitals else 5) or not _SENTENCE_WORDS.isdisjoint(core[1:]):
            return None
        if core[0] in _OCCASIONS and core[-1] in _EXAMINATIONS:
            return None
        if any(word.endswith((",", ";")) or (len(word) > 4 and word.endswith(".")) for word in core):
            return None
        joint = core.index("and") if "and" in core else 0
        wholes = (" ".join(core), " ".join(core).split("/")[0], " ".join(core[:joint]), f"{core[0]} {core[-1]}")
        last = len(core) - (core[-1] not in _HEAD_NOUNS)
        endings = (" ".join(core[start:]) for start in range(1, last))
        return next((found for shorter in (*wholes, *endings) if (found := self._find_frame(shorter))), None)

    def _find_frame(self, wording: str) -> Heading | None:
        found = self._heading_by_wording.get(wording) if wording not in _ALONE else None
        is_general = found is not None and found.role == "frame" and found.kind not in ("administrative", "other")
        return found if is_general else None


def _normalize(text: str) -> str:
    wording = text.lower().replace("&", " and ").replace("-", " ").replace("\u2019", "'")
    if "(" in wording:
        wording = _PARENTHESIS.sub(" ", wording)
    wording = " ".join(wording.strip(_EDGES).rstrip(_NUMBERING).split())
    return _SLASH.sub("/", wording) if "/" in wording else wording
