import datetime as dt
from dataclasses import fields, replace

import pytest

from codeassist.cdi.queries import DOCUMENTATION, QueryWriter, write_queries, write_query
from codeassist.cdi.query_templates import OTHER, UNDETERMINED, find_template, load_templates, name_subject, say_axis
from codeassist.cdi.query_text import quote, render_query
from codeassist.cdi.record_checks import lint_record
from codeassist.config import GapThresholds
from codeassist.core.gaps import GAP_AXES, GAP_KINDS, Indicator
from codeassist.core.notes import Encounter, Note, Span
from codeassist.core.queries import Query
from made_gaps import ENCOUNTER, NOTE, TEXT, make_gap, make_indicator


def write(gap, encounter=ENCOUNTER):
    return write_query(encounter, gap, query_id="q1")


def test_an_unspecified_axis_with_options_becomes_a_choice_of_several_in_alphabetical_order():
    query = write(make_gap(options=("chronic", "acute on chronic", "acute")))

    assert query.format == "multiple_choice"
    assert query.choices == ("Acute", "Acute on chronic", "Chronic", OTHER, UNDETERMINED)
    assert query.title == 'Clinical clarification: "CHF"'
    assert query.question == (
        'The record documents "CHF" (progress note, attending, 2026-06-03). Based on your clinical judgment, '
        "please clarify the acuity of this condition."
    )


@pytest.mark.parametrize(
    "options",
    [(), ("acute",), ("acute", "unspecified", "Other"), ("acute", "ACUTE"), ("acute", "other type", "another type")],
)
def test_fewer_than_two_supported_options_make_an_open_question(options):
    query = write(make_gap(options=options))

    assert (query.format, query.choices) == ("open", ())


def test_findings_without_a_diagnosis_name_none_in_title_and_question():
    query = write(
        make_gap(
            "undocumented",
            "diagnosis",
            category="N17",
            diagnosis="acute kidney injury",
            options=("acute kidney injury", "chronic kidney disease"),
            evidence=(),
            indicators=(make_indicator("Cr 2.4 (baseline 1.0)", name="creatinine"),),
        )
    )

    assert query.title == "Clinical clarification: kidney function"
    assert "kidney injury" not in query.question
    assert query.choices[:3] == ("Acute kidney injury", "Chronic kidney disease", "No additional diagnosis")


def test_a_validation_offers_confirmed_and_ruled_out_and_does_not_name_the_diagnosis_in_its_title():
    query = write(make_gap("unsupported", "diagnosis", options=(), evidence=("Sepsis",)))

    assert query.title == "Clinical clarification: documented diagnosis"
    assert query.choices == ("Confirmed, with the clinical support: ____", "Ruled out", OTHER, UNDETERMINED)


def test_a_conflict_quotes_both_statements():
    query = write(make_gap("conflict", "diagnosis", evidence=("CHF", "No edema"), options=("present", "ruled out")))

    assert '"CHF" (progress note, attending, 2026-06-03) and "No edema"' in query.question


def test_a_relationship_of_two_documented_conditions_may_be_asked_as_yes_or_no():
    query = write(make_gap("unspecified", "linkage", evidence=("CHF", "Sepsis"), options=()))

    assert (query.format, query.choices) == ("yes_no", ("Yes", "No", OTHER, UNDETERMINED))


def test_one_documented_condition_is_never_asked_about_as_yes_or_no():
    assert write(make_gap("unspecified", "linkage", options=())).format == "open"


def test_indicators_have_source_and_date_of_their_note():
    query = write(make_gap())

    assert [(each.source, each.date) for each in query.indicators] == [("progress note, attending", NOTE.date)]


def test_an_indicator_keeps_its_own_source_and_date_and_an_observation_needs_no_span():
    given = Indicator("creatinine", "supports", None, "2.4", source="laboratory", date=dt.date(2026, 6, 1))
    bare = Indicator("creatinine", "supports", None, "2.2")

    query = write(make_gap(indicators=(given, bare)))

    assert query.indicators == (given, replace(bare, source="observation"))
    assert '- creatinine: "2.4" (laboratory, 2026-06-01)' in render_query(query)


def test_a_note_without_a_date_is_said_to_be_undated():
    encounter = Encounter("e1", (Note("n1", TEXT),))

    query = write(make_gap(), encounter)

    assert '- finding: "EF 25%" (note n1, undated)' in render_query(query)
    assert lint_record(query, encounter=encounter) == []


def test_without_indicators_the_statement_itself_is_cited():
    query = write(make_gap(indicators=()))

    assert [(each.name, each.text) for each in query.indicators] == [(DOCUMENTATION, "CHF")]


def test_nothing_to_cite_means_no_query():
    assert write(make_gap(indicators=(), evidence=())) is None


def test_a_condition_without_a_quoted_statement_is_named_plainly():
    query = write(make_gap(evidence=()))

    assert query.title == "Clinical clarification: cardiac function"
    assert "The record documents heart failure." in query.question


def test_an_indicator_with_words_of_payment_is_left_out():
    query = write(make_gap(indicators=(make_indicator(), make_indicator("DRG 291"))))

    assert [each.text for each in query.indicators] == ["EF 25%"]


