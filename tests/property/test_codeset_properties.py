"""What holds of the code set, its files and its patterns for any input."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.core.codes import format_icd10cm
from codeassist.terminology.codeset import CodeSet
from codeassist.terminology.compile import compile_arrays
from codeassist.terminology.instruction_notes import code_matches, parse_patterns
from codeassist.terminology.order_file import OrderRow, merge_order
from codeassist.terminology.store import open_store, pack_texts, write_store
from codeassist.terminology.tabular import Division, Entry, TabularList, read_tabular

TABULAR = Path(__file__).parents[1] / "cases" / "releases" / "2031" / "icd10cm_tabular_2031.xml"
CODE = st.from_regex(r"[AB][0-9][0-9](?:[0-9X]{1,3}[AD]?)?", fullmatch=True).map(format_icd10cm)


@pytest.fixture(scope="module")
def codes(tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "codes.bin"
    tabular = read_tabular(TABULAR.read_bytes(), TABULAR.name)
    write_store(path, compile_arrays(tabular), key="k", meta={"edition": "2031"})
    return CodeSet(open_store(path, key="k"))


@given(st.text())
def test_any_text_is_in_the_code_set_exactly_if_it_is_one_of_its_codes(codes, text):
    assert (text in codes) is (text in set(codes.codes()))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_texts_survive_packing(texts):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.bin"
        write_store(path, pack_texts("t", texts), key="k", meta={})

        assert list(open_store(path, key="k").texts("t")) == texts


@given(st.sets(CODE, min_size=1))
def test_every_code_of_an_order_file_stands_below_the_longest_code_that_begins_it(found):
    rows = [
        OrderRow(code, is_billable=True, title=code) for code in sorted(found, key=lambda code: code.replace(".", ""))
    ]
    entry = Entry("A00", "a", -1, 0, is_billable=True)
    block = Division("A00", "block", 0, ())

    merged = merge_order(TabularList("2031", [Division("1", "chapter", 0, ())], [block], [entry]), rows)

    for position, entry in enumerate(merged.entries):
        plain = entry.code.replace(".", "")
        above = [code for code in found if code != entry.code and plain.startswith(code.replace(".", ""))]
        expected = max(above, key=len, default=None)
        assert (merged.entries[entry.parent].code if entry.parent >= 0 else None) == expected
        assert entry.parent < position


@given(st.sets(CODE, min_size=1))
def test_the_tree_of_the_arrays_is_that_of_the_prefixes(found):
    ordered = sorted(found, key=lambda code: code.replace(".", ""))
    rows = [
        OrderRow(code, is_billable=not any(_is_below(other, code) for other in found), title=code) for code in ordered
    ]
    block = Division("A00", "block", 0, ())
    merged = merge_order(TabularList("2031", [Division("1", "chapter", 0, ())], [block], []), rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "codes.bin"
        write_store(path, compile_arrays(merged), key="k", meta={"edition": "2031"})
        codes = CodeSet(open_store(path, key="k"))

        for code in ordered:
            below = tuple(other for other in ordered if _is_below(other, code))
            assert codes.descendants(code) == below
            assert codes.children(code) == tuple(other for other in below if codes.parent(other) == code)
            assert codes.billable_under(code) == tuple(
                other for other in ordered if other in {code, *below} and codes.is_billable(other)
            )


@given(st.text("A0159.-() ,withOX"), CODE)
def test_any_note_gives_patterns_that_can_be_asked_of_any_code(text, code):
    for pattern in parse_patterns(text):
        assert code_matches(pattern, code) in (True, False)


@given(CODE, CODE)
def test_a_wildcard_names_what_begins_with_it(code, other):
    begins = other.replace(".", "").startswith(code.replace(".", ""))

    assert code_matches(f"{code}-", other) is begins
    assert code_matches(code, other) is begins


@given(CODE, CODE, CODE)
def test_a_range_names_what_lies_between_its_ends(first, last, code):
    low, high, plain = (text.replace(".", "") for text in (first, last, code))

    assert code_matches(f"{first}-{last}", code) is (low <= plain[: len(low)] and plain[: len(high)] <= high)


def _is_below(code, above):
    return code != above and code.replace(".", "").startswith(above.replace(".", ""))
