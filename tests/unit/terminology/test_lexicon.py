import pytest

from codeassist.core.codes import Term
from codeassist.errors import DataFileError
from codeassist.terminology import lexicon
from codeassist.terminology.lexicon import (
    LexiconRow,
    lexicon_files,
    read_generic_words,
    read_map,
    read_phrases,
    read_shields,
    read_table,
    read_terms,
)

HEADER = "term\tcode\tstatus\tcue\tprovenance\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A lexicon of the test's own."""
    monkeypatch.setattr(
        lexicon, "find_asset", lambda relative: tmp_path / relative.removeprefix(lexicon.LEXICON_FOLDER).strip("/")
    )
    return tmp_path


def write(path, text):
    path.write_bytes(text.encode())
    return path


def test_a_table_is_read_row_by_row(tmp_path):
    path = write(tmp_path / "t.tsv", 'word\tnote\nmole\t\n"five"\t5"\n')

    assert list(read_table(path, ("word", "note"))) == [{"word": "mole", "note": ""}, {"word": '"five"', "note": '5"'}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "t.tsv, line 1: the header is not word, note; restore the file"),
        ("word\n", "t.tsv, line 1: the header is not word, note; restore the file"),
        ("note\tword\n", "t.tsv, line 1: the header is not word, note; restore the file"),
        ("word\tnote\na\tb\nc\n", "t.tsv, line 3: 1 columns, expected 2; separate them by tabs"),
        ("word\tnote\na\tb\tc\n", "t.tsv, line 2: 3 columns, expected 2; separate them by tabs"),
        ("word\tnote\n\n", "t.tsv, line 2: 0 columns, expected 2; separate them by tabs"),
    ],
)
def test_a_damaged_table_is_refused_with_its_place(tmp_path, content, message):
    path = write(tmp_path / "t.tsv", content)

    with pytest.raises(DataFileError) as caught:
        list(read_table(path, ("word", "note")))

    assert str(caught.value) == message


def test_terms_come_from_the_terms_tables_and_procedures_from_their_own(folder):
    write(folder / "terms_09_heart.tsv", HEADER + "MS\tI05.0\tabbreviation\tvalve| heart murmur ||\tabbreviation\n")
    write(folder / "procedure_status.tsv", HEADER + "CABG\tZ95.1\tabbreviation\t\tabbreviation\n")
    write(folder / "generic_words.tsv", "word\tprovenance\npain\tclinical_usage\n")

    assert list(read_terms()) == [
        LexiconRow(Term("CABG", "Z95.1", "abbreviation"), (), is_procedure=True),
        LexiconRow(Term("MS", "I05.0", "abbreviation"), ("valve", "heart murmur"), is_procedure=False),
    ]


def test_the_tables_of_the_lexicon_are_listed_by_name(folder):
    for name in ("b.tsv", "a.tsv", "README.md"):
        write(folder / name, "")

    assert [path.name for path in lexicon_files()] == ["a.tsv", "b.tsv"]


def test_a_map_is_the_first_two_columns(folder):
    write(folder / "m.tsv", "from\tto\tnote\nA\tZ1\tx\nB\t-\ty\n")

    assert read_map("m.tsv", ("from", "to", "note")) == {"A": "Z1", "B": "-"}


def test_phrases_keep_all_their_wordings_in_order(folder):
    write(
        folder / "phrase_equivalences.tsv",
        "phrase\twording\tprovenance\nnevus\tmole\tl\nlip\tmouth\tl\nnevus\tspot\tl\n",
    )

    assert read_phrases() == {"nevus": ["mole", "spot"], "lip": ["mouth"]}


def test_shields_and_generic_words_are_single_columns(folder):
    write(folder / "shields.tsv", "wording\treason\nstroke volume\ta measure\n")
    write(folder / "generic_words.tsv", "word\tprovenance\npain\tclinical_usage\npain\tlay\n")

    assert list(read_shields()) == ["stroke volume"]
    assert read_generic_words() == {"pain"}


def test_the_lexicon_that_comes_with_the_package_is_read_whole():
    rows = list(read_terms())

    assert len(rows) > 20_000
    assert {row.term.status for row in rows} <= {"synonym", "abbreviation"}
    assert any(row.is_procedure for row in rows)
    assert any(row.cues for row in rows)
