import pytest

from codeassist.selection.conditions import ConditionGatherer, PrefixMap

pytestmark = pytest.mark.assets


@pytest.fixture(scope="module")
def gather(stages):
    return ConditionGatherer.load(stages.vocabulary.codeset, stages.vocabulary.tables)


def summarize(conditions):
    return [(each.kind, each.code, len(each.support)) for each in conditions]


@pytest.mark.parametrize(
    ("code", "value"), [("E11.22", "long"), ("E11.9", "short"), ("E12", None), ("E1", None), ("", None)]
)
def test_the_longest_prefix_answers(code, value):
    assert PrefixMap({"E11": "short", "E11.2": "long"}).find(code) == value


@pytest.mark.parametrize(
    ("assertion", "expected"),
    [
        ({}, [("current", "C50.911", 1)]),
        ({"presence": "possible"}, [("current", "C50.911", 1)]),
        ({"presence": "absent"}, []),
        ({"temporality": "hypothetical"}, []),
        ({"experiencer": "other"}, []),
        ({"experiencer": "family"}, [("family", "Z80.3", 1)]),
        ({"experiencer": "family", "presence": "absent"}, []),
        ({"temporality": "historical"}, [("history", "Z85.3", 1)]),
        ({"temporality": "historical", "experiencer": "family"}, [("family", "Z80.3", 1)]),
    ],
)
def test_what_the_note_asserts_decides_what_a_condition_is(gather, make_candidate, assertion, expected):
    assert summarize(gather([make_candidate("C50.911", **assertion)])) == expected


def test_a_chronic_disease_in_the_history_is_current(gather, make_candidate):
    """Guidelines IV.I: chronic diseases are coded as long as they are treated; the table marks them with a hyphen."""
    assert summarize(gather([make_candidate("I10", temporality="historical")])) == [("current", "I10", 1)]


def test_a_factor_in_the_history_is_itself(gather, make_candidate):
    assert summarize(gather([make_candidate("Z72.0", temporality="historical")])) == [("current", "Z72.0", 1)]


def test_a_past_injury_without_a_history_code_is_nothing(gather, make_candidate):
    assert gather._history.find("W19.XXXA") is None
    assert summarize(gather([make_candidate("W19.XXXA", temporality="historical")])) == []


def test_a_relatives_condition_without_a_family_code_is_nothing(gather, make_candidate):
    assert summarize(gather([make_candidate("W19.XXXA", experiencer="family")])) == []


@pytest.mark.parametrize(
    ("code", "section", "expected"),
    [
        ("K26.9", "indication", ("current", "K26.9")),
        ("K26.9", "clinical_history", ("current", "K26.9")),
        ("K26.9", "past_medical_history", ("history", "Z87.11")),
        ("J18.9", "indication", ("history", "Z87.01")),
    ],
)
def test_history_as_the_reason_for_a_study_is_current_unless_it_resolves(
    gather, make_candidate, code, section, expected
):
    (found,) = gather([make_candidate(code, section=section, temporality="historical")])

    assert (found.kind, found.code) == expected


@pytest.mark.parametrize(
    ("mention", "expected"),
    [
        ({}, []),
        ({"temporality": "historical"}, [("status", "Z95.1", 1)]),
        ({"section": "past_surgical_history"}, [("status", "Z95.1", 1)]),
        ({"section": "problem_list"}, [("status", "Z95.1", 1)]),
        ({"section": "problem_list", "presence": "absent"}, []),
    ],
)
def test_a_procedure_counts_only_where_it_was_done_before(gather, make_candidate, mention, expected):
    assert summarize(gather([make_candidate("Z95.1", entity_type="procedure", **mention)])) == expected


def test_personal_history_of_what_is_present_is_left_out(gather, make_candidate):
    """Guidelines I.C.21.c.4: a history code says that the condition no longer exists."""
    present = make_candidate("C50.911", 0)
    past = make_candidate("C50.911", 10, temporality="historical")

    kept, removed = gather([present, past])

    assert summarize([kept]) == [("current", "C50.911", 1)]
    assert (removed.code, removed.removal.by_code) == ("Z85.3", "C50.911")
    assert removed.removal.applied.guideline == "GL-127"
    assert summarize(gather([past])) == [("history", "Z85.3", 1)]


