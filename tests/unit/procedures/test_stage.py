"""The procedure stage: evidence, reasons, gaps, support and what happens without numbers or with imported files."""

import shutil

import pytest

from codeassist.assets import find_asset
from codeassist.config import ProcedureSettings
from codeassist.core.codes import ICD10CM, Code
from codeassist.core.mentions import Assertion, Mention
from codeassist.core.notes import Encounter, Note, Patient, Span
from codeassist.core.suggestions import Candidate, Contribution, Suggestion
from codeassist.procedures.stage import ProcedureStage
from codeassist.terminology.procedure_sets import InstalledCodes, PairTable
from codeassist.terminology.procedure_tables import FOLDER, load_procedure_tables

CARPAL = (
    "POSTOPERATIVE DIAGNOSIS: Carpal tunnel syndrome.\n"
    "PROCEDURE PERFORMED: Left carpal tunnel release.\n"
    "DESCRIPTION OF PROCEDURE: The transverse carpal ligament was divided.\n"
)


@pytest.fixture
def read(stage, sectionize):
    def run(text, *, diagnoses=(), patient=None, use=stage):
        encounter = Encounter("e", (Note("n", text),), patient=patient or Patient())
        return use(encounter, sectionize(encounter), diagnoses)

    return run


def diagnose(code, display, surface, *, section="postoperative_diagnosis"):
    mention = Mention(Span("n", 0, len(surface)), "problem", section, Assertion(), surface, reading=surface)
    support = (Candidate(mention, Code(ICD10CM, "2026-04", code), display, ()),)
    return Suggestion(support[0].code, display, 0.9, "report", "secondary", support)


def test_evidence_is_the_words_that_name_the_procedure(read):
    (found,) = read(CARPAL).suggestions

    (candidate,) = found.support
    assert candidate.mention.surface == "carpal tunnel release"
    assert CARPAL[candidate.mention.span.start : candidate.mention.span.end] == candidate.mention.surface
    assert (found.role, found.code.system) == ("procedure", "CPT")


def test_confidence_follows_from_the_points_of_the_rationale(read):
    (found,) = read(CARPAL).suggestions

    assert found.rationale == (Contribution("title", 2.2, "named as performed"),)
    assert found.confidence == 0.9002


def test_a_missing_side_is_a_gap(read):
    found = read(CARPAL.replace("Left carpal", "Carpal"))

    (gap,) = found.gaps
    assert (gap.kind, gap.axis, gap.code) == ("unspecified", "laterality", "64721")
    assert [option.value for option in gap.options] == ["left", "right", "both sides"]
    assert found.suggestions[0].modifiers == ()


def test_title_and_account_with_different_sides_are_a_conflict(read):
    found = read(CARPAL + "FINDINGS: The right hand was released.\n")

    assert [(gap.kind, gap.axis) for gap in found.gaps] == [("conflict", "laterality")]
    assert [(flag.kind, flag.detail) for flag in found.suggestions[0].flags] == [
        ("title_body", "title and account differ: side")
    ]


def test_a_missing_size_is_a_gap_with_the_ranges_as_options(read):
    found = read("PROCEDURE PERFORMED: Excision of benign nevus of the cheek.\n")

    (gap,) = [gap for gap in found.gaps if gap.axis == "site"]
    assert gap.diagnosis.endswith("(lesion or wound size)")
    assert [option.codes for option in gap.options] == [
        ("11441",), ("11442",), ("11443",), ("11444",), ("11446",), ("11440",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("PROCEDURE: Simple laceration repair of the chin.\nPOSTOPERATIVE DIAGNOSIS: Cut.\n", "repair length"),
        ("EXAM: X-ray of the left hand.\nIMPRESSION: Normal.\n", "number of views"),
        ("PROCEDURE PERFORMED: Cholecystectomy.\nDESCRIPTION OF PROCEDURE: It was removed.\n", "approach"),
    ],
)
def test_what_decides_between_neighbours_and_is_not_said_is_a_gap(read, text, label):
    assert label in [gap.diagnosis.rpartition("(")[2].rstrip(")") for gap in read(text).gaps]


def test_a_procedure_names_the_diagnoses_that_support_it(read):
    carpal = diagnose("G56.02", "Carpal tunnel syndrome, left upper limb", "carpal tunnel syndrome")
    pressure = diagnose("I10", "Essential (primary) hypertension", "hypertension", section="past_medical_history")

    (found,) = read(CARPAL, diagnoses=(pressure, carpal)).suggestions

    assert found.supported_by == ("G56.02",)


def test_a_diagnosis_of_the_other_side_is_flagged_and_supports_nothing(read):
    other = diagnose("G56.01", "Carpal tunnel syndrome, right upper limb", "carpal tunnel syndrome")

    (found,) = read(CARPAL, diagnoses=(other,)).suggestions

    assert found.supported_by == ()
    assert [(flag.kind, flag.with_code) for flag in found.flags] == [("laterality", "G56.01")]


@pytest.mark.parametrize(
    ("patient", "kinds"),
    [
        (Patient(age=34, sex="male"), ["sex"]),
        (Patient(age=3, sex="female"), ["age"]),
        (Patient(age=34, sex="female"), []),
        (Patient(), []),
    ],
)
def test_sex_and_age_that_do_not_fit_are_flagged(read, patient, kinds):
    text = "PROCEDURE PERFORMED: Hysteroscopy with biopsy.\nDESCRIPTION OF PROCEDURE: The scope was passed.\n"

    (found,) = read(text, patient=patient).suggestions

    assert [flag.kind for flag in found.flags] == kinds


