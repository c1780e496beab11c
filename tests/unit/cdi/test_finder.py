from dataclasses import replace
from math import exp

import pytest

from codeassist.cdi.asking import choose_asked
from codeassist.cdi.axis_worth import AxisWorths
from codeassist.cdi.drafts import GapDraft
from codeassist.cdi.priority import weigh
from codeassist.cdi.quotes import name_source
from codeassist.cdi.unspecified import name_condition
from codeassist.config import GapThresholds
from codeassist.core.gaps import Gap, Indicator
from codeassist.core.notes import Encounter, Note, Span
from codeassist.errors import DataFileError

SETTINGS = GapThresholds(query_priority=0.5, most_queries=2)


def make(number, category, priority, *, family="", place=0):
    evidence = (Span("n", place, place + 1),)
    return Gap(
        f"g{number}", "unspecified", "type", category, "", "x", evidence=evidence, priority=priority, family=family
    )


def draft(**fields):
    values = {"kind": "unspecified", "axis": "type", "category": "I50", "code": "I50.9", "diagnosis": "x"}
    return GapDraft(**values, worth=0.9, importance=0.9, confidence=0.8, **fields)


def test_only_gaps_above_the_threshold_are_asked_and_only_so_many():
    gaps = [make(1, "I50", 0.9), make(2, "N17", 0.8), make(3, "J96", 0.7), make(4, "E46", 0.1)]

    assert [gap.gap_id for gap in choose_asked(gaps, SETTINGS)] == ["g1", "g2"]


def test_one_thing_is_asked_once():
    same_category = [make(1, "I50", 0.9), make(2, "I50", 0.8, place=5)]
    same_facts = [make(1, "D62", 0.9, family="anemia"), make(2, "D64", 0.8, family="anemia")]
    others = [make(1, "E87", 0.9, family="salts"), make(2, "E83", 0.8, family="salts", place=5)]

    assert [len(choose_asked(gaps, SETTINGS)) for gaps in (same_category, same_facts, others)] == [1, 1, 2]


def list_asked(*gaps):
    return [gap.gap_id for gap in choose_asked(gaps, SETTINGS)]


@pytest.mark.parametrize("kind", ["unsupported", "conflict"])
def test_whether_a_diagnosis_holds_is_asked_before_its_details(kind):
    """Practice brief, clinical validation: a detail of a diagnosis that may not hold is no question yet."""
    detail, doubt = make(1, "A41", 0.9), replace(make(2, "A41", 0.8), kind=kind, axis="diagnosis")

    assert list_asked(detail, doubt) == ["g2"]


def test_a_doubt_below_the_threshold_or_on_another_axis_or_category_holds_nothing_back():
    detail = make(1, "A41", 0.9)
    doubt = replace(make(2, "A41", 0.2), kind="unsupported", axis="diagnosis")

    assert list_asked(detail, doubt) == ["g1"]
    assert list_asked(detail, replace(doubt, priority=0.8, axis="type")) == ["g1"]
    assert list_asked(detail, replace(doubt, priority=0.8, category="J18")) == ["g1", "g2"]


def make_undocumented(number, category, places):
    facts = tuple(Indicator("value", "supports", Span("n", place, place + 1), "x") for place in places)
    return replace(make(number, category, 1 - number / 10, place=number), kind="undocumented", indicators=facts)


@pytest.mark.parametrize(
    ("places", "asked"),
    [((1, 2), ["g1"]), ((1, 2, 7, 8), ["g1"]), ((1, 7, 8), ["g1", "g2"]), ((7,), ["g1", "g2"]), ((), ["g1", "g2"])],
    ids=["all", "half", "fewer", "none", "nothing"],
)
def test_the_same_facts_are_asked_about_once_whatever_they_might_be(places, asked):
    assert list_asked(make_undocumented(1, "N17", (1, 2, 3)), make_undocumented(2, "N18", places)) == asked


def test_a_priority_grows_with_what_speaks_for_asking():
    def points(**fields):
        return sum(part.points for part in weigh(draft(**fields)))

    spans = (Span("n", 0, 1), Span("n", 5, 6))
    assert points() < points(is_assessed=True) < points(is_assessed=True, evidence=spans)
    assert points() < points(strength=2.0) == points(strength=2.0)
    assert points(strength=50.0) == points(strength=60.0)
    assert {part.feature for part in weigh(draft())} >= {"consequence", "clinical importance", "strength of indicators"}


@pytest.mark.assets
def test_the_reason_of_every_gap_adds_up_to_its_priority(assistant):
    note = Note("n", "Assessment: CHF. Creatinine 2.4 (baseline 1.0). SpO2 84% on room air, BiPAP. Diabetes. COPD.")
    gaps = assistant.code(Encounter("e", (note,), setting="inpatient")).gaps

    assert len(gaps) > 3
    assert [gap.gap_id for gap in gaps] == [f"g{number}" for number in range(1, len(gaps) + 1)]
    assert [gap.priority for gap in gaps] == sorted((gap.priority for gap in gaps), reverse=True)
    for gap in gaps:
        assert gap.priority == pytest.approx(1 / (1 + exp(-sum(part.points for part in gap.rationale))), abs=1e-3)


@pytest.mark.assets
def test_gaps_are_the_same_in_every_run(assistant):
    text = "Assessment: CHF, diabetes, COPD, anemia. Hgb 7.9, transfused. Creatinine 2.2."

    assert assistant.code(text).gaps == assistant.code(text).gaps


@pytest.mark.assets
def test_no_gap_quotes_the_note_in_its_repr(assistant):
    result = assistant.code("Assessment: CHF. Given IV Lasix for orthopnea.")

    assert "Lasix" not in repr(result.gaps)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Cellulitis, unspecified", "cellulitis"),
        ("Unspecified fall", "fall"),
        ("COPD", "COPD"),
    ],
)
def test_a_title_becomes_a_plain_name(title, name):
    assert name_condition(title) == name


def test_the_longest_prefix_says_what_an_axis_is_worth():
    worths = AxisWorths.load()

    assert worths.find("R55")["etiology"].worth > worths.find("R99")["etiology"].worth
    assert not worths.find("S72.001A")["laterality"].is_declared


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prefix\taxis\nR\ttype\n", "line 1"),
        ("prefix\taxis\tworth\tfrom\tnote\nR\tcolour\t0.5\ttable\t\n", "line 2"),
        ("prefix\taxis\tworth\tfrom\tnote\nR\ttype\t1.5\ttable\t\n", "line 2"),
    ],
)
def test_a_wrong_row_of_axis_worths_is_refused(tmp_path, text, said):
    path = tmp_path / "open_axes.tsv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(DataFileError, match=said):
        AxisWorths.load(path)


def test_a_source_names_the_note_and_its_author():
    assert name_source(Note("n", "", note_type="progress_note", author_role="nurse")) == "progress note, nurse"
    assert name_source(Note("n", "")) == ""