def test_conditions_come_in_tabular_order_with_their_titles(gather, make_candidate):
    found = gather([make_candidate("M10.9", 0), make_candidate("I10", 10)])

    assert [(each.code, each.display) for each in found] == [
        ("I10", "Essential (primary) hypertension"), ("M10.9", "Gout, unspecified"),
    ]  # fmt: skip


def test_the_first_candidate_of_a_mention_is_its_meaning_and_the_others_stay_beside_it(gather, make_candidate):
    chosen, other = make_candidate("M10.9", 0, points=4), make_candidate("M1A.9XX0", 0, points=3)

    (found,) = gather([chosen, other])

    assert (found.support, found.others) == ((chosen,), (other,))


def test_support_comes_best_first_then_by_place(gather, make_candidate):
    late, early, best = (
        make_candidate("M10.9", 20), make_candidate("M10.9", 10), make_candidate("M10.9", 30, points=5),
    )  # fmt: skip

    (found,) = gather([late, early, best])

    assert found.support == (best, early, late)


def test_both_sides_of_one_wording_are_two_conditions(gather, make_candidate):
    """Guidelines I.B.13: without a bilateral code, one code for each side."""
    right = make_candidate("H26.8", 0, anchor="H26.8")
    left = make_candidate("H27.8", 0, anchor="H26.8")
    worse = make_candidate("H28", 0, anchor="H26.8", points=3)

    found = gather([right, left, worse])

    assert summarize(found) == [("current", "H26.8", 1), ("current", "H27.8", 1)]
    assert [each.others for each in found] == [(worse,), (worse,)]


def test_a_vague_mention_joins_the_precise_one_of_its_category(gather, make_candidate):
    """Guidelines I.B.2: the highest level of detail that the record supports."""
    vague = make_candidate("N18.9", 0, nearby=["chronic", "kidney", "disease"])
    precise = make_candidate(
        "N18.4",
        10,
        anchor="N18.4",
        nearby=["chronic", "kidney", "disease", "stage", "4"],
        values=[("stage", "stage 4")],
    )

    assert summarize(gather([vague, precise])) == [("current", "N18.4", 2)]
    assert summarize(gather([precise, vague])) == [("current", "N18.4", 2)]


def test_values_said_apart_combine_to_the_most_specific_code(gather, make_candidate):
    systolic = make_candidate("I50.20", 0, nearby=["systolic", "heart", "failure"], values=[("type", "systolic")])
    acute = make_candidate("I50.9", 10, nearby=["acute", "heart", "failure"], values=[("acuity", "acute")])

    assert summarize(gather([systolic, acute])) == [("current", "I50.21", 2)]


def test_values_that_contradict_stay_two(gather, make_candidate):
    right = make_candidate("M17.11", 0, nearby=["right", "knee"], values=[("laterality", "right")])
    left = make_candidate("M17.12", 10, nearby=["left", "knee"], values=[("laterality", "left")])

    assert summarize(gather([right, left])) == [("current", "M17.11", 1), ("current", "M17.12", 1)]


def test_a_vague_mention_between_two_that_contradict_joins_only_one(gather, make_candidate):
    vague = make_candidate("M17.9", 0, nearby=["knee"])
    right = make_candidate("M17.11", 10, nearby=["right", "knee"], values=[("laterality", "right")])
    left = make_candidate("M17.12", 20, nearby=["left", "knee"], values=[("laterality", "left")])

    found = gather([vague, right, left])

    assert [each.code for each in found] == ["M17.11", "M17.12"]
    assert sum(len(each.support) for each in found) == 3


def test_codes_of_other_categories_never_merge(gather, make_candidate):
    assert len(gather([make_candidate("I10", 0), make_candidate("M10.9", 10), make_candidate("I50.9", 20)])) == 3


def test_a_bare_head_word_refers_back_to_the_fuller_mention(gather, make_candidate):
    full = make_candidate("R07.9", 0, reading="chest pain")
    bare = make_candidate("R52", 20, reading="pain")

    assert summarize(gather([full, bare])) == [("current", "R07.9", 1)]
    assert summarize(gather([bare])) == [("current", "R52", 1)]


