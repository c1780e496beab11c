"""Candidates made by hand over the bundled edition, for tests of what selection makes of them."""

import pytest

from codeassist.core.codes import ICD10CM, Code
from codeassist.core.mentions import Assertion, Mention
from codeassist.core.notes import Span
from codeassist.core.suggestions import Candidate, Contribution


@pytest.fixture
def make_candidate(stages):
    """Return a function that makes one candidate; ``at`` is the place of its mention."""
    codeset = stages.vocabulary.codeset

    def make(code, at=0, *, reading="thing", nearby=(), points=4.0, anchor="", values=(), **mention):
        assertion = Assertion(
            **{key: mention.pop(key) for key in ("presence", "temporality", "experiencer") if key in mention}
        )
        fields = {"entity_type": "problem", "section": "assessment_plan", "is_heading": False} | mention
        placed = Mention(
            Span(fields.pop("note_id", "n"), at, at + 5), assertion=assertion, surface="xxxxx", reading=reading,
            nearby_words=tuple(nearby), **fields,
        )  # fmt: skip
        parts = (Contribution("wording:synonym", points, f"{reading} ({code})"), Contribution("words", 0.4))
        return Candidate(
            placed, Code(ICD10CM, codeset.edition, code), codeset.title(code), parts,
            anchor=anchor or code, axis_values=tuple(values),
        )  # fmt: skip

    return make
