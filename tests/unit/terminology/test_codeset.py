import pickle

import pytest

from codeassist.core.codes import Code, Term
from codeassist.errors import CodeFormatError, UnknownCodeError
from codeassist.terminology.codeset import CodeSet
from codeassist.terminology.compile import compile_arrays
from codeassist.terminology.instruction_notes import InstructionNote
from codeassist.terminology.store import load_or_build
from codeassist.terminology.tabular import read_tabular

BILLABLE = (
    "B20", "C43", "C4A.0", "C4A.1", "C44", "S06.1X0A", "S06.1X0D", "S06.1X0S", "S06.1X7A", "S06.2XXB",
    "W06.XXXA", "W06.XXXS",
)  # fmt: skip


@pytest.fixture
def codes(codeset_2031):
    return codeset_2031


def test_a_code_record_is_of_the_edition(codes):
    assert codes.make("B20") == Code("ICD-10-CM", "2031", "B20")


def test_its_length_counts_billable_codes_only(codes):
    assert len(codes) == 12
    assert codes.count() == 20
    assert tuple(codes.billable_codes()) == BILLABLE


@pytest.mark.parametrize("code", ["B20", "C4A", "C4A.0", "S06.1X", "W06.XXXA"])
def test_headers_and_billable_codes_are_in_it(codes, code):
    assert code in codes


@pytest.mark.parametrize(
    "code",
    [
        "C43-C44",
        "1",
        "c4a.0",
        "C4A0",
        " B20",
        "B20 ",
        "B2_0",
        "B20.",
        "",
        "B21",
        "W06.XXXD",
        "B20\0",
        "\ud800",
        "-B20",
        "B\uff120",
        20,
    ],
)
def test_blocks_other_spellings_and_other_texts_are_not_in_it(codes, code):
    assert code not in codes


def test_codes_are_numbered_in_tabular_order(codes):
    assert [codes.index_of(code) for code in codes.codes()] == list(range(20))
    assert [codes.code_at(index) for index in range(20)] == list(codes.codes())


@pytest.mark.parametrize("code", ["B20", "C4A.0", "S06.1X0A"])
def test_billable_codes_are_those_with_nothing_below(codes, code):
    assert codes.is_billable(code)


@pytest.mark.parametrize("code", ["C4A", "S06.1X0", "W06"])
def test_headers_are_not_billable(codes, code):
    assert not codes.is_billable(code)


def test_titles_are_whole(codes):
    assert codes.title("C4A.0") == "Square spots of right arm"
    assert codes.title("C4A.1") == "Sézary-like square spots of left arm"
    assert dict(codes.titles())["W06.XXXS"] == "Fall from a cloud, sequela"


@pytest.mark.parametrize(
    ("code", "parent", "ancestors", "category"),
    [
        ("B20", None, (), "B20"),
        ("C4A.0", "C4A", ("C4A",), "C4A"),
        ("S06.1X0A", "S06.1X0", ("S06.1X0", "S06.1X", "S06.1", "S06"), "S06"),
        ("W06.XXXA", "W06", ("W06",), "W06"),
    ],
)
def test_the_line_upwards_ends_at_the_category(codes, code, parent, ancestors, category):
    assert codes.parent(code) == parent
    assert codes.ancestors(code) == ancestors
    assert codes.category(code) == category


@pytest.mark.parametrize(
    ("code", "children", "billable"),
    [
        ("B20", (), ("B20",)),
        ("C4A", ("C4A.0", "C4A.1"), ("C4A.0", "C4A.1")),
        ("S06", ("S06.1", "S06.2"), BILLABLE[5:10]),
        ("S06.1X0", BILLABLE[5:8], BILLABLE[5:8]),
        ("S06.1X0A", (), ("S06.1X0A",)),
    ],
)
def test_the_line_downwards(codes, code, children, billable):
    assert codes.children(code) == children
    assert codes.billable_under(code) == billable
    assert tuple(found for found in codes.descendants(code) if codes.is_billable(found)) == tuple(
        found for found in billable if found != code
    )


def test_descendants_come_in_tabular_order(codes):
    assert codes.descendants("S06.1") == ("S06.1X", "S06.1X0", *BILLABLE[5:8], "S06.1X7", "S06.1X7A")


@pytest.mark.parametrize(
    ("code", "block", "chapter"),
    [("B20", "B20", "1"), ("C4A.1", "C43-C44", "1"), ("W06.XXXA", "S06-W06", "2")],
)
def test_block_and_chapter(codes, code, block, chapter):
    assert codes.block(code) == block
    assert codes.chapter(code) == chapter


def test_block_and_chapter_titles(codes):
    assert codes.block_title("C43") == "Spots (C43-C44)"
    assert codes.chapter_title("C43") == "Invented conditions (B20-C44)"


ENCOUNTERS = {"A": "initial encounter", "D": "subsequent encounter", "S": "sequela"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("B20", {}),
        ("S06", ENCOUNTERS),
        ("S06.1X", ENCOUNTERS),
        ("S06.1X0", ENCOUNTERS),
        ("S06.1X0D", ENCOUNTERS),
        ("S06.1X7", {"A": "initial encounter"}),
        ("S06.1X7A", {"A": "initial encounter"}),
        ("S06.2", {"B": "open bump"}),
        ("S06.2XXB", {"B": "open bump"}),
    ],
)
def test_seventh_characters_come_from_the_nearest_definition_and_exist(codes, code, expected):
    assert codes.seventh_characters(code) == expected


