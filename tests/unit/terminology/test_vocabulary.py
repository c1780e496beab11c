import pytest

from codeassist.errors import CodeAssistError
from codeassist.terminology import vocabulary as module
from codeassist.terminology.vocabulary import load_vocabulary

pytestmark = pytest.mark.assets


@pytest.fixture
def small(codeset_2031):
    return load_vocabulary("2031")


def test_an_edition_is_loaded_with_its_index_tables_and_corrector(small):
    found = small.index.find_exact(small.index.normalizer.split("soft bumps of the head"))

    assert small.codeset.edition == "2031"
    assert [term.code for term in found] == ["S06.1", "S06.1X"]
    assert small.tables.get("C44").category == "C44"
    assert small.corrector.correct("sqaure") == "square"


def test_an_earlier_edition_lacks_codes_of_the_lexicon_and_still_loads(small):
    assert "E11.9" not in small.codeset
    assert small.index.find_exact(("gout",)) == ()


def test_medications_are_lower_case_with_the_prefixes_of_what_they_treat(small):
    prefixes = small.prefixes_by_medication

    assert prefixes["accolate"] == ("J45",)
    assert all(name == name.lower() for name in prefixes)
    assert any(len(each) > 1 for each in prefixes.values())


def test_what_is_compiled_is_told_and_compiled_once(codeset_2031, monkeypatch):
    told = []
    first = load_vocabulary("2031", progress=lambda what, share: told.append((what, share)))
    for name in ("build_term_index", "build_vectors"):
        monkeypatch.setattr(module, name, lambda *_, **__: pytest.fail("compiled twice"))

    second = load_vocabulary("2031", progress=lambda *_: pytest.fail("told of a compilation"))

    doing = [what for what, _ in told]
    assert list(dict.fromkeys(doing)) == [
        "axis tables of edition 2031",
        "term index of edition 2031",
        "term vectors of edition 2031",
    ]
    assert all(0.0 <= share <= 1.0 for _, share in told)
    assert told[-1] == ("term vectors of edition 2031", 1.0)
    assert first.fingerprint == second.fingerprint
    assert first.index.store.path == second.index.store.path


def test_the_fingerprint_changes_with_any_source(codeset_2031, tmp_path, monkeypatch):
    before = load_vocabulary("2031").fingerprint
    extra = tmp_path / "terms_99_extra.tsv"
    extra.write_text("term\tcode\tstatus\tcue\tprovenance\n", encoding="utf-8")
    files = module.lexicon_files()
    monkeypatch.setattr(module, "lexicon_files", lambda: (*files, extra))

    assert load_vocabulary("2031").fingerprint != before


def test_an_edition_that_is_not_installed_is_refused(own_cache):
    with pytest.raises(CodeAssistError, match="1999"):
        load_vocabulary("1999")
