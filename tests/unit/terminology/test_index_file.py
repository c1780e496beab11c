import pytest

from codeassist.errors import DataFileError
from codeassist.terminology.index_file import read_index, walk


def read(folder, name):
    return read_index((folder / name).read_bytes(), name)


def read_code(written):
    content = (
        f"<ICD10CM.index><letter><mainTerm><title>x</title><code>{written}</code></mainTerm></letter></ICD10CM.index>"
    )
    (node,) = read_index(content.encode(), "i.xml").nodes
    return node.codes


def test_a_file_is_a_tree_of_titles_with_their_optional_words_and_their_codes(release_2031):
    file = read(release_2031, "icd10cm_index_2031.xml")

    assert file.year == "2031"
    assert [([node.title for node in path], path[-1].modifiers, path[-1].codes) for path in walk(file.nodes)] == [
        (["Fever"], ("high", "low"), ()),
        (["Fever", "azure"], (), (("B20", ""),)),
        (["Fever", "with"], (), ()),
        (["Fever", "with", "spots NEC"], ("square",), (("C4A", ""),)),
        (["Fever", "with", "spots of nowhere"], (), (("Z99.9", ""),)),
    ]
    assert file.nodes[0].sees == ("Heat",)


def test_a_cell_has_the_name_of_its_column_and_a_dash_alone_leads_nowhere(release_2031):
    (spots,) = read(release_2031, "icd10cm_neoplasm_2031.xml").nodes

    assert spots.codes == (("C43", "Malignant Primary"),)
    assert spots.nodes[0].codes == (("C4A.0", "Malignant Primary"), ("C44", "Benign"))


def test_brackets_inside_brackets_are_one_optional_word():
    content = b"""<ICD10CM.index><letter><mainTerm><title>Fish<nemod>(blue (sky)) (red)</nemod> NEC</title></mainTerm>
      </letter></ICD10CM.index>"""

    (node,) = read_index(content, "i.xml").nodes

    assert (node.title, node.modifiers) == ("Fish NEC", ("blue (sky)", "red"))


@pytest.mark.parametrize(
    ("written", "code"),
    [("M05.7-", "M05.7"), ("C79.8-", "C79.8"), ("I69.-", "I69"), ("T36", "T36"), ("A99.99 ", "A99.99")],
)
def test_a_dash_leads_to_the_header(written, code):
    assert read_code(written) == ((code, ""),)


@pytest.mark.parametrize("written", ["--", "", "see below", "123", "1234", "S06.1X0AB"])
def test_what_is_no_code_leads_nowhere(written):
    assert read_code(written) == ()


def test_another_file_is_refused():
    with pytest.raises(DataFileError, match=r"the root element is html, expected ICD10CM\.index"):
        read_index(b"<html/>", "page.xml")
