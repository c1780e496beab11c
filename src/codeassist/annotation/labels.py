"""Finds the words that label parts of the note and are no mentions: headings, and "SLE:" before a slit lamp exam."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from spacy.tokens import Doc

from codeassist.annotation.matcher import NoteWords
from codeassist.core.notes import Section
from codeassist.terminology.lexicon import read_table

# Headings of these kinds may name the problem itself: "CHEST PAIN HISTORY:", "Tobacco use: daily".
_TELLING_KINDS = frozenset({"history_of_present_illness", "social_history", "other"})
_EXAM_KINDS = _TELLING_KINDS | {"preamble", "physical_exam", "review_of_systems", "vitals", "findings", "results"}
_LINE_STARTS = frozenset(".;,:|-•*)")


class LabelFinder:
    """This finds label words among the content words of a note.

    Parameters
    ----------
    exam_labels
        Abbreviations that name a part of the examination where a colon follows, whatever they mean elsewhere.
    """

    def __init__(self, exam_labels: AbstractSet[str]) -> None:
        self._exam_labels = exam_labels
        self._lowered = frozenset(label.lower() for label in exam_labels)

    @classmethod
    def load(cls) -> LabelFinder:
        """Read ``exam_labels.tsv``."""
        rows = read_table(Path(__file__).parent / "exam_labels.tsv", ("label", "meaning"))
        return cls(frozenset(row["label"] for row in rows))

    def __call__(self, doc: Doc, words: NoteWords, sections: Sequence[Section], starts: Sequence[int]) -> Iterator[int]:
        """Yield the places of the label words.

        Parameters
        ----------
        doc
            The tokenized note.
        words
            Its content words.
        sections
            Its sections.
        starts
            Start character of each content word.
        """
        for section in sections:
            if section.heading is not None and section.kind not in _TELLING_KINDS:
                yield from range(bisect_left(starts, section.heading.start), bisect_left(starts, section.heading.end))
        bodies = [section.body.start for section in sections]
        for i, word in enumerate(words.words):
            if word in self._lowered and self._is_exam_label(doc, words.token[i]):
                at = bisect_right(bodies, starts[i]) - 1
                if at < 0 or _can_hold_labels(sections[at], starts[i]):
                    yield i

    def _is_exam_label(self, doc: Doc, token: int) -> bool:
        if doc[token].text not in self._exam_labels or doc[token + 1 : token + 2].text != ":":
            return False
        before = doc[token - 1].text if token else "\n"
        return before.isspace() or before in _LINE_STARTS


def _can_hold_labels(section: Section, start: int) -> bool:
    is_problem = any(span.start <= start < span.end for span in section.problem_headings)
    return section.kind in _EXAM_KINDS and not is_problem
