import csv

import pytest

from codeassist.assets import find_asset
from codeassist.linking.subtypes import SYMBOL_TABLE, SubtypeReader

READER = SubtypeReader({"usha": ("usher", "syndrome"), "lgmd": ("limb", "girdle", "dystrophy")})


def readings(text):
    return [" ".join(reading.words) for reading in READER(text.split()) if not reading.is_guess]


def guesses(text):
    return [" ".join(reading.words) for reading in READER(text.split()) if reading.is_guess]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lgmd2o", ["limb girdle dystrophy"]),
        ("lgmd 2o", ["limb girdle dystrophy", "lgmd"]),
        ("usha-iia", ["usher syndrome"]),
        ("glutaric aciduria type 2", ["glutaric aciduria type ii", "glutaric aciduria"]),
        ("glutaric aciduria type iic", ["glutaric aciduria type 2c", "glutaric aciduria"]),
        ("hypomyelinating leukodystrophy 2", ["hypomyelinating leukodystrophy"]),
        ("parkinsonism-19a", ["parkinsonism"]),
        ("fracture type 2 femur", ["fracture type ii femur", "fracture femur"]),
        ("autosomal recessive deafness 12", ["autosomal recessive deafness", "deafness"]),
        ("x linked deafness", ["deafness"]),
        ("familial ataxia", ["ataxia"]),
    ],
)
def test_numbering_and_symbols_are_read_in_their_other_ways(text, found):
    assert [reading for reading in readings(text) if reading != "lgmd"] == [each for each in found if each != "lgmd"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lgmd2", ["limb girdle dystrophy type 2", "limb girdle dystrophy type ii"]),
        (
            "usha 1d",
            ["usher syndrome type 1d", "usher syndrome type id", "usher syndrome type 1", "usher syndrome type i"],
        ),
        ("von willebrand disease 2", ["von willebrand disease type 2", "von willebrand disease type ii"]),
        ("ataxia", []),
        ("chronic heart failure", []),
    ],
)
def test_the_type_that_a_number_may_mean_is_a_guess(text, found):
    assert guesses(text) == found


@pytest.mark.parametrize("text", ["gout", "h1n1", "lgmd", "2", "type 2", "chronic heart failure"])
def test_other_wordings_have_no_further_reading_but_their_numeral(text):
    assert all("type ii" in reading or reading == "type" for reading in readings(text))


def test_what_is_left_out_is_counted_and_what_is_renamed_is_not():
    left_out = {" ".join(r.words): r.left_out for r in READER(("autosomal", "dominant", "ataxia", "type", "2"))}

    assert left_out["autosomal dominant ataxia type ii"] == 0
    assert (left_out["autosomal dominant ataxia"], left_out["ataxia"]) == (1, 2)


@pytest.mark.assets
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("LGMD 2O", "G71.039"),
        ("RP50", "H35.52"),
        ("cmd1d", "I42.0"),
        ("osteogenesis imperfecta type XV", "Q78.0"),
        # The type where a term names it.
        ("VWD3", "D68.03"),
        ("von Willebrand disease 2", "D68.029"),
        ("Usher syndrome type 1F", "Q99.811"),
    ],
)
def test_search_finds_the_family_of_a_symbol_or_subtype(stages, text, code):
    assert stages.search(text)[0].code == code


@pytest.mark.assets
def test_the_name_of_every_symbol_is_found_under_its_code(stages):
    with find_asset(SYMBOL_TABLE).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))

    assert len(rows) >= 150
    assert [row for row in rows if not stages.search(row["name"], limit=1)[0].code.startswith(row["code"])] == []