def test_what_only_the_account_names_is_shown_and_flagged(read):
    found = read(CARPAL + "PROCEDURE IN DETAIL: A trigger finger release was performed.\n")

    assert [(each.code.value, each.disposition) for each in found.suggestions] == [
        ("64721", "report"),
        ("26055", "consider"),
    ]
    assert [flag.kind for flag in found.suggestions[1].flags] == ["not_in_title"]


def test_without_the_numbers_the_concept_is_named(read, normalizer, tmp_path):
    folder = tmp_path / "starter"
    shutil.copytree(find_asset(FOLDER), folder)
    (folder / "numbers.tsv").unlink()
    tables = load_procedure_tables(folder)
    bare = ProcedureStage.load(tables, InstalledCodes(), normalizer, settings=ProcedureSettings())

    (found,) = read(CARPAL, use=bare).suggestions

    assert (found.code.system, found.code.value) == ("concept", "freeing-of-the-median-nerve-at-the-wrist")
    assert (found.display, found.modifiers) == ("Freeing of the median nerve at the wrist", ("LT",))
    assert bare.code_sets == ()
    assert [hit.display for hit in bare.search("carpal tunnel release", system="CPT", limit=1)] == [found.display]


def test_imported_text_is_shown_and_edits_are_flagged(read, normalizer):
    installed = InstalledCodes(
        editions={"CPT": "2031"},
        texts={("CPT", "64721"): "an invented licensed text"},
        pairs=PairTable(b"26055647210\n26055647211\n"[12:]),
        most_units={"64721": 0},
    )
    licensed = ProcedureStage.load(load_procedure_tables(), installed, normalizer, settings=ProcedureSettings())
    text = CARPAL.replace("release.", "release. Left trigger thumb release.")

    found = {each.code.value: each for each in read(text, use=licensed).suggestions}

    assert found["64721"].display == "an invented licensed text"
    assert [(flag.kind, flag.with_code) for flag in found["64721"].flags] == [("ncci", "26055"), ("units", "")]
    assert dict(licensed.code_sets)["CPT"] == "2031"


def test_the_same_note_gives_the_same_procedures_in_the_same_order(read):
    text = "PROCEDURES PERFORMED: 1. Septoplasty. 2. Tonsillectomy. 3. Bilateral myringotomy with tubes.\n"

    assert read(text) == read(text)


def test_several_notes_of_an_encounter_are_read_together(stage, sectionize):
    notes = (Note("a", CARPAL), Note("b", "EXAM: Chest X-ray, PA and lateral.\nIMPRESSION: Clear lungs.\n"))
    encounter = Encounter("e", notes)

    found = stage(encounter, sectionize(encounter), ())

    assert sorted(each.code.value for each in found.suggestions) == ["64721", "71046"]


@pytest.mark.parametrize("text", ["", "\n\n", "\x00\ud800 1.2.3", "PROCEDURE:", "(" * 500, "no " * 4000])
def test_any_text_is_accepted(read, text):
    assert read(text).suggestions == ()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("PROCEDURES PERFORMED:\n1. Tonsillectomy.\n2. Adenoidectomy.\nINDICATIONS: A 6-year-old boy.\n", {"42820"}),
        ("EXAM: CT abdomen with contrast. CT pelvis with contrast.\nIMPRESSION: Normal.\n", {"74177-26"}),
        ("PROCEDURES PERFORMED:\n1. Left orchiopexy.\n2. Right orchiopexy.\nFINDINGS: Good.\n", {"54640-50"}),
        ("PROCEDURE PERFORMED: Cystoscopy.\nFINDINGS: A stent was removed.\n", {"52310"}),
        ("PROCEDURE PERFORMED: Septoplasty (not performed).\nPOSTOPERATIVE DIAGNOSIS: Same.\n", set()),
        ("PROCEDURE PERFORMED: Port insertion by Dr. Grey at an outside hospital, done by him.\nFINDINGS: x.\n", set()),
        ("TECHNIQUE: Plain images.\nFINDINGS: CT of the head without contrast was compared.\n", {"70450-26"}),
    ],
)
def test_what_belongs_together_is_reported_once(read, text, codes):
    found = [each for each in read(text).suggestions if each.disposition == "report"]

    assert {"-".join((each.code.value, *each.modifiers)) for each in found} == codes


def test_one_side_and_none_are_the_same_procedure(read):
    text = "PROCEDURES PERFORMED:\n1. Left carpal tunnel release.\n2. Carpal tunnel release, endoscope not used.\n"

    (found,) = read(text).suggestions

    assert found.modifiers == ("LT",)


def test_search_finds_imported_codes_beside_the_starter_table(normalizer):
    installed = InstalledCodes(texts={("HCPCS", "X1000"): "an invented gadget"}, other_texts={})
    stage = ProcedureStage.load(load_procedure_tables(), installed, normalizer, settings=ProcedureSettings())

    assert [hit.code for hit in stage.search("invented gadget", system="HCPCS", limit=3)] == ["X1000"]
    assert stage.search("", system="HCPCS", limit=3) == []
