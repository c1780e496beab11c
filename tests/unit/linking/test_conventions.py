import csv
import re

import pytest

from codeassist.linking.conventions import _TABLE, Convention, Conventions, OlderWording

# Basis: the wording of the 9th revision on the left, the title of ICD-10-CM that says the same on the right.
READINGS = [
    ("Placenta previa, unspecified as to episode of care or not applicable", "Placenta previa", ()),
    ("Anemia, delivered, with or without mention of antepartum condition", "Anemia", ("childbirth", "third trimester")),
    ("Mastitis, postpartum condition or complication", "Mastitis", ("puerperium",)),
    ("Tuberculous peritonitis, tubercle bacilli not found by culture", "Tuberculous peritonitis", ()),
    ("Erythema [first degree] of wrist", "Burn of first degree of wrist", ()),
    ("Blisters, epidermal loss [second degree] of chin", "Burn of second degree of chin", ()),
    ("Open wound of cheek, complicated", "Laceration with foreign body of cheek", ()),
    ("Closed fracture of four ribs", "Multiple Closed fractures of ribs", ()),
    ("Suicide and self-inflicted injury by drowning", "Intentional self-harm by drowning", ()),
    ("Special screening for glaucoma", "Encounter for screening for glaucoma", ()),
    ("Late effect of rickets", "Sequelae of rickets", ("sequela",)),
    ("Newborn weighing 1,250-1,499 grams", "Newborn weighing 1250-1499 grams", ()),
    ("Synovitis, forearm", "Synovitis, forearm", ("forearm", "radius and ulna", "wrist")),
    (
        "Concussion with brief [less than one hour] loss of consciousness",
        "Concussion, with loss of consciousness of 30 minutes or less",
        (),
    ),
    ("Gout of the left foot", "Gout of the left foot", ()),
    ("She was delivered by ambulance", "She was delivered by ambulance", ()),
]


@pytest.fixture(scope="module")
def conventions():
    return Conventions.load()


@pytest.mark.parametrize(("wording", "reading", "states"), READINGS, ids=[row[0] for row in READINGS])
def test_a_convention_is_read_as_the_words_of_the_present_classification(conventions, wording, reading, states):
    read = conventions.read(wording)

    assert (read.text, read.states) == (reading, states)


def test_reading_a_wording_twice_changes_nothing_more(conventions):
    for wording, _, _ in READINGS:
        once = conventions.read(wording).text

        assert conventions.read(once).text == once


def test_conventions_are_tried_in_their_order():
    rows = [Convention(re.compile("a"), "b", ("one",)), Convention(re.compile("b"), "c", ("two",))]

    assert Conventions(rows).read("a") == OlderWording("c", ("one", "two"))


def test_what_is_only_possible_is_kept_apart_and_episodes_of_care_are_said_of_obstetric_codes(conventions):
    read = conventions.read("Grand multiparity, antepartum condition or complication")

    # Antepartum is any time before labor: the 9th revision does not say which trimester.
    assert read == OlderWording(
        "Grand multiparity", (), ("first trimester", "second trimester", "third trimester"), letters="O"
    )


def test_every_pattern_compiles_and_matches_no_empty_wording():
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))

    assert [row["step"] for row in rows if re.compile(row["pattern"]).search("")] == []
