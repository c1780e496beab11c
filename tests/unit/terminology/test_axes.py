"""The axis tables of the bundled edition: what they look like, and which row a note's words select."""

import json
import time
from pathlib import Path

import pytest

from codeassist.errors import UnknownCodeError
from codeassist.terminology.axes import AxisTables, NearestRow, derive_axis_table, fold_axis_table, format_axis_table
from codeassist.terminology.axis_report import LIST, SINGLE, find_undivided, format_report
from codeassist.terminology.editions import load_codeset
from codeassist.terminology.words import WordNormalizer

pytestmark = pytest.mark.assets

ROOT = Path(__file__).parents[3]
CASES = [json.loads(line) for line in (ROOT / "tests/cases/axes.jsonl").read_text(encoding="utf-8").splitlines()]
# Reviewed by hand, row by row.
REVIEWED = sorted(path.stem for path in (ROOT / "tests/golden/axes").glob("*.txt"))
AXES = {
    "type", "acuity", "severity", "stage", "laterality", "site", "organism", "etiology", "complication", "linkage",
    "encounter", "control", "remission", "depth", "healing", "trimester", "behavior", "bmi", "drug",
    "diagnosis", "other",
}  # fmt: skip


@pytest.fixture(scope="module")
def codeset():
    return load_codeset("2026-04")


@pytest.fixture(scope="module")
def tables(codeset):
    return AxisTables.load(codeset)


@pytest.fixture(scope="module")
def read(tables):
    normalizer = WordNormalizer.load()
    return lambda text: tables.wordings.read(normalizer.split(text))


def split_word(word):
    return WordNormalizer.load().split(word)


@pytest.mark.parametrize("category", REVIEWED)
def test_table_is_the_one_a_coder_would_draw(category, codeset, tables, check_golden):
    check_golden(f"axes/{category}.txt", format_axis_table(tables.get(category), codeset))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_words_select_the_row_they_state(case, tables, read):
    selection = tables.select(case["anchor"], read(case["words"]))

    assert (selection.code, list(selection.also)) == (case["code"], case["also"])


def test_reviewed_tables_are_of_forty_categories_in_fifteen_chapters(codeset):
    assert len({category[:3] for category in REVIEWED}) >= 40
    assert len({codeset.chapter(category) for category in REVIEWED}) >= 15


def test_every_billable_code_is_one_row_of_its_category(codeset, tables):
    rows = [row.code for category in tables.categories() for row in tables.get(category).rows]

    assert rows == list(codeset.billable_codes())


def test_axes_are_of_the_contract_and_every_row_has_a_value_on_each(tables):
    for category in tables.categories():
        table = tables.get(category)
        names = [axis.name for axis in table.axes]
        assert set(names) <= AXES
        assert all([name for name, _ in row.values] == names for row in table.rows)


def test_compiled_table_is_the_derived_one(codeset, tables):
    assert tables.get("I50") == derive_axis_table(codeset, "I50")


def test_a_billable_anchor_selects_itself_where_nothing_is_stated(codeset, tables):
    """Silence adds no specificity and takes none away."""
    moved = [code for code in codeset.billable_codes() if tables.select(code, frozenset()).code != code]

    assert moved == []


def test_title_words_select_the_code_in_nearly_every_case(codeset, tables, read):
    """A measure of the derivation: of codes that are not catch-alls, those that their own words find."""
    named = [code for code in codeset.billable_codes() if "ther" not in codeset.title(code)]
    found = 0
    for code in named:
        parts = codeset.title(code).split(",")
        found += tables.select(code[:3], frozenset().union(*map(read, parts)), scope=code[:3]).code == code

    assert found / len(named) > 0.96


@pytest.mark.parametrize(
    ("anchor", "words", "code"),
    [("J45.909", "asthma", "J45.909"), ("S52.50", "", "S52.509A"), ("E11.9", "diabetes", "E11.9")],
)
def test_nothing_unstated_is_asserted(tables, read, anchor, words, code):
    assert tables.select(anchor, read(words)).code == code


@pytest.mark.parametrize(
    ("note", "own", "sides"),
    [
        ("left hip fracture with right knee pain", (1, 3), {"left"}),
        ("left hip fracture with right knee pain", (5, 7), {"right"}),
        ("pain , left greater than right", (0, 1), {"bilateral"}),
        ("arthritis of right knee and left knee", (0, 1), {"bilateral"}),
        ("bilateral knee pain s/p left hip replacement", (1, 3), {"bilateral"}),
        ("pain right left", None, {"left", "right", "bilateral"}),
        ("knee pain r/o gout", (0, 2), set()),
        ("RLE swelling , left arm pain", (1, 2), {"right"}),
    ],
)
def test_of_two_sides_the_nearest_counts_unless_they_are_joined(tables, note, own, sides):
    words = tuple("," if word == "," else text for word in note.split() for text in split_word(word))

    stated = tables.wordings.expand(tables.wordings.read(words, own))

    assert {side for side in ("left", "right", "bilateral") if side in stated} == sides


