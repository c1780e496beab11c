"""What holds of visit levels whatever is counted or written."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from codeassist.core.notes import Note, Section, Span
from codeassist.core.visits import ELEMENT_LEVELS, STEPS
from codeassist.procedures.mdm_grid import decide, grade, read_grid
from codeassist.procedures.visit_clauses import read_clauses
from codeassist.procedures.visit_words import WordTable

KINDS = sorted({row.item for row in read_grid()} | {"test", "notes"})
COUNTS = st.dictionaries(st.sampled_from(KINDS), st.integers(0, 6), max_size=5)
ELEMENTS = st.sampled_from(sorted(ELEMENT_LEVELS))
TABLE = WordTable([("x ray", "test", "film"), ("if", "block", "if"), ("a b c", "act", "start")])
TEXTS = st.text(st.sampled_from("ab cx.ray\n;if-A*3"), max_size=120) | st.text(max_size=60)


@given(ELEMENTS, COUNTS, st.sampled_from(KINDS))
def test_one_more_fact_never_lowers_an_element(element, counts, kind):
    more = counts | {kind: counts.get(kind, 0) + 1}

    assert STEPS.index(grade(element, more)) >= STEPS.index(grade(element, counts))


@given(st.lists(st.sampled_from(STEPS), min_size=3, max_size=3))
def test_two_of_three_reach_the_level_and_no_two_reach_a_higher_one(steps):
    level = STEPS.index(decide(steps))
    ranks = [STEPS.index(step) for step in steps]

    assert sum(rank >= level for rank in ranks) >= 2
    assert sum(rank > level for rank in ranks) < 2


@given(TEXTS)
def test_clauses_are_in_order_apart_and_hits_lie_inside(text):
    note = Note("n", text)
    sections = [Section("plan", None, Span("n", 0, len(text)))] if text else []

    clauses = read_clauses(note, sections, TABLE)

    assert all(first.end <= second.start for first, second in itertools.pairwise(clauses))
    for clause in clauses:
        for hits in clause.hits.values():
            assert all(hit.last - hit.first < clause.size for hit in hits)
