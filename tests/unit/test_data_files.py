"""Every table that ships: its shape, its order, its vocabulary, its codes, and the sha256 that its folder states."""

import datetime as dt
import hashlib
import itertools
import json
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from codeassist.assets import asset_root
from codeassist.terminology.editions import load_codeset
from codeassist.terminology.words import WordNormalizer

PROJECT = Path(__file__).parents[2]
DECLARATIONS = [
    json.loads(line) for line in (PROJECT / "tests/cases/data_tables.jsonl").read_text(encoding="utf-8").splitlines()
]
TABLES = sorted(
    path for folder in ("data", "src/codeassist") for path in (PROJECT / folder).rglob("*.tsv")
)  # fmt: skip
LEXICON = PROJECT / "data" / "lexicon" / "2026-04"
FOLDERS = sorted({path.parent for path in (PROJECT / "data").glob("*/*/*.tsv")})
MARKS = frozenset({"-", "="})


def named(path):
    return str(path.relative_to(PROJECT))


def find_declaration(path):
    (found,) = [each for each in DECLARATIONS if path.relative_to(PROJECT).match(each["tables"])]
    return found


def read(path):
    header, *rows = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    columns = header.split("\t")
    return [dict(zip(columns, row.split("\t"), strict=True)) for row in rows]


@pytest.fixture(scope="module")
def codeset():
    return load_codeset("2026-04")


@pytest.fixture(scope="module")
def prefixes(codeset):
    return {code[:length] for code in codeset.codes() for length in range(1, len(code) + 1)}


@pytest.fixture(scope="module")
def terms():
    return [(path.name, row) for path in sorted(LEXICON.glob("terms_*.tsv")) for row in read(path)]


@pytest.fixture(scope="module")
def normalizer():
    return WordNormalizer.load()


def test_every_table_is_declared_once():
    undeclared = [
        named(path) for path in TABLES if sum(path.relative_to(PROJECT).match(d["tables"]) for d in DECLARATIONS) != 1
    ]

    assert undeclared == []


def test_every_declaration_has_a_table():
    unused = [
        each["id"]
        for each in DECLARATIONS
        if not any(path.relative_to(PROJECT).match(each["tables"]) for path in TABLES)
    ]

    assert unused == []


@pytest.mark.parametrize("path", TABLES, ids=named)
def test_table_is_plain_utf8_with_its_declared_columns(path):
    content = path.read_bytes()
    lines = content.decode("utf-8").split("\n")
    declared = find_declaration(path)["columns"]

    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")
    assert lines[-1] == ""
    assert lines[0].split("\t") == declared
    assert [number for number, line in enumerate(lines[:-1], 1) if line.count("\t") != len(declared) - 1] == []


@pytest.mark.parametrize("path", TABLES, ids=named)
def test_table_has_no_stray_space_and_no_unfilled_cell(path):
    may_be_empty = set(find_declaration(path).get("may_be_empty", ()))

    stray = [
        (number, column)
        for number, row in enumerate(read(path), 2)
        for column, cell in row.items()
        if cell != " ".join(cell.split()) or not cell.isprintable() or not (cell or column in may_be_empty)
    ]

    assert stray == []


@pytest.mark.parametrize("path", TABLES, ids=named)
def test_rows_are_sorted_by_their_key_and_unique(path):
    keys = [tuple(row[column] for column in find_declaration(path)["key"]) for row in read(path)]

    assert [(first, second) for first, second in itertools.pairwise(keys) if first >= second] == []


@pytest.mark.parametrize("path", TABLES, ids=named)
def test_cells_of_closed_columns_are_in_their_lists(path):
    closed = find_declaration(path)["closed"]

    unknown = Counter(
        (column, row[column]) for row in read(path) for column, allowed in closed.items() if row[column] not in allowed
    )

    assert unknown == {}


@pytest.mark.parametrize("path", [path for path in TABLES if find_declaration(path)["codes"]], ids=named)
def test_every_code_exists_in_the_edition(path, codeset, prefixes):
    exists = {
        "code": lambda value: value in codeset,
        "billable": codeset.is_billable,
        "prefix": lambda value: value in prefixes,
        "prefixes": lambda value: all(part in prefixes for part in value.lstrip("!").split("|")),
        "code or mark": lambda value: value in MARKS or value in codeset,
    }

    absent = {
        (column, row[column])
        for column, kind in find_declaration(path)["codes"].items()
        for row in read(path)
        if row[column] and not exists[kind](row[column])
    }

    assert absent == set()


def test_no_row_of_the_lexicon_stands_in_two_tables(terms):
    tables = defaultdict(list)
    for table, row in terms:
        tables[row["term"], row["code"]].append(table)

    assert {key: found for key, found in tables.items() if len(found) > 1} == {}


def test_every_wording_has_words_that_notes_can_match(terms, normalizer):
    wordless = [row["term"] for _, row in terms if not normalizer.split(row["term"])]

    assert wordless == []


def test_at_most_one_default_sense_for_a_wording(terms, normalizer):
    """Senses that no word of the note selects between may only differ within one category."""
    categories, written = defaultdict(set), defaultdict(set)
    for _, row in terms:
        if not row["cue"]:
            key = tuple(sorted(normalizer.split(row["term"])))
            categories[key].add(row["code"][:3])
            written[key].add(f"{row['term']}={row['code']}")

    assert [sorted(written[key]) for key, found in categories.items() if len(found) > 1] == []


def test_cues_are_words_separated_by_bars(terms):
    broken = [
        (row["term"], row["cue"])
        for _, row in terms
        if row["cue"] and not all(cue and cue == cue.strip() for cue in row["cue"].split("|"))
    ]

    assert broken == []


def test_lexicon_adds_six_thousand_wordings_to_the_tabular_list(terms, codeset, normalizer):
    """A row counts if no title or inclusion term of its category has the same words."""
    known = defaultdict(set)
    for code in filter(lambda code: len(code) < 8, codeset.codes()):  # a 7th character adds no wording
        known[code[:3]].update(tuple(sorted(normalizer.split(term.text))) for term in codeset.terms(code))

    added = {
        (row["code"], words)
        for _, row in terms
        if (words := tuple(sorted(normalizer.split(row["term"])))) not in known[row["code"][:3]]
    }

    assert len(added) >= 6_000


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_folder_states_where_it_comes_from_and_the_sha256_of_every_file(folder):
    source = tomllib.loads((folder / "SOURCE.toml").read_text(encoding="utf-8"))
    files = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "SOURCE.toml"
    }

    assert all(source[key] for key in ("title", "publisher", "address", "licence", "edition", "script", "basis"))
    assert isinstance(source["date"], dt.date)
    assert source["sha256"] == files


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_readme_of_a_folder_describes_every_table_and_column(folder):
    readme = (folder / "README.md").read_text(encoding="utf-8")
    tables = [path for path in TABLES if path.parent == folder]

    missing = [
        name
        for path in tables
        for name in (Path(find_declaration(path)["tables"]).name, *find_declaration(path)["columns"])
        if f"`{name}`" not in readme
    ]

    assert missing == []


def test_tables_are_those_that_the_package_reads():
    assert asset_root() == PROJECT