def test_what_the_note_denies_names_no_bare_head_word(gather, make_candidate):
    denied = make_candidate("R07.9", 0, reading="chest pain", presence="absent")
    bare = make_candidate("R52", 20, reading="pain")

    assert summarize(gather([denied, bare])) == [("current", "R52", 1)]


@pytest.mark.parametrize(
    ("setting", "section", "nearby", "expected"),
    [
        ("inpatient", "discharge_diagnosis", ["hyponatremia", "resolved"], "E87.1"),
        ("inpatient", "hospital_course", ["hyponatremia", "corrected"], "E87.1"),
        ("inpatient", "discharge_diagnosis", ["history", "hyponatremia"], "Z86.39"),
        ("inpatient", "past_medical_history", ["hyponatremia", "resolved"], "Z86.39"),
        ("outpatient", "assessment", ["hyponatremia", "resolved"], "Z86.39"),
    ],
)
def test_what_a_stay_resolved_is_one_of_its_diagnoses(gather, make_candidate, setting, section, nearby, expected):
    """UHDDS: all conditions that were treated in the stay are its diagnoses."""
    candidate = make_candidate("E87.1", section=section, nearby=nearby, temporality="historical")

    assert [each.code for each in gather([candidate], setting=setting)] == [expected]


def test_a_device_in_place_is_a_status(gather, make_candidate):
    pump = make_candidate("Z96.41", entity_type="procedure", reading="insulin pump")

    assert summarize(gather([pump])) == [("status", "Z96.41", 1)]


def test_a_bare_word_that_is_not_generic_stays(gather, make_candidate):
    full = make_candidate("M10.072", 0, reading="left foot gout")
    bare = make_candidate("M10.9", 20, reading="gout")

    assert sum(len(each.support) for each in gather([full, bare])) == 2


def test_history_codes_that_are_headers_take_their_unspecified_row(gather, stages, make_candidate):
    codeset = stages.vocabulary.codeset
    headers = [code for code in sorted(set(gather._history._value_by_prefix.values())) if code != "-"]
    headers = [code for code in headers if not codeset.is_billable(code)]

    assert all(codeset.is_billable(gather._default(code)) for code in headers)


def test_an_edition_without_a_history_code_takes_that_of_a_shorter_prefix(stages):
    class Earlier:
        def __contains__(self, code):
            return code != "Z86.11"

    tables = stages.vocabulary.tables

    assert ConditionGatherer.load(Earlier(), tables)._history.find("A15.0") == "Z86.19"


def test_nothing_gives_nothing(gather):
    assert gather([]) == ()


def test_a_code_said_in_two_ways_is_one_condition(gather, make_candidate):
    """ "History of pneumonia" names the code itself, pneumonia in the past leads to it."""
    named, past = make_candidate("Z87.01", 0), make_candidate("J18.9", 20, temporality="historical")

    assert summarize(gather([past, named])) == [("current", "Z87.01", 2)]


def test_the_alternatives_are_those_of_every_mention_that_was_merged(gather, make_candidate):
    vague, vague_other = make_candidate("N18.9", 0), make_candidate("N28.9", 0, points=3)
    precise = make_candidate("N18.4", 10, nearby=["stage", "4"], values=[("stage", "stage 4")])
    precise_other = make_candidate("N17.9", 10, points=3)

    (found,) = gather([vague, vague_other, precise, precise_other])

    assert (found.code, found.others) == ("N18.4", (vague_other, precise_other))


def test_axis_values_that_contradict_keep_one_row_apart(gather, make_candidate):
    """The rows of both may say nothing of the axis on which the words differ."""
    left = make_candidate("I50.9", 0, nearby=["acute"], values=[("acuity", "acute")])
    right = make_candidate("I50.20", 10, nearby=["chronic"], values=[("acuity", "chronic")])

    assert len(gather([left, right])) == 2


def test_two_drugs_taken_for_long_are_two_facts(gather, make_candidate):
    contraceptive = make_candidate("Z79.3", 0, nearby=["depo", "provera"])
    antimalarial = make_candidate("Z79.899", 10, nearby=["plaquenil"])

    assert summarize(gather([contraceptive, antimalarial])) == [("current", "Z79.3", 1), ("current", "Z79.899", 1)]
