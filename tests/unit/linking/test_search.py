import pytest

from codeassist.core.suggestions import CodeMatch
from codeassist.errors import ConfigError

pytestmark = pytest.mark.assets


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("gout", "M10.9"),
        ("GOUT, unspecified", "M10.9"),
        ("heart failure, acute systolic", "I50.21"),
        ("left knee osteoarthritis", "M17.12"),
        ("right knee osteoarthritis", "M17.11"),
        ("hypertensoin", "I10"),
        ("fracture of distal radius, right", "S52.501A"),
    ],
)
def test_the_best_hit_is_the_code_that_the_wording_names(stages, text, code):
    assert stages.search(text)[0].code == code


def test_hits_come_best_first_each_code_once_with_its_title(stages):
    hits = stages.search("type 2 diabetes with foot ulcer", limit=10)

    assert hits[0] == CodeMatch(
        "E11.621", "ICD-10-CM", "Type 2 diabetes mellitus with foot ulcer", hits[0].score, hits[0].matched
    )
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.code for hit in hits}) == len(hits) == 10
    assert all(hit.display == stages.vocabulary.codeset.title(hit.code) for hit in hits)


@pytest.mark.parametrize("text", ["", "   ", "xyzzyx", "\x00", "of the", "\ud800", "\u202e"])
def test_text_that_names_nothing_finds_nothing(stages, text):
    assert stages.search(text) == []


def test_half_a_character_does_not_hide_the_rest(stages):
    assert stages.search("gout \ud800")[0].code == "M10.9"


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_than_the_limit_are_returned(stages, limit):
    assert len(stages.search("fracture", limit=limit)) == limit


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_allows_no_code_is_refused(stages, limit):
    with pytest.raises(ConfigError, match=f"limit is {limit}, expected 1 or more"):
        stages.search("gout", limit=limit)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("diabetic foot ulcer", "E11.621"),
        ("diabetic retinopathy", "E11.319"),
        ("diabetic foot ulcer, type 1", "E10.621"),
    ],
)
def test_a_sense_that_needs_other_words_stands_behind_the_default_sense(stages, text, code):
    """Guidelines I.C.4.a.2: diabetes whose type is not stated is type 2."""
    assert stages.search(text)[0].code == code


def test_a_code_system_that_is_not_installed_is_refused(stages):
    with pytest.raises(ConfigError, match="'SNOMED' is installed; installed: ICD-10-CM"):
        stages.search("gout", system="SNOMED")


def test_a_shield_is_never_found(stages):
    assert all(hit.matched != "stroke volume" for hit in stages.search("stroke volume", limit=50))
