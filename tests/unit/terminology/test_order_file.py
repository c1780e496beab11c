import pytest

from codeassist.errors import DataFileError
from codeassist.terminology.order_file import OrderRow, list_codes, merge_order, read_order
from codeassist.terminology.tabular import read_tabular


def make_row(code, flag, title, number=1):
    return f"{number:05} {code:<7} {flag} {title[:60]:<60} {title}\r\n"


@pytest.fixture
def rows(order_2031):
    return read_order(order_2031.read_bytes(), order_2031.name)


@pytest.fixture
def merged(release_2031, rows):
    name = "icd10cm_tabular_2031.xml"
    return merge_order(read_tabular((release_2031 / name).read_bytes(), name), rows)


def test_rows_are_read_from_their_columns():
    title = "Bump of head " * 6

    rows = read_order(make_row("S062XXB", 1, title).encode(), "order.txt")

    assert rows == (OrderRow("S06.2XXB", is_billable=True, title=title.strip()),)


def test_older_files_in_latin_1_are_read():
    content = make_row("H810", 1, "Ménière's disease").encode("latin-1")

    assert read_order(content, "order.txt")[0].title == "Ménière's disease"


def test_a_byte_order_mark_and_empty_lines_are_no_rows():
    content = b"\xef\xbb\xbf" + make_row("B20", 1, "Blue fever").encode() + b"\r\n\r\n"

    assert list_codes(read_order(content, "order.txt")) == {"B20"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (make_row("B20", 1, "x") + "A00 Cholera\n", "order.txt, line 2: the row is not in order-file columns"),
        (make_row("B20", 2, "x"), "order.txt, line 1: the row is not in order-file columns"),
        (make_row("0016070", 1, "Bypass"), "order.txt, line 1, column 7: 0016070 is not an ICD-10-CM code"),
    ],
    ids=["columns", "flag", "procedure"],
)
def test_a_row_in_other_columns_is_refused_with_its_line(content, message):
    with pytest.raises(DataFileError, match=message):
        read_order(content.encode(), "order.txt")


def test_exactly_the_codes_of_the_order_file_remain(merged, rows):
    assert [(entry.code, entry.is_billable) for entry in merged.entries] == [
        (row.code, row.is_billable) for row in rows
    ]


def test_a_code_stands_below_the_longest_code_that_begins_it(merged):
    parents = {entry.code: merged.entries[entry.parent].code for entry in merged.entries if entry.parent >= 0}

    assert parents == {
        "C4A.0": "C4A",
        "C4A.1": "C4A",
        "C4A.2": "C4A",
        "S06.1": "S06",
        "S06.1X": "S06.1",
        "S06.1X0": "S06.1X",
        "S06.1X0A": "S06.1X0",
        "S06.2": "S06",
        "S06.2XXB": "S06.2",
        "W06.XXXA": "W06",
    }


def test_titles_keep_their_accents_and_take_a_new_wording(merged):
    titles = {entry.code: entry.title for entry in merged.entries}

    assert titles["C4A.1"] == "Sézary-like square spots of left arm"
    assert titles["S06.1X0"] == "Soft bump of head, awake or nearly so"


def test_notes_and_seventh_characters_of_known_codes_are_kept(merged):
    by_code = {entry.code: entry for entry in merged.entries}

    assert [note.text for note in by_code["C4A.0"].notes] == ["box arm", "boxed arm"]
    assert by_code["S06.2"].sevenths == (("B", "open bump"),)
    assert by_code["C4A.2"].notes == ()


def test_a_new_category_stands_in_the_block_of_the_category_before_it(merged):
    block = next(entry.block for entry in merged.entries if entry.code == "C4B")

    assert merged.blocks[block].name == "C43-C44"