def test_terms_are_title_inclusion_terms_and_index_entries(codes):
    assert codes.terms("C4A.0") == (
        Term("Square spots of right arm", "C4A.0", "preferred"),
        Term("box arm", "C4A.0", "inclusion"),
        Term("boxed arm", "C4A.0", "inclusion"),
        Term("adenocarcinoma of arm", "C4A.0", "index_entry"),
        Term("malignant neoplasm of arm", "C4A.0", "index_entry"),
        Term("primary malignant neoplasm of arm", "C4A.0", "index_entry"),
    )
    assert codes.terms("S06.1X0A") == (Term("Soft bump of head, awake, initial encounter", "S06.1X0A", "preferred"),)


def test_index_entries_of_codes_that_do_not_exist_are_left_out(codes):
    assert not [term for code in codes.codes() for term in codes.terms(code) if "nowhere" in term.text]


def test_notes_name_where_they_stand_and_which_codes_they_name(codes):
    assert codes.notes("C4A", "excludes1") == (
        InstructionNote("excludes1", "C4A", "spots of the moon (B20, C43)", ("B20", "C43")),
        InstructionNote("excludes1", "C4A", "spots before the eyes", ()),
        InstructionNote("excludes1", "C4A", "star spots (S06.1-)", ("S06.1-",)),
    )


def test_notes_of_the_block_and_the_chapter_apply_to_every_code_below(codes):
    # Q79 is no category of this edition, so the note names no code.
    assert codes.notes("C4A.1", "code_first") == (
        InstructionNote("code_first", "C43-C44", "underlying glow (Q79.2)", ()),
    )
    assert codes.notes("C4A.1", "excludes2") == (
        InstructionNote("excludes2", "1", "invented injuries (S06.-)", ("S06.-",)),
    )


def test_notes_come_nearest_first_and_their_own_on_request(codes):
    assert [note.at_code for note in codes.notes("C4A.0", "excludes1")] == ["C4A"] * 3
    assert codes.notes("C4A.0", "excludes1", inherited=False) == ()
    assert codes.notes("C43", "excludes1") == ()
    assert [note.text for note in codes.notes("S06.1X0A", "seventh_character")] == [
        "The appropriate 7th character is to be added to each code from category S06",
        "D: later visit",
    ]


def test_notes_that_name_another_code(codes):
    found = codes.find_notes_naming("C4A.0", "excludes1", other="S06.1X0A")

    assert [note.text for note in found] == ["star spots (S06.1-)"]
    assert codes.find_notes_naming("C4A.0", "excludes1", other="S06.2XXB") == ()


def test_an_unknown_kind_of_note_names_those_known(codes):
    with pytest.raises(ValueError, match="note kind 'exclude' is unknown; expected one of excludes1, excludes2"):
        codes.notes("B20", "exclude")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("B21", "code 'B21' is not in ICD-10-CM edition 2031; check it, or the edition of the date of service"),
        ("c4a0", "code 'c4a0' is not in ICD-10-CM edition 2031; write it 'C4A.0'"),
        ("C43-C44", "code 'C43-C44' is not in ICD-10-CM edition 2031; expected a code such as E11.9 or S52.501A"),
        ("x" * 90, f"code '{'x' * 17}...' is not in ICD-10-CM edition 2031; expected a code such as E11.9 or S52.501A"),
    ],
)
@pytest.mark.parametrize("method", ["title", "index_of", "parent", "children", "terms", "is_billable", "block"])
def test_an_absent_code_is_one_clear_line(codes, code, message, method):
    with pytest.raises(UnknownCodeError) as error:
        getattr(codes, method)(code)

    assert str(error.value) == message


def test_a_code_is_parsed_from_any_spelling(codes):
    assert codes.parse(" c4a0 ") == Code("ICD-10-CM", "2031", "C4A.0")
    with pytest.raises(UnknownCodeError):
        codes.parse("E11.9")
    with pytest.raises(CodeFormatError):
        codes.parse("spots")


def test_it_travels_to_another_process_as_the_place_of_its_file(codes):
    packed = pickle.dumps(codes)

    copy = pickle.loads(packed)  # noqa: S301

    assert len(packed) < 1000
    assert list(copy.titles()) == list(codes.titles())


def test_it_travels_whole_where_it_has_no_file(release_2031, tmp_path, monkeypatch):
    blocker = tmp_path / "file"
    blocker.write_text("")
    monkeypatch.setenv("CODEASSIST_CACHE", str(blocker / "cache"))
    name = "icd10cm_tabular_2031.xml"
    tabular = read_tabular((release_2031 / name).read_bytes(), name)
    with pytest.warns(RuntimeWarning, match="CODEASSIST_CACHE"):
        store = load_or_build("x", key="k", build=lambda: (compile_arrays(tabular), {"edition": "2031"}))
    codes = CodeSet(store)

    assert list(pickle.loads(pickle.dumps(codes)).titles()) == list(codes.titles())  # noqa: S301


def test_its_repr_is_short_and_its_fingerprint_tells_the_content(codes):
    assert repr(codes) == "CodeSet(ICD-10-CM, edition='2031', billable=12)"
    assert codes.fingerprint.startswith("sha256:")
    assert len(codes.fingerprint) == 71
