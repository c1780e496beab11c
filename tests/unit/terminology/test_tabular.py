import pytest

from codeassist.errors import DataFileError
from codeassist.terminology.tabular import Division, Entry, TabularNote, read_tabular

OPEN = "<ICD10CM.tabular><version>2031</version>"
CHAPTER = "<chapter><name>1</name><desc>One</desc><section id='A00'><desc>Block</desc>"
CLOSE = "</section></chapter></ICD10CM.tabular>"


def make(body, version="2031"):
    return f"<ICD10CM.tabular><version>{version}</version>{CHAPTER}{body}{CLOSE}".encode()


@pytest.fixture
def tabular(release_2031):
    name = "icd10cm_tabular_2031.xml"
    return read_tabular((release_2031 / name).read_bytes(), name)


def test_codes_come_in_tabular_order_with_those_made_from_seventh_characters(tabular):
    found = [(entry.code, entry.is_billable) for entry in tabular.entries]

    assert found == [
        ("B20", True),
        ("C43", True),
        ("C4A", False),
        ("C4A.0", True),
        ("C4A.1", True),
        ("C44", True),
        ("S06", False),
        ("S06.1", False),
        ("S06.1X", False),
        ("S06.1X0", False),
        ("S06.1X0A", True),
        ("S06.1X0D", True),
        ("S06.1X0S", True),
        ("S06.1X7", False),
        ("S06.1X7A", True),
        ("S06.2", False),
        ("S06.2XXB", True),
        ("W06", False),
        ("W06.XXXA", True),
        ("W06.XXXS", True),
    ]


def test_each_code_knows_its_parent_and_block(tabular):
    parents = {entry.code: tabular.entries[entry.parent].code for entry in tabular.entries if entry.parent >= 0}
    blocks = {entry.code: tabular.blocks[entry.block].name for entry in tabular.entries if entry.parent < 0}

    assert parents["S06.1X0A"] == "S06.1X0"
    assert parents["W06.XXXA"] == "W06"
    assert parents["S06.1X"] == "S06.1"
    assert blocks == {
        "B20": "B20",
        "C43": "C43-C44",
        "C4A": "C43-C44",
        "C44": "C43-C44",
        "S06": "S06-W06",
        "W06": "S06-W06",
    }


def test_white_space_in_titles_is_normalised_and_the_seventh_character_is_worded(tabular):
    titles = {entry.code: entry.title for entry in tabular.entries}

    assert titles["C4A.0"] == "Square spots of right arm"
    assert titles["S06.2XXB"] == "Hard bump of head, open bump"


def test_a_category_keeps_apart_from_the_block_of_the_same_name(tabular):
    assert tabular.entries[0] == Entry(
        "B20", "Blue fever", -1, 0, is_billable=True, notes=(TabularNote("includes", "azure fever"),)
    )
    assert tabular.blocks[0] == Division("B20", "Blue fever (B20)", 0, ())


def test_notes_of_one_kind_written_in_two_elements_are_all_read(tabular):
    square_spots = tabular.entries[2]

    assert square_spots.notes == (
        TabularNote("excludes1", "spots of the moon (B20, C43)"),
        TabularNote("excludes1", "spots before the eyes"),
        TabularNote("excludes1", "star spots (S06.1-)"),
    )


def test_another_wording_of_a_seventh_character_is_kept_with_its_character(tabular):
    bump = next(entry for entry in tabular.entries if entry.code == "S06")

    assert bump.sevenths == (("A", "initial encounter"), ("D", "subsequent encounter"), ("S", "sequela"))
    assert bump.notes[1] == TabularNote("seventh_character", "D: later visit")


@pytest.mark.parametrize(("version", "expected"), [("2017", "ADS"), ("2018", "A"), ("2031", "A"), ("", "A")])
def test_since_2018_who_died_before_waking_takes_no_later_encounter(version, expected):
    """FY2017 has 71,486 billable codes with these, the GEMs of FY2018 no longer name them."""
    body = (
        "<diag><name>S06.1X8</name><desc>Bump with death due to other causes prior to regaining consciousness</desc>"
        "<sevenChrDef><extension char='A'>initial</extension><extension char='D'>later</extension>"
        "<extension char='S'>sequela</extension></sevenChrDef></diag>"
    )

    tabular = read_tabular(make(body, version), "t.xml")

    assert "".join(entry.code[-1] for entry in tabular.entries[1:]) == expected


def test_a_block_inside_a_block_is_read():
    body = "<section id='A01'><desc>Inner</desc><diag><name>A01</name><desc>x</desc></diag></section>"

    tabular = read_tabular(make(body), "t.xml")

    assert [block.name for block in tabular.blocks] == ["A00", "A01"]
    assert tabular.entries[0].block == 1


def test_a_code_list_decides_which_seventh_characters_exist(release_2031):
    name = "icd10cm_tabular_2031.xml"

    tabular = read_tabular((release_2031 / name).read_bytes(), name, confirmed={"S061X7D", "W06XXXA"})

    assert [entry.code for entry in tabular.entries if len(entry.code) == 8] == ["S06.1X7D", "W06.XXXA"]


def test_a_code_that_is_written_with_seven_characters_is_not_extended():
    body = (
        "<diag><name>H54</name><desc>Sight</desc><sevenChrDef><extension char='A'>initial</extension></sevenChrDef>"
        "<diag><name>H54.0X33</name><desc>Low sight</desc></diag></diag>"
    )

    assert [entry.code for entry in read_tabular(make(body), "t.xml").entries] == ["H54", "H54.0X33"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<ICD10CM.index/>", "t.xml: the root element is ICD10CM.index, expected ICD10CM.tabular"),
        (make("<diag><name>A00</name>"), r"t.xml, line 1, column \d+: the XML is broken here"),
        (make("<diag><desc>x</desc></diag>"), "t.xml: a diag at A00 has no name"),
        (make("<diag><name>A00</name></diag>"), "t.xml: a diag at A00 has no desc"),
        (make(""), "t.xml: the tabular list holds no codes"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + make("<diag/>"), "t.xml: the file declares a document type"),
        (make("<diag/>").decode().encode("utf-16"), "t.xml: the file declares a document type or is not UTF-8"),
    ],
    ids=["not tabular", "broken", "no name", "no title", "no codes", "entities", "utf-16"],
)
def test_what_is_not_a_tabular_list_is_refused_in_one_line(content, message):
    with pytest.raises(DataFileError, match=message):
        read_tabular(content, "t.xml")
