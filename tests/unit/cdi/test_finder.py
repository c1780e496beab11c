import datetime as dt
from dataclasses import replace
from io import StringIO
from math import exp

import pytest
from rich.console import Console

from codeassist.cdi.asking import choose_asked
from codeassist.cdi.axis_worth import AxisWorths
from codeassist.cdi.drafts import GapDraft
from codeassist.cdi.priority import weigh
from codeassist.cdi.quotes import name_source
from codeassist.cdi.unspecified import name_condition
from codeassist.config import GapThresholds
from codeassist.core.gaps import Gap, GapOption, Indicator
from codeassist.core.notes import Encounter, Note, Observation, Span
from codeassist.errors import DataFileError
from codeassist.io.documents import to_document
from codeassist.report.page import render_page
from codeassist.report.table import render_result

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


def test_a_table_of_burden_orders_gaps_and_is_named():
    with_codes = draft(options=(GapOption("systolic", ("I50.20",)),))
    parts = weigh(with_codes, find_burden=lambda codes: float(codes == ("I50.20",)))

    assert [part.points for part in parts if part.feature == "burden of disease"] == [0.5]
    assert len(weigh(draft(), find_burden=lambda _: 1.0)) == len(weigh(draft()))


@pytest.mark.assets
def test_values_given_beside_the_notes_are_indicators(assistant):
    observations = (Observation("creatinine", 1.0, date=dt.date(2026, 3, 1)), Observation("creatinine", 2.6))
    note = Note("n", "Assessment: Pneumonia. Poor urine output.", note_type="progress_note")
    result = assistant.code(Encounter("e", (note,), setting="inpatient", observations=observations))

    (gap,) = [gap for gap in result.gaps if (gap.kind, gap.category) == ("undocumented", "N17")]
    given = [each for each in gap.indicators if each.span is None]
    assert {each.text for each in given} == {"creatinine 1 mg/dL", "creatinine 2.6 mg/dL"}
    assert {each.source for each in given} == {"laboratory"}


@pytest.mark.assets
def test_values_of_notes_are_read_from_the_earliest(assistant):
    def find(first, second):
        notes = (
            Note("n1", f"Creatinine {first}.", date=dt.date(2026, 3, 1)),
            Note("n2", f"Hemoglobin {second}. Melena.", date=dt.date(2026, 3, 2)),
            Note("n3", "Hemoglobin 12.9.", date=dt.date(2026, 3, 1)),
        )
        gaps = assistant.code(Encounter("e", notes, setting="inpatient")).gaps
        return {each.name for gap in gaps for each in gap.indicators}

    assert "fall of hemoglobin" in find("1.0", "8.1")
    assert "fall of hemoglobin" not in find("1.0", "15.0")


@pytest.mark.assets
def test_a_drug_counts_by_its_route(assistant):
    def find(text):
        note = Note("n", f"Assessment: CHF. {text}")
        gaps = assistant.code(Encounter("e", (note,), setting="inpatient")).gaps
        return {each.name for gap in gaps for each in gap.indicators}

    assert "intravenous diuretic" in find("Bumetanide 1 mg IV given.")
    assert "intravenous diuretic" not in find("Bumetanide 1 mg by mouth daily.")


@pytest.mark.assets
def test_gaps_are_written_and_shown(assistant):
    note = Note("n", "Assessment: CHF. Given IV Lasix. JVD, rales. Creatinine 2.4 (baseline 1.0).")
    result = assistant.code(Encounter("e", (note,), setting="inpatient"))
    document = to_document(result)

    asked = [gap for gap in document["gaps"] if gap["query_id"]]
    assert [gap["query_id"] for gap in asked] == [query["query_id"] for query in document["queries"]]
    assert asked[0]["evidence"][0]["text"] == "CHF"
    assert all(each["text"] for gap in asked for each in gap["indicators"])
    console = Console(width=100, record=True, file=StringIO())
    console.print(render_result(result))
    assert "heart failure: type" in console.export_text()
    assert "heart failure: type" in render_page([result])


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


def find_indications(assistant, text):
    gaps = assistant.code(text).gaps
    return {gap.category for gap in gaps if gap.diagnosis == "indication of a medication"}


@pytest.mark.assets
@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("Medications: Mirapex at bedtime.", True),
        ("Assessment: Parkinson disease. Mirapex at bedtime.", False),
        ("Assessment: restless legs syndrome. Mirapex at bedtime.", False),
        ("Allergies: Mirapex.", False),
        ("Medications: Lipitor 20 mg.", False),
    ],
)
def test_a_medication_without_an_indication_is_a_gap(assistant, text, is_asked):
    assert bool(find_indications(assistant, text)) is is_asked


@pytest.mark.assets
def test_a_report_by_itself_is_asked_about_last(assistant):
    report = "TECHNIQUE: CT of the head.\nFINDINGS: mass with midline shift.\nIMPRESSION: mass with midline shift."
    visit = "HISTORY OF PRESENT ILLNESS: headache.\nCT showed a mass with midline shift.\nASSESSMENT: Headache."

    def priority(text):
        gaps = assistant.code(text).gaps
        return max(gap.priority for gap in gaps if gap.category == "G93")

    assert priority(report) < assistant.settings.gaps.query_priority <= priority(visit)
