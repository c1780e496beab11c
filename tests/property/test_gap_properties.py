"""Gaps of any text: they quote it, they are ordered, and nothing is quoted that is not there."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeassist.cdi.asking import choose_asked
from codeassist.cdi.words import DenialWords, TermFinder, cut_words
from codeassist.core.notes import Encounter, Note, Span

WORDS = st.sampled_from(
    [
        "Assessment:", "CHF", "pneumonia", "diabetes", "no", "denies", "rales,", "JVD.", "SpO2 84%", "creatinine 2.4",
        "(baseline 1.0)", "IV Lasix", "intubated", "hemoglobin 7.1", "transfused", "risk of", "sepsis", "\n", "but",
        "fever", "T 102.4", "HR 124", "Synthroid", "right", "left", "knee pain", "(-)", "\u0130", "\u200b",
        "weight loss",
    ]
)  # fmt: skip
TEXTS = st.lists(WORDS, max_size=40).map(" ".join)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.assets
@SLOW
@given(text=TEXTS, setting=st.sampled_from(["inpatient", "outpatient"]))
def test_gaps_quote_the_note_and_are_ordered(assistant, text, setting):
    note = Note("n", text)
    result = assistant.code(Encounter("e", (note,), setting=setting))

    assert [gap.priority for gap in result.gaps] == sorted((gap.priority for gap in result.gaps), reverse=True)
    assert len({gap.gap_id for gap in result.gaps}) == len(result.gaps)
    for gap in result.gaps:
        assert all(note.slice(span) for span in gap.evidence)
        assert all(each.span is None or note.slice(each.span) == each.text for each in gap.indicators)
    asked = choose_asked(result.gaps, assistant.settings.gaps)
    assert len(asked) <= assistant.settings.gaps.most_queries
    assert len({gap.category for gap in asked}) == len(asked)


@given(text=st.text(max_size=200), term=st.sampled_from(["rales", "jvd", "knee pain", "weight loss"]))
def test_terms_are_found_where_they_stand(text, term):
    find = TermFinder([cut_words(term)], DenialWords.load())
    found = list(find(Note("n", f"{text}. {term}"), ()))

    assert found
    phrase, span = found[-1]
    assert phrase == cut_words(term)
    assert span == Span("n", len(text) + 2, len(text) + 2 + len(term))
