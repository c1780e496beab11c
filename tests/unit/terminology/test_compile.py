import pytest

from codeassist.terminology.compile import compile_arrays, encode_code
from codeassist.terminology.tabular import Division, Entry, TabularList


def test_numbers_of_codes_differ_and_ignore_the_dot():
    codes = ["A00", "A00.0", "A00.00", "A0A", "S52.501A", "Z99.9"]

    assert len({encode_code(code) for code in codes}) == 6
    assert encode_code("S52501A") == encode_code("S52.501A")


def test_what_is_no_code_has_no_number():
    with pytest.raises(ValueError, match="invalid literal"):
        encode_code("A00-A09")


def test_the_end_of_a_code_is_behind_everything_below_it():
    entries = [Entry("A00", "a", -1, 0, is_billable=False), Entry("A00.0", "b", 0, 0, is_billable=False)]
    entries += [Entry("A00.01", "c", 1, 0, is_billable=True), Entry("A01", "d", -1, 0, is_billable=True)]
    block = Division("A00-A01", "block", 0, ())
    tabular = TabularList("2031", [Division("1", "chapter", 0, ())], [block], entries)

    arrays = compile_arrays(tabular)

    assert list(arrays["end"]) == [3, 3, 3, 4]
    assert list(arrays["billable"]) == [2, 3]
