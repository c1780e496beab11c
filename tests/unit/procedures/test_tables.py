"""The starter table of procedures: what its README says, checked row by row."""

import re
import shutil
from collections import Counter

import pytest

from codeassist.assets import find_asset
from codeassist.core.gaps import GAP_AXES
from codeassist.procedures.wording import ProcedureWords, compile_wording
from codeassist.terminology.lexicon import read_table
from codeassist.terminology.procedure_tables import FOLDER, load_procedure_tables
from codeassist.terminology.words import WordNormalizer

RANGE = re.compile(r"-\d+(\.\d+)?|\d+(\.\d+)?-?(\d+(\.\d+)?)?|\+\d+")


@pytest.fixture(scope="module")
def tables():
    return load_procedure_tables()


@pytest.fixture(scope="module")
def words(tables):
    return ProcedureWords(WordNormalizer.load(), tables.words)


def test_the_table_holds_the_promised_number_of_codes(tables):
    assert len({code for code in tables.codes.values() if code.system in ("CPT", "HCPCS")}) >= 1500


def test_every_concept_belongs_to_a_family_and_every_family_has_concepts(tables):
    assert tables.concepts.keys() == tables.families.keys()


def test_every_axis_of_a_family_is_described_and_used(tables):
    used = {axis for family in tables.families.values() for axis in family.axes}

    assert used == tables.axes.keys()


def test_every_value_of_a_concept_lies_on_an_axis_of_its_family(tables):
    stray = [
        (concept.name, value.axis)
        for family, concepts in tables.concepts.items()
        for concept in concepts
        for value in concept.values
        if value.axis not in tables.families[family].axes
    ]

    assert stray == []


def test_every_value_is_worded_or_a_range(tables):
    broken = [
        (concept.name, value.axis, value.value)
        for concepts in tables.concepts.values()
        for concept in concepts
        for value in concept.values
        if not (
            value.value in tables.value_wordings.get(value.axis, {})
            if tables.axes[value.axis].kind == "word"
            else RANGE.fullmatch(value.value)
        )
    ]

    assert broken == []


def test_two_concepts_of_a_family_never_have_the_same_values(tables):
    same = [
        family
        for family, concepts in tables.concepts.items()
        if len({concept.values for concept in concepts}) != len(concepts)
    ]

    assert same == []


def test_every_concept_has_a_number_and_a_number_at_most_three_concepts(tables):
    """A number stands for two concepts where two kinds of one procedure share it."""
    counts = Counter((code.system, code.value) for code in tables.codes.values())

    assert {code.system for code in tables.codes.values()} == {"CPT", "HCPCS"}
    assert [number for number, count in counts.items() if count > 3] == []


def test_gap_axes_are_those_of_the_library(tables):
    assert {axis.gap_axis for axis in tables.axes.values()} <= set(GAP_AXES)


def test_every_wording_has_words(tables, words):
    wordless = [
        (family, text)
        for family, texts in tables.wordings.items()
        for text in texts
        if compile_wording(family, text, words) is None
    ]

    assert wordless == []


def test_what_is_read_can_be_found(tables):
    """Laboratory tests, anaesthesia, visits and supplies may be only searched."""
    unread = {"lab", "anesthesia", "visit", "supply"}

    silent = [f.name for f in tables.families.values() if f.kind not in unread and not tables.wordings.get(f.name)]

    assert silent == []


def test_bundles_supersedes_combinations_and_limits_name_what_exists(tables):
    groups = {f"group:{family.group}" for family in tables.families.values()}
    kinds = {f"kind:{family.kind}" for family in tables.families.values()}
    wholes = {whole for found in tables.bundles.values() for whole in found}
    root = find_asset(FOLDER)
    superseded = list(read_table(root / "supersedes.tsv", ("axis", "value", "over")))
    limited = read_table(root / "limits.tsv", ("family", "sex", "least_age", "greatest_age"))

    assert tables.bundles.keys() - tables.families.keys() == set()
    assert wholes - tables.families.keys() - groups - kinds == set()
    assert {name for row in tables.combinations for name in row} - tables.codes.keys() == set()
    assert [r for r in superseded if {r["value"], r["over"]} - tables.value_wordings[r["axis"]].keys()] == []
    assert {row["family"] for row in limited} - tables.families.keys() == set()


def test_without_the_numbers_every_concept_is_still_named(tmp_path):
    folder = tmp_path / "starter"
    shutil.copytree(find_asset(FOLDER), folder)
    (folder / "numbers.tsv").unlink()

    tables = load_procedure_tables(folder)

    assert not tables.has_numbers
    assert {code.system for code in tables.codes.values()} == {"concept"}
    assert all(code.value == name for name, code in tables.codes.items())
