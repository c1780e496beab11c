import pytest

from codeassist.errors import DataFileError
from codeassist.terminology.index_file import group_terms, read_index


def read(folder, name):
    return list(read_index((folder / name).read_bytes(), name))


def test_an_entry_is_worded_with_its_whole_path_and_its_modifiers(release_2031):
    assert read(release_2031, "icd10cm_index_2031.xml") == [
        ("B20", "Fever (high) (low), azure"),
        ("C4A", "Fever (high) (low), with, spots (square) NEC"),
        ("Z99.9", "Fever (high) (low), with, spots of nowhere"),
    ]


def test_a_cell_is_worded_with_its_column_and_a_dash_alone_leads_nowhere(release_2031):
    assert read(release_2031, "icd10cm_neoplasm_2031.xml") == [
        ("C43", "Spots: Malignant Primary"),
        ("C4A.0", "Spots, arm: Malignant Primary"),
        ("C44", "Spots, arm: Benign"),
    ]


@pytest.mark.parametrize(
    ("written", "code"),
    [("M05.7-", "M05.7"), ("C79.8-", "C79.8"), ("I69.-", "I69"), ("T36", "T36"), ("A99.99 ", "A99.99")],
)
def test_a_dash_leads_to_the_header(written, code):
    content = (
        f"<ICD10CM.index><letter><mainTerm><title>x</title><code>{written}</code></mainTerm></letter></ICD10CM.index>"
    )

    assert [found for found, _ in read_index(content.encode(), "i.xml")] == [code]


@pytest.mark.parametrize("written", ["--", "", "see below", "123", "1234", "S06.1X0AB"])
def test_what_is_no_code_leads_nowhere(written):
    content = (
        f"<ICD10CM.index><letter><mainTerm><title>x</title><code>{written}</code></mainTerm></letter></ICD10CM.index>"
    )

    assert list(read_index(content.encode(), "i.xml")) == []


def test_a_term_without_title_takes_the_wording_above_it():
    content = (
        b"<ICD10CM.index><letter><mainTerm><title>Fever</title><term><code>B20</code></term></mainTerm></letter>"
        b"</ICD10CM.index>"
    )

    assert list(read_index(content, "i.xml")) == [("B20", "Fever")]


def test_wordings_are_grouped_by_code_each_once():
    assert group_terms(iter([("B20", "b"), ("C43", "c"), ("B20", "a"), ("B20", "b")])) == {
        "B20": ("b", "a"),
        "C43": ("c",),
    }


def test_another_file_is_refused():
    with pytest.raises(DataFileError, match=r"the root element is html, expected ICD10CM\.index"):
        list(read_index(b"<html/>", "page.xml"))
