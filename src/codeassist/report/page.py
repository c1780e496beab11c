"""Shows results as one HTML page: the record with its evidence marked, beside the suggestions.

The page is one file that asks nothing of any other place: its policy forbids every request, and allows the page's own
style and script by their sha256 only. All that comes from a note is escaped by the template engine.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from codeassist.core.notes import Note, Span
from codeassist.core.results import DISCLAIMER, CodingResult
from codeassist.core.suggestions import DISPOSITIONS
from codeassist.io.texts import make_safe
from codeassist.report.gap_view import count_unasked, make_query_views
from codeassist.report.view import (
    GROUP_HEADINGS,
    GROUP_MEANINGS,
    PROCEDURE_HEADINGS,
    Evidence,
    SuggestionView,
    describe_code_set,
    make_procedure_views,
    make_views,
    make_visit_view,
    name_units,
)

_FOLDER = Path(__file__).parent
_MOST_EVIDENCE = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """This is a stretch of a note that the same suggestions rest on; ``cards`` is empty where none does."""

    name: str
    cards: tuple[str, ...]
    codes: str
    disposition: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Line:
    """This is one line of evidence on a card, with the name of the piece it points to."""

    evidence: Evidence
    target: str
    place: str


@dataclass(frozen=True, slots=True)
class _Card:
    """This is one suggestion on the page; ``more`` counts the evidence that is marked in the note but not listed."""

    name: str
    view: SuggestionView
    evidence: tuple[_Line, ...]
    more: int


@dataclass(frozen=True, slots=True)
class _ProcedureCard:
    """This is one procedure on the page; ``diagnoses`` has code, card and title of each that supports it."""

    card: _Card
    units: str
    diagnoses: tuple[tuple[str, str, str], ...]


def render_page(results: Sequence[CodingResult]) -> str:
    """Return one self-contained HTML page for any number of results.

    Parameters
    ----------
    results
        What to show, in order.

    Notes
    -----
    Links between evidence and suggestions work without the script, which adds highlighting on hover and focus and the
    keys j and k.
    """
    style, script = _read("page.css"), _read("page.js")
    policy = f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    return _load_template().render(
        pages=[_make_page(result, f"e{number}") for number, result in enumerate(results, start=1)],
        policy=f"{policy}; base-uri 'none'; form-action 'none'",
        # Both files are part of this package and hold nothing of a note.
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        disclaimer=DISCLAIMER,
        version=results[0].pipeline.version if results else "",
    )


def cut_note(
    note: Note, cards_by_span: Mapping[Span, Sequence[tuple[str, SuggestionView]]], *, prefix: str
) -> Iterator[Piece]:
    """Yield the pieces of a note in order: joined, their texts are the note's.

    Parameters
    ----------
    note
        The note.
    cards_by_span
        Evidence to the suggestions that rest on it, each with the name of its card; those to report first.
    prefix
        Beginning of the names of pieces, so that they are unique on the page.
    """
    spans = sorted(span for span in cards_by_span if span.note_id == note.note_id)
    edges = sorted({0, len(note.text), *(edge for span in spans for edge in (span.start, span.end))})
    text = make_safe(note.text)
    first = 0
    for start, end in pairwise(edges):
        while first < len(spans) and spans[first].end <= start:
            first += 1
        over = [span for span in _take(spans, first, end) if span.end > start]
        cards = dict(card for span in over for card in cards_by_span[span])
        dispositions = {view.suggestion.disposition for view in cards.values()}
        yield Piece(
            name=f"{prefix}-{start}",
            cards=tuple(cards),
            codes=", ".join(view.suggestion.code.value for view in cards.values()),
            disposition=next((each for each in DISPOSITIONS if each in dispositions), ""),
            text=text[start:end].replace(" \n", "\n") if "\r" in note.text else text[start:end],
        )


def _take(spans: Sequence[Span], first: int, end: int) -> Iterator[Span]:
    for place in range(first, len(spans)):
        if spans[place].start >= end:
            return
        yield spans[place]


def _make_page(result: CodingResult, name: str) -> dict[str, object]:
    encounter = result.encounter
    views = make_views(result)
    prefixes = {note.note_id: f"{name}-n{number}" for number, note in enumerate(encounter.notes, start=1)}
    numbered = [(f"{name}-s{number}", view) for number, view in enumerate(_join(views), start=1)]
    procedures = make_procedure_views(result)
    done = [(f"{name}-p{number}", view) for number, view in enumerate(_join(procedures), start=1)]
    cards_by_span: dict[Span, list[tuple[str, SuggestionView]]] = {}
    for card, view in sorted((*numbered, *done), key=lambda pair: DISPOSITIONS.index(pair[1].suggestion.disposition)):
        for each in view.evidence:
            cards_by_span.setdefault(each.span, []).append((card, view))
    return {
        "name": name,
        "title": make_safe(encounter.encounter_id),
        "facts": f"{encounter.setting} · {describe_code_set(result)}",
        "notice": result.pipeline.edition_note,
        "visit": make_visit_view(result),
        "notes": [
            {
                "title": make_safe(note.note_id),
                "facts": make_safe(_describe_note(note)),
                "pieces": list(cut_note(note, cards_by_span, prefix=prefixes[note.note_id])),
            }
            for note in encounter.notes
        ],
        "procedures": _group_procedures(done, numbered, prefixes),
        "has_gaps": bool(result.gaps),
        "queries": [(f"{name}-q{number}", view) for number, view in enumerate(make_query_views(result), start=1)],
        "unasked": count_unasked(result),
        "groups": [
            {
                "disposition": disposition,
                "heading": GROUP_HEADINGS[disposition],
                "meaning": GROUP_MEANINGS[disposition],
                "cards": [
                    _make_card(card, view, prefixes)
                    for card, view in numbered
                    if view.suggestion.disposition == disposition
                ],
            }
            for disposition, found in views.items()
            if found
        ],
    }


def _describe_note(note: Note) -> str:
    date = note.date.isoformat() if note.date else ""
    return ", ".join(part.replace("_", " ") for part in (note.note_type, note.author_role, date) if part)


def _join(views: Mapping[str, Sequence[SuggestionView]]) -> Iterator[SuggestionView]:
    for found in views.values():
        yield from found


def _make_card(name: str, view: SuggestionView, prefixes: Mapping[str, str]) -> _Card:
    has_notes = len(prefixes) > 1
    lines = tuple(
        _Line(
            each,
            f"{prefixes[each.span.note_id]}-{each.span.start}",
            f"{make_safe(each.span.note_id)}, {each.section}" if has_notes else each.section,
        )
        for each in view.evidence[:_MOST_EVIDENCE]
    )
    return _Card(name, view, lines, len(view.evidence) - len(lines))


def _group_procedures(
    done: Sequence[tuple[str, SuggestionView]],
    diagnoses: Sequence[tuple[str, SuggestionView]],
    prefixes: Mapping[str, str],
) -> list[dict[str, object]]:
    made = [_make_procedure_card(_make_card(card, view, prefixes), diagnoses) for card, view in done]
    return [
        {"disposition": disposition, "heading": heading, "cards": cards}
        for disposition, heading in PROCEDURE_HEADINGS.items()
        if (cards := [each for each in made if each.card.view.suggestion.disposition == disposition])
    ]


def _make_procedure_card(card: _Card, diagnoses: Sequence[tuple[str, SuggestionView]]) -> _ProcedureCard:
    procedure = card.view.suggestion
    card_by_code = {view.suggestion.code.value: (name, view.suggestion.display) for name, view in diagnoses}
    reasons = ((code, *card_by_code[code]) for code in procedure.supported_by if code in card_by_code)
    return _ProcedureCard(card, name_units(procedure), tuple(reasons))


def _digest(content: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


@lru_cache(maxsize=4)
def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _load_template() -> Template:
    environment = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("page.html")
