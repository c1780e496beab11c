"""The tables of headings, kinds and narrative words, and how headings outside the table are read."""

import pytest

from codeassist.annotation.measurement_units import read_rows
from codeassist.errors import DataFileError
from codeassist.sections.headings import HEADINGS_PATH, ROLES, Heading, HeadingTable
from codeassist.sections.kinds import KINDS_PATH, load_kinds
from codeassist.sections.problem_headings import WORDS_PATH

WANTED = {
    "history_of_present_illness",
    "past_medical_history",
    "family_history",
    "assessment",
    "plan",
    "assessment_plan",
}


@pytest.fixture(scope="module")
def table():
    return HeadingTable.load()


@pytest.mark.parametrize("path", [HEADINGS_PATH, KINDS_PATH, WORDS_PATH], ids=lambda path: path.name)
def test_table_is_sorted_distinct_and_free_of_stray_spaces(path):
    lines = path.read_text(encoding="utf-8").splitlines()[1:]

    keys = [line.split("\t")[0] for line in lines]
    assert keys == sorted(keys)
    assert len({tuple(line.split("\t")[:2]) for line in lines}) == len(lines)
    assert [line for line in lines if any(cell != cell.strip() or not cell for cell in line.split("\t"))] == []


def test_every_heading_has_a_known_kind_and_role():
    rows = [row for _, row in read_rows(HEADINGS_PATH)]

    assert {row["kind"] for row in rows} <= set(load_kinds())
    assert {row["role"] for row in rows} == set(ROLES)
    assert {row["kind"] for row in rows} >= WANTED


def test_every_kind_but_the_preamble_has_a_heading():
    headed = {row["kind"] for _, row in read_rows(HEADINGS_PATH)}

    assert set(load_kinds()) - headed == {"preamble"}


@pytest.mark.parametrize(
    ("kind", "column", "value"),
    [
        ("family_history", "experiencer", "family"),
        ("family_history", "weight", "exclude"),
        ("past_medical_history", "temporality", "historical"),
        ("differential_diagnosis", "presence", "possible"),
        ("discharge_instructions", "temporality", "hypothetical"),
        ("plan", "is_plan", True),
        ("assessment", "is_plan", False),
        ("assessment", "weight", "primary"),
        ("review_of_systems", "weight", "exclude"),
    ],
)
def test_kind_means_what_a_coder_takes_it_for(kind, column, value):
    assert getattr(load_kinds()[kind], column) == value


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Past  Medical HISTORY", "past_medical_history"),
        ("Pre-Operative Diagnosis(es)", "preoperative_diagnosis"),
        ("A & P", "assessment_plan"),
        ("assessment / plan", "assessment_plan"),
        ("Physical Exam (limited)", "physical_exam"),
        ("Patient\u2019s Condition", "disposition"),
        ("PROCEDURE #2", "procedure"),
    ],
)
def test_spelling_variants_of_a_heading_are_one(words, kind, table):
    assert table.find(words).kind == kind


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("FINDINGS AT SURGERY OF THE KNEE", "findings"),
        ("ORAL MECHANISM EXAMINATION", "physical_exam"),
        ("Labs during admission", "labs"),
        ("CONCLUSIONS/FINAL DIAGNOSES", "impression"),
        ("PAST SPINE HISTORY", "past_medical_history"),
    ],
)
def test_unknown_heading_is_read_by_its_head(words, kind, table):
    assert table.find(words) is None
    assert table.find(words, general=True).kind == kind


@pytest.mark.parametrize(
    "words",
    [
        "HEADACHE",
        "LUNG WINDOWS",
        "Her medications include",
        "Known HTN MEDS",
        "Stable. PLAN",
        "Gout, ALLERGIES",
        " ",
        "SECONDARY TO SEPSIS",
    ],
)
def test_other_words_are_no_heading(words, table):
    assert table.find(words, general=True) is None


def test_body_system_and_test_have_roles_of_their_own(table):
    assert [table.find(words) for words in ("HEENT", "Dermatology", "EKG", "Tobacco use")] == [
        Heading("physical_exam", "system"),
        Heading("physical_exam", "specialty"),
        Heading("results", "test"),
        Heading("social_history", "topic"),
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("xyzzy\tno_such_kind\tframe\ttest", "line 3: unknown kind or role"),
        ("xyzzy\tplan\tno_such_role\ttest", "line 3: unknown kind or role"),
        ("Plan\tassessment\tframe\ttest", "line 3: an earlier row gives this heading another meaning"),
    ],
)
def test_wrong_row_of_headings_is_refused(row, expected, tmp_path):
    path = tmp_path / "headings.tsv"
    path.write_text(f"heading\tkind\trole\tprovenance\nplan\tplan\tframe\ttest\n{row}\n", encoding="utf-8")

    with pytest.raises(DataFileError, match=expected):
        HeadingTable.load(path)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("assessment\tprimary", "assessment\theavy", "weight is 'heavy'; expected one of primary"),
        (
            "\tcurrent\tpatient\tpresent\tyes\t",
            "\tcurrent\tpatient\tpresent\tmaybe\t",
            "a flag is 'maybe'; expected yes or no",
        ),
        ("family\tpresent", "neighbour\tpresent", "experiencer is 'neighbour'"),
    ],
)
def test_wrong_row_of_kinds_is_refused(before, after, expected, tmp_path):
    path = tmp_path / "kinds.tsv"
    path.write_text(KINDS_PATH.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")

    with pytest.raises(DataFileError, match=expected):
        load_kinds(path)