@pytest.mark.parametrize(
    ("words", "stated"),
    [
        (("asthma", "without", "exacerbation", ",", "severe"), {"severe"}),
        (("asthma", "without", "severe", "exacerbation"), set()),
        (("sprain", "without", "fracture", "subsequent", "encounter"), {"subsequent"}),
    ],
)
def test_a_denial_ends_at_a_comma_and_spares_the_encounter(tables, words, stated):
    found = tables.wordings.read(words)

    assert found & {"severe", "subsequent"} == stated


@pytest.mark.parametrize(
    ("code", "nearest"),
    [
        ("S61.21", NearestRow("S61.219A", ())),
        ("M51.2", NearestRow("M51.24", (("site", "thoracic region"),))),
        ("H34.81", NearestRow("H34.8192", (("type", "stable"),))),
        ("I10", NearestRow("I10", ())),
    ],
)
def test_nearest_row_tells_what_it_says_beyond_the_record(tables, code, nearest):
    assert tables.find_nearest(code) == nearest


def test_open_axes_are_those_on_which_rows_still_differ(tables, read):
    unstated = dict(tables.select("N18.9", frozenset()).open_axes)
    stated = dict(tables.select("N18.9", read("stage 3b")).open_axes)
    partly = dict(tables.select("I50.9", read("systolic")).open_axes)

    assert unstated["stage"][:2] == ("stage 1", "stage 2")
    assert stated == {}
    assert partly == {"acuity": ("acute", "chronic", "acute on chronic")}


def test_scope_lets_merging_leave_the_anchor(tables, read):
    chronic, both = read("chronic"), read("acute on chronic")

    assert tables.select("I50.20", chronic, scope="I50").code == "I50.22"
    assert tables.select("I50.22", both, scope="I50").code == "I50.23"


def test_seventh_character_of_the_anchor_stays(tables, read):
    assert tables.select("S52.509D", read("right")).code == "S52.501D"


def test_part_of_a_table_keeps_only_its_rows_and_axes(tables):
    table = tables.get("K57.2")

    assert [row.code for row in table.rows] == ["K57.20", "K57.21"]
    assert [axis.label for axis in table.axes] == ["bleeding"]
    assert table.axes[0].default == "without bleeding"


def test_folding_parts_the_seventh_characters_from_the_codes(codeset, tables):
    stems, characters = fold_axis_table(tables.get("S52.50"), codeset)

    assert [row.code for row in stems.rows] == ["S52.501-", "S52.502-", "S52.509-"]
    assert [row.code for row in characters[0].rows] == list("ABCDEFGHJKMNPQRS")


@pytest.mark.parametrize("code", ["I50.99", "QZZ", "", "\ud800"])
def test_unknown_code_is_refused_in_one_line(tables, code):
    with pytest.raises(UnknownCodeError, match=r"^[^\n]+; check it, or the edition$"):
        tables.select(code, frozenset())


def test_selection_is_fast(tables, read):
    """The linker calls it for every candidate: 50 microseconds each.

    The bound is many times that, and of processor time, because this runs under coverage on busy machines; reading a
    table anew at every call would take longer still.
    """
    words = read(
        "acute on chronic systolic heart failure, ejection fraction 30, right pleural effusion, left leg edema"
    )
    tables.select("S62.90", words)
    rounds = []
    for _ in range(20):
        start = time.process_time()
        for _ in range(10):
            tables.select("I50.9", words)
            tables.select("S62.90", words)
        rounds.append((time.process_time() - start) / 20)

    assert min(rounds) < 0.003


def test_undivided_categories_have_a_reason(codeset, tables):
    reasons = {row.category: row.reason for row in find_undivided(codeset, tables)}

    assert reasons["I10"] == SINGLE
    assert reasons["A05"] == LIST
    assert "I50" not in reasons


def test_reference_page_holds_the_current_report(codeset, tables):
    page = (ROOT / "docs/reference/axes.md").read_text(encoding="utf-8")

    assert format_report(codeset, tables) in page, "run docs/reference/build_axes.py"
