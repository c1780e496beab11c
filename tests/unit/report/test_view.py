import json

import pytest

from codeassist.assets import read_model
from codeassist.core.suggestions import Contribution, Flag
from codeassist.report.view import find_evidence_spans, make_views, name_section, read_reason_words
from codeassist.selection.reportability import MODEL_FOLDER
from made_results import TEXT, make_candidate, make_mention, make_result, make_suggestion, suggest_visit


def view_one(text, surface, **fields):
    def suggest(note):
        yield make_suggestion((make_candidate(make_mention(note, surface), "M10.9", "Gout, unspecified"),), **fields)

    (view,) = make_views(make_result(text, suggest=suggest))["report"]
    return view


def test_suggestions_are_grouped_by_disposition_in_the_order_of_the_result():
    views = make_views(make_result(suggest=suggest_visit))

    assert {group: [view.suggestion.code.value for view in found] for group, found in views.items()} == {
        "report": ["I11.0", "I50.23"],
        "consider": ["M79.89"],
    }


def test_evidence_stands_once_for_each_place_in_the_order_of_the_note():
    view = make_views(make_result(suggest=suggest_visit))["report"][0]

    assert [each.text for each in view.evidence] == [
        "hypertension",
        "Acute on chronic systolic heart failure",
        "Hypertension",
    ]
    assert tuple(each.span for each in view.evidence) == find_evidence_spans(view.suggestion)


def test_evidence_is_shown_with_whole_words_of_its_own_paragraph():
    padding = "word " * 20
    text = f"First paragraph.\n\n{padding}has gout and {padding}\n\nLast paragraph."

    (evidence,) = view_one(text, "gout").evidence

    assert (evidence.before, evidence.text, evidence.after) == (
        "…word word word word word word word has ",
        "gout",
        " and word word word word word word word…",
    )


def test_context_ends_at_a_blank_line():
    (evidence,) = view_one("Seen today.\n\nGout, acute.\nPlan: rest.\n\nSigned.", "Gout").evidence

    assert (evidence.before, evidence.after) == ("", ", acute. Plan: rest.")


def test_context_ends_with_the_section_whose_name_is_shown_beside_it(assistant):
    """Not "assessment: Assessment: Gout"."""
    result = assistant.code("Assessment: Gout.\nExam: Swollen toe.")

    (evidence,) = make_views(result)["report"][0].evidence

    assert (evidence.section, evidence.before, evidence.after) == ("assessment", "", ".")


def test_a_note_of_one_endless_word_has_context():
    (evidence,) = view_one("x" * 500 + "gout" + "y" * 500, "gout").evidence

    assert (evidence.before, evidence.after) == ("…" + "x" * 40, "y" * 40 + "…")


@pytest.mark.parametrize(("confidence", "percent"), [(0.0, 1), (0.004, 1), (0.5, 50), (0.9312, 93), (1.0, 99)])
def test_no_confidence_is_shown_as_certain_or_impossible(confidence, percent):
    assert view_one("Gout.", "Gout", confidence=confidence).percent == percent


def test_reasons_are_the_strongest_contributions_in_plain_words():
    views = make_views(make_result(suggest=suggest_visit))

    assert [(each.words, each.points) for each in views["report"][0].reasons] == [
        ("heads a problem of the plan", 1.5),
        ("named 3 times", 0.9),
        ("other conditions in the record", -0.3),
    ]
    assert [each.words for each in views["consider"][0].reasons] == ["not in the assessment", "a new feature"]


def test_rules_of_the_guidelines_are_shown_apart():
    assert make_views(make_result(suggest=suggest_visit))["report"][0].rules == (
        "I.C.9.a.1: I10 + I50.9 -> I11.0 + I50.9",
    )


def test_a_reading_is_shown_only_where_it_says_more_than_the_evidence():
    views = make_views(make_result(suggest=suggest_visit))

    assert views["report"][0].readings == (
        "hypertension (I10)",
        "acute on chronic systolic heart failure (I50.23)",
    )
    assert views["report"][1].readings == ()
    assert views["consider"][0].readings == ("swelling of limb (M79.89) + site leg",)


def test_alternatives_are_other_codes_best_first_each_once():
    def suggest(note):
        mention = make_mention(note, "Gout")
        candidates = [
            make_candidate(mention, code, code, points=points)
            for code, points in [("M10.9", 5.0), ("M10.00", 1.0), ("M1A.9XX0", 3.0), ("M10.00", 2.0), ("M10.9", 4.0)]
        ]
        yield make_suggestion(candidates[:1], alternatives=tuple(candidates[1:]))

    (view,) = make_views(make_result("Gout.", suggest=suggest))["report"]

    assert view.alternatives == (("M1A.9XX0", "M1A.9XX0"), ("M10.00", "M10.00"))


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (Flag("excludes1", "I50.9", "tabular list"), "Excludes1 with I50.9 (tabular list)"),
        (Flag("integral_symptom", "J18.9", ""), "part of J18.9"),
        (Flag("some_new_kind", "", "why"), "some new kind (why)"),
    ],
)
def test_flags_are_put_in_words(flag, words):
    assert view_one("Gout.", "Gout", flags=(flag,)).flags == (words,)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("assessment_plan", "assessment and plan"), ("past_medical_history", "past medical history")],
)
def test_sections_are_named_as_they_are_read(kind, name):
    assert name_section(kind) == name


def test_weak_reasons_are_left_out():
    assert view_one("Gout.", "Gout", rationale=(Contribution("heading", 0.05),)).reasons == ()


def test_reprs_quote_no_note_text():
    views = make_views(make_result(suggest=suggest_visit))["consider"]

    assert "leg swelling" in TEXT
    assert "woman" not in repr(views[0].evidence)
    assert "leg swelling" not in repr(views[0].evidence)


def test_every_feature_of_the_model_has_words():
    """A feature without words is shown by its name, which a coder does not know."""
    features = set(json.loads(read_model(MODEL_FOLDER)["labels.json"])["features"])

    assert features - set(read_reason_words()) == set()