def test_an_indicator_that_the_field_does_not_accept_is_left_out():
    gap = make_gap(
        "undocumented",
        "diagnosis",
        category="E43",
        diagnosis="malnutrition",
        options=("mild malnutrition", "severe malnutrition"),
        evidence=(),
        indicators=(make_indicator("Albumin 2.1", name="albumin"), make_indicator()),
    )

    assert [each.text for each in write(gap).indicators] == ["EF 25%"]


def test_a_choice_that_breaks_a_rule_is_left_out_and_the_rest_stays():
    query = write(make_gap(options=("acute", "chronic", "acute (I50.21)", "due to alcohol")))

    assert query.choices == ("Acute", "Chronic", OTHER, UNDETERMINED)


def test_one_diagnosis_beside_no_significance_makes_an_open_question():
    """QL-009, QL-048: a single clinical choice needs a person's confirmation."""
    query = write(
        make_gap("undocumented", "diagnosis", options=("hyperkalemia", "value without clinical significance"))
    )

    assert (query.format, query.choices) == ("open", ())


def test_the_name_of_an_indicator_names_no_diagnosis_that_the_record_does_not():
    facts = (
        make_indicator("EF 25%", name="sign of stroke"),
        make_indicator("IV furosemide", name="antibiotic for pneumonia", bearing="treatment"),
        make_indicator("CHF", name="heart failure"),
        make_indicator("BP 88/50", name="acute heart failure"),
    )

    query = write(make_gap(indicators=facts))

    assert [each.name for each in query.indicators] == ["finding", "treatment", "heart failure", "finding"]


def test_the_same_words_are_cited_once_and_in_their_longest_stretch():
    facts = (
        make_indicator("Cr 2.4", name="creatinine raised"),
        make_indicator(name="finding"),
        make_indicator(name="echo"),
        make_indicator("Cr 2.4 (baseline 1.0)", name="creatinine risen"),
    )

    query = write(make_gap(indicators=facts))

    assert [each.name for each in query.indicators] == ["finding", "creatinine risen"]


def test_a_gap_of_which_no_compliant_query_can_be_written_has_none():
    assert write(make_gap(indicators=(make_indicator(name="meets criteria for DRG 1"),), evidence=())) is None


def test_a_long_record_is_cut_and_the_query_stays_short():
    text = " ".join(f"{place:03} {'word ' * 30}" for place in range(30))
    note = Note("n1", text)
    starts = [text.index(f"{place:03} ") for place in range(30)]
    spans = [Span("n1", start, start + 150) for start in starts]
    facts = tuple(
        Indicator(f"finding {place}", "against" if place == 29 else "supports", span, text[span.start : span.end])
        for place, span in enumerate(spans)
    )

    query = write(make_gap(indicators=facts, evidence=()), Encounter("e1", (note,)))

    assert 2 <= len(query.indicators) <= 12
    assert query.indicators[-1].bearing == "against"
    assert lint_record(query) == []


def test_a_long_word_is_cut_too():
    assert quote("x" * 400) == f'"{"x" * 160}…"'


def test_quotation_marks_inside_a_quotation_are_single_ones():
    assert quote('said "no\x1b" twice') == "\"said 'no\ufffd' twice\""


def test_only_gaps_above_the_threshold_are_asked_best_first_and_not_too_many():
    axes = ("acuity", "type", "etiology", "severity")
    gaps = [
        make_gap(axis=axis, gap_id=f"g{n}", priority=p)
        for n, (axis, p) in enumerate(zip(axes, (0.4, 0.6, 0.9, 0.6), strict=True))
    ]

    found = write_queries(ENCOUNTER, gaps, minimum_priority=0.5, most=2)

    assert [(query.query_id, query.gap.gap_id) for query in found] == [("q1", "g2"), ("q2", "g1")]
    assert QueryWriter(settings=GapThresholds(most_queries=0))(ENCOUNTER, gaps) == ()


def test_one_concept_is_asked_for_once():
    gaps = [make_gap(gap_id="g1"), make_gap(gap_id="g2", priority=0.8)]

    assert [query.gap.gap_id for query in write_queries(ENCOUNTER, gaps)] == ["g1"]


def test_a_query_has_no_field_for_payment_or_priority():
    """QL-042: consequence may order gaps and never reaches a provider."""
    assert {field.name for field in fields(Query)} == {
        "query_id", "gap", "title", "question", "choices", "format", "indicators",
    }  # fmt: skip


def test_the_text_of_a_query_holds_no_code_and_nothing_of_the_rationale():
    text = render_query(write(make_gap()))

    assert not any(word in text for word in ("I50", "I50.21", "0.9"))


@pytest.mark.parametrize("kind", GAP_KINDS)
@pytest.mark.parametrize("axis", GAP_AXES)
def test_every_kind_and_axis_has_a_template(kind, axis):
    assert find_template(kind, axis, "multiple_choice")
    assert say_axis(axis)


def test_yes_or_no_is_used_for_relationships_only():
    assert {(t.kind, t.axis) for t in load_templates().values() if t.format == "yes_no"} == {("unspecified", "linkage")}


@pytest.mark.parametrize(
    ("category", "subject"), [("N17", "kidney function"), ("E43", "nutrition"), ("", "clinical findings")]
)
def test_a_subject_names_no_diagnosis(category, subject):
    assert name_subject(category) == subject
