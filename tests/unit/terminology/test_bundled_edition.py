"""The edition inside simple-icd-10-cm, compared with the package's own answers, code by code."""

import importlib
import re
import time
import warnings
from collections import defaultdict

import pytest

from codeassist.terminology import sources
from codeassist.terminology.editions import load_codeset
from codeassist.terminology.instruction_notes import NOTE_KINDS, code_matches

pytestmark = pytest.mark.assets

BLOCK_AND_CODE = ("B20", "F99", "P84", "R99", "Z66")


@pytest.fixture(scope="module")
def codes():
    return load_codeset("2026-04")


@pytest.fixture(scope="module")
def package():
    # The package reads its own data by a function that Python deprecates.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module("simple_icd_10_cm")


def is_code(package, name):
    return package.is_category_or_subcategory(name) and re.fullmatch(r"[A-Z][0-9A-Z]{2}(\..+)?", name)


def test_it_has_the_published_number_of_codes(codes):
    """CDC, ICD-10-CM of April 2026: 74,719 billable codes in 98,186 rows."""
    assert len(codes) == 74_719
    assert codes.count() == 98_186


def test_every_code_is_the_packages_and_the_other_way_round(codes, package):
    # The package lists a block that shares its name with its category twice.
    expected = [name for name in dict.fromkeys(package.get_all_codes(with_dots=True)) if is_code(package, name)]

    assert sorted(codes.codes()) == sorted(expected)


def test_every_title_is_the_packages_but_for_notes_on_seventh_characters(codes, package):
    """The package adds to a title the note after its seventh character; the official order file does not."""
    differing = {}
    for code, title in codes.titles():
        theirs = " ".join(package.get_description(code).split())
        if theirs != title:
            differing[code] = theirs.removeprefix(f"{title}/").strip()

    assert len(differing) == 527
    for code, extra in differing.items():
        assert f"{code[7]}: {extra}" in [note.text for note in codes.notes(code, "seventh_character")]


def test_every_parent_and_child_is_the_packages(codes, package):
    for code in codes.codes():
        parent = codes.parent(code)
        if parent is None:
            assert package.is_category(code)
        else:
            assert package.get_parent(code) == parent
        assert tuple(package.get_children(code)) == codes.children(code) or code in BLOCK_AND_CODE


def test_what_is_billable_is_what_has_nothing_below(codes, package):
    expected = [code for code in codes.codes() if package.is_leaf(code)]

    assert codes.billable_codes() == expected


@pytest.mark.parametrize("code", BLOCK_AND_CODE)
def test_a_code_that_shares_its_name_with_a_block_is_one_billable_code(codes, code):
    assert codes.is_billable(code)
    assert codes.block(code) == code
    assert list(codes.codes()).count(code) == 1


@pytest.mark.parametrize(
    ("kind", "getter"),
    [
        ("excludes1", "get_excludes1"),
        ("excludes2", "get_excludes2"),
        ("includes", "get_includes"),
        ("inclusion", "get_inclusion_term"),
    ],
)
def test_every_note_is_the_packages(codes, package, kind, getter):
    get = getattr(package, getter)
    differing = [
        code
        for code in codes.codes()
        if [note.text for note in codes.notes(code, kind, inherited=False)]
        != [" ".join(text.split()) for text in get(code) if text.strip()]
    ]

    assert differing == []


@pytest.mark.parametrize(
    ("kind", "getter"),
    [("code_first", "get_code_first"), ("use_additional", "get_use_additional_code"), ("code_also", "get_code_also")],
)
def test_every_instruction_is_the_packages(codes, package, kind, getter):
    get = getattr(package, getter)
    differing = [
        code
        for code in codes.codes()
        if [note.text for note in codes.notes(code, kind, inherited=False)]
        != [" ".join(line.split()) for line in get(code).split("\n") if line.strip()]
    ]

    assert differing == []


def test_every_code_that_a_note_names_exists_but_one(codes):
    """G31.90 is named by the tabular list and not in it."""
    by_letter = defaultdict(list)
    for code in codes.codes():
        by_letter[code[0]].append(code)
    patterns = {
        pattern
        for code in codes.codes()
        for kind in NOTE_KINDS
        for note in codes.notes(code, kind, inherited=False)
        for pattern in note.codes
    }

    inexact = [pattern for pattern in patterns if pattern.rstrip(".-") not in codes]
    unnamed = [pattern for pattern in inexact if not any(code_matches(pattern, code) for code in by_letter[pattern[0]])]

    assert len(patterns) > 5000
    assert unnamed == ["G31.90"]


def test_a_range_that_is_a_block_names_the_categories_of_the_block(codes):
    categories = [code for code in codes.codes() if codes.parent(code) is None]
    for block in {codes.block(code): None for code in categories}:
        first, _, last = block.partition("-")
        named = [code for code in categories if code_matches(f"{first}-{last or first}", code)]

        assert named == [code for code in categories if codes.block(code) == block]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("S06.1X7", {"A": "initial encounter"}),
        ("S06.0XA", {"A": "initial encounter", "D": "subsequent encounter", "S": "sequela"}),
        ("I10", {}),
    ],
)
def test_seventh_characters_of_the_tabular_list(codes, code, expected):
    assert codes.seventh_characters(code) == expected


def test_an_installed_edition_opens_without_being_compiled_or_read_again(codes, monkeypatch):
    """It takes some milliseconds; the bound is generous because this runs under coverage on busy machines."""
    monkeypatch.setattr(sources, "_build", lambda *_: pytest.fail("compiled again"))
    start = time.process_time()
    load_codeset("2026-04").title("A00.0")

    assert time.process_time() - start < 2.0
