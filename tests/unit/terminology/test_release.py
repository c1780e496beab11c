import zipfile

import pytest

from codeassist.errors import DataFileError
from codeassist.terminology.release import ReleaseFile, open_release, parse_edition

ORDER_ROW = "00001 A00     0 Cholera                                                      Cholera\r\n"
PROCEDURES = (
    "00001 001     0 Central Nervous System                                       Central Nervous System\r\n"
    "00002 0016070 1 Bypass                                                       Bypass\r\n"
)


def make_zip(path, contents):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def describe(path, content):
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (file,) = open_release(path).files
    return file.role or file.description


def test_every_file_of_a_release_is_recognised_by_its_content(release_2031):
    roles = {file.name: file.role for file in open_release(release_2031).files}

    assert roles == {
        "icd10cm_drug_2031.xml": "drugs",
        "icd10cm_eindex_2031.xml": "external_causes",
        "icd10cm_index_2031.xml": "index",
        "icd10cm_neoplasm_2031.xml": "neoplasms",
        "icd10cm_tabular_2031.xml": "tabular",
    }


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (ORDER_ROW, "order"),
        ("\ufeff" + ORDER_ROW, "order"),
        (PROCEDURES, "an ICD-10-PCS file (procedures), not ICD-10-CM"),
        ("<?xml version='1.0'?><ICD10PCS.tabular/>", "an ICD-10-PCS file (procedures), not ICD-10-CM"),
        ("Delete:      1 B880    Other\r\n", "an addenda file (changes only); the whole order file is needed"),
        ("A000    Cholera\r\n", "a list of billable codes; the order file holds them and their headers"),
        ("A000 0010  00000\r\n", "a table of equivalents (GEM) between ICD-9 and ICD-10"),
        ("Order26\tPOAexemptCode\tDescription", "a list of codes exempt from present-on-admission reporting"),
        ("Dear reader", "not a file of an ICD-10-CM release"),
        ("", "not a file of an ICD-10-CM release"),
        (b"\xff\xfe\x00binary", "not a file of an ICD-10-CM release"),
    ],
)
def test_a_file_is_named_for_what_its_content_is(tmp_path, content, expected):
    assert describe(tmp_path / "file.txt", content) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("guide.PDF", "a document for people"), ("schema.xsd", "a schema of the XML files")],
)
def test_a_document_is_named_for_its_ending(tmp_path, name, expected):
    assert describe(tmp_path / name, ORDER_ROW) == expected


def test_a_zip_file_reads_like_its_folder(tmp_path, release_2031):
    contents = {f"Table and Index/{path.name}": path.read_bytes() for path in release_2031.iterdir()}

    release = open_release(make_zip(tmp_path / "2031.zip", contents))

    assert len(release.files) == 5
    assert release.read_role("tabular") == (
        "Table and Index/icd10cm_tabular_2031.xml",
        (release_2031 / "icd10cm_tabular_2031.xml").read_bytes(),
    )
    assert release.read_role("order") is None


def test_two_tabular_lists_are_one_too_many(tmp_path):
    path = make_zip(tmp_path / "x.zip", {"a.xml": "<ICD10CM.tabular>", "b.xml": "<ICD10CM.tabular>"})

    with pytest.raises(DataFileError, match=r"2 files that are each the tabular list: a\.xml, b\.xml"):
        open_release(path).read_role("tabular")


def test_a_file_that_unpacks_to_more_than_any_official_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("codeassist.terminology.release._LARGEST", 1_000_000)
    path = make_zip(tmp_path / "x.zip", {"a.xml": "<ICD10CM.tabular>" + " " * 2_000_000})

    with pytest.raises(DataFileError, match=r"a\.xml unpacks to more than 1 MB"):
        open_release(path).read_role("tabular")


def test_a_damaged_zip_file_says_which_member(tmp_path):
    path = make_zip(tmp_path / "x.zip", {"a.xml": "<ICD10CM.tabular>" * 1000})
    content = bytearray(path.read_bytes())
    content[50] ^= 0xFF
    path.write_bytes(content)

    with pytest.raises(DataFileError, match=r"x\.zip: a\.xml cannot be unpacked"):
        open_release(path).read_role("tabular")


def test_a_zip_file_without_its_directory_is_damaged(tmp_path):
    path = make_zip(tmp_path / "x.zip", {"a.xml": "<ICD10CM.tabular>"})
    content = path.read_bytes()
    path.write_bytes(content.replace(b"PK\x01\x02", b"PK\x00\x00"))

    with pytest.raises(DataFileError, match=r"x\.zip is a damaged zip file"):
        open_release(path)


def test_nothing_at_the_path_is_one_clear_line(tmp_path):
    with pytest.raises(DataFileError, match=r"gone\.zip: there is no such file or folder"):
        open_release(tmp_path / "gone.zip")


@pytest.mark.parametrize(
    ("archive", "member", "content", "edition"),
    [
        ("x.zip", "icd10cm-order-2031.txt", ORDER_ROW, "2031"),
        ("x.zip", "icd10cm_order_2031.txt", ORDER_ROW, "2031"),
        ("codes-FY31.zip", "order.txt", ORDER_ROW, "2031"),
        ("april-1-2031-code-descriptions.zip", "order.txt", ORDER_ROW, "2031-04"),
        ("x.zip", "icd10cm-order-April-2031.txt", ORDER_ROW, "2031-04"),
        ("copy-of-2044.zip", "t.xml", "<ICD10CM.tabular><version>2031</version>", "2031"),
        ("x.zip", "order.txt", ORDER_ROW, None),
        ("x.zip", "order12031.txt", ORDER_ROW, None),
    ],
)
def test_the_fiscal_year_is_read_from_the_xml_or_else_from_the_names(tmp_path, archive, member, content, edition):
    assert open_release(make_zip(tmp_path / archive, {member: content})).find_edition() == edition


def test_files_of_two_fiscal_years_are_not_one_release(tmp_path):
    contents = {"t.xml": "<ICD10CM.tabular><version>2031</version>", "i.xml": "<ICD10CM.index><version>2030</version>"}

    with pytest.raises(DataFileError, match="files of fiscal years 2030, 2031"):
        open_release(make_zip(tmp_path / "x.zip", contents)).find_edition()


def test_files_that_are_not_imported_are_listed_by_what_they_are(tmp_path):
    contents = {f"{letter}.pdf": "" for letter in "abcd"} | {"read.me": "hello"}

    release = open_release(make_zip(tmp_path / "x.zip", contents))

    assert release.explain() == (
        "a.pdf, b.pdf, c.pdf and 1 more: a document for people; read.me: not a file of an ICD-10-CM release"
    )
    assert release.files[4] == ReleaseFile("read.me", None, "not a file of an ICD-10-CM release")


def test_a_folder_of_everything_is_not_searched(tmp_path):
    for number in range(201):
        (tmp_path / f"{number}.txt").touch()

    with pytest.raises(DataFileError, match="more than 200 files; give the folder of one ICD-10-CM release"):
        open_release(tmp_path)


def test_an_empty_folder_is_said_to_be_empty(tmp_path):
    assert open_release(tmp_path).explain() == "it is empty"


@pytest.mark.parametrize("name", ["27", "2027-10", "FY2027", "../2027", "2027-04 "])
def test_other_names_are_no_editions(name):
    with pytest.raises(DataFileError, match="is not the name of an edition"):
        parse_edition(name)
