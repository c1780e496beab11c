import pytest

from codeassist.core.suggestions import CodeMatch
from codeassist.errors import ConfigError
from codeassist.linking.ranking import Ranking

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


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # What names nothing is left out.
        ("Placenta previa, unspecified as to episode of care or not applicable", "O44.00"),
        ("Tuberculous peritonitis, bacteriological or histological examination unknown", "A18.31"),
        # The residual row that is asked for, never a specific sibling.
        ("Other specified genital prolapse in women", "N81.89"),
        ("Unspecified cataract", "H26.9"),
        # Axis values that the 9th revision names in its own words.
        ("Hemarthrosis, lower leg", "M25.069"),
        ("Villonodular synovitis, pelvic region and thigh", "M12.259"),
        ("Placenta previa, delivered, with or without mention of antepartum condition", "O44.03"),
        ("Blisters, epidermal loss [second degree] of chin", "T20.23XA"),
        # A term exact up to a comma; what follows chooses its row.
        ("Acute myeloid leukemia, in relapse", "C92.02"),
        # The answer is billable, below a header the row that says least.
        ("War operations involving flamethrower", "Y36.330A"),
        ("quadruplet pregnancy", "O30.209"),
    ],
)
def test_wordings_of_older_classifications_find_the_row_that_a_coder_takes(stages, text, code):
    assert stages.search(text)[0].code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # The episode of care is only stated of obstetric conditions.
        ("Incompetent cervix, antepartum condition or complication", "O34.30"),
        ("Malignant neoplasm of other specified sites of bladder", "C67.8"),
        ("Insulin-dependent diabetes mellitus 4", "E10.9"),
        ("Burn of unspecified degree of lower limb [leg], unspecified site", "T24.009A"),
    ],
)
def test_an_older_wording_tells_the_chapter_or_the_row(stages, text, code):
    assert stages.search(text)[0].code == code


def test_before_labor_the_trimester_is_open_and_each_is_offered_behind(stages):
    codes = [match.code for match in stages.search("Grand multiparity, antepartum condition or complication", limit=4)]

    assert codes == ["O09.40", "O09.41", "O09.42", "O09.43"]


@pytest.mark.parametrize("text", ["fracture", "diabetes", "burn of hand", "terrorism", "twin pregnancy"])
def test_every_hit_is_billable(stages, text):
    assert all(stages.vocabulary.codeset.is_billable(hit.code) for hit in stages.search(text, limit=30))


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


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("thyroid underactivity", "E03.9"),  # what hypothyroidism is
        ("tuberculous involvement of pericardium", "A18.84"),  # tuberculous pericarditis
        ("streptococcus tonsil infection", "J03.00"),  # streptococcal tonsillitis
        ("osteoporotic vertebra collapse", "M80.08XA"),  # age-related osteoporosis with fracture, vertebra
        ("gastroparetic", "K31.84"),  # no term has the word
    ],
)
def test_other_words_for_the_same_are_found_by_their_vectors(stages, text, code):
    assert stages.search(text)[0].code == code


@pytest.mark.parametrize("text", ["qwertyuiop", "kubernetes", "foobarbaz blockchain"])
def test_letters_that_name_nothing_find_nothing_though_vectors_lie_near_something(stages, text):
    assert stages.search(text) == []


def test_the_score_of_a_hit_is_the_sum_of_its_features_points(stages):
    hit = next(iter(stages.search.read("acute gout of left knee")))

    assert {"words", "vectors", "pedigree"} <= set(hit.features)
    assert stages.search("acute gout of left knee", limit=1)[0].score == max(
        round(sum(part.points for part in Ranking.load().explain(hit.features)), 4)
        for hit in stages.search.read("acute gout of left knee")
    )


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
