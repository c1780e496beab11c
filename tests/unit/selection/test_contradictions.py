import datetime as dt

import pytest

from codeassist.core.notes import Encounter, Note
from codeassist.selection.conditions import Condition
from codeassist.selection.contradictions import ContradictionSettler

pytestmark = pytest.mark.assets

DAYS = (dt.date(2026, 3, 1), dt.date(2026, 3, 2), dt.date(2026, 3, 3))
LIMITED = ("no", "acute", "pneumonia")


@pytest.fixture
def settle(make_candidate):
    settler = ContradictionSettler.load()

    def run(said, denied, *, code="J18.9", denied_code=None, dates=(None, None, None), kind="current"):
        supports = [make_candidate(code, place * 10, reading="pneumonia", **each) for place, each in enumerate(said)]
        denial = make_candidate(denied_code or code, 90, **{"reading": "pneumonia", "presence": "absent"} | denied)
        notes = tuple(Note(name, "x" * 99, date=date) for name, date in zip("nop", dates, strict=True))
        encounter = Encounter("e", notes)
        (settled,) = settler([Condition(code, code, kind, tuple(supports))], [*supports, denial], encounter)
        return settled.removal

    return run


@pytest.mark.parametrize("section", ["discharge_diagnosis", "assessment_plan", "hospital_course"])
def test_what_the_conclusions_deny_is_not_what_the_history_tells(settle, section):
    removal = settle([{"section": "history_of_present_illness"}], {"section": section})

    assert removal.applied.detail == f"I.A.19: J18.9 is denied in the {section.replace('_', ' ')}"


@pytest.mark.parametrize(
    ("said", "denied"),
    [
        ([{"section": "assessment_plan"}], {"section": "assessment_plan"}),
        ([{"section": "assessment_plan"}], {"section": "hospital_course"}),
        ([{"section": "history_of_present_illness"}], {"section": "results"}),
        ([{"section": "past_medical_history"}, {"section": "discharge_diagnosis"}], {"section": "hospital_course"}),
        ([{"section": "clinical_history"}], {"section": "impression"}),
        ([{"section": "past_medical_history"}], {"section": "assessment", "nearby": LIMITED}),
        ([{"section": "past_medical_history"}], {"section": "assessment", "reading": "aspiration pneumonia"}),
        ([{"section": "past_medical_history"}], {"section": "assessment", "experiencer": "family"}),
        ([{"section": "past_medical_history"}], {"section": "assessment", "presence": "possible"}),
    ],
)
def test_a_denial_of_less_authority_or_of_less_settles_nothing(settle, said, denied):
    assert settle(said, denied) is None


def test_symptoms_and_what_is_past_are_not_settled(settle):
    past, denied = [{"section": "past_medical_history"}], {"section": "assessment"}

    assert settle(past, denied, code="R05.9") is None
    assert settle(past, denied, kind="history") is None
    assert settle(past, denied, denied_code="J44.9") is None


def test_of_two_conclusions_the_later_is_believed(settle):
    early, late = {"section": "assessment", "note_id": "n"}, {"section": "assessment", "note_id": "o"}

    assert settle([early], late) is not None
    assert settle([late], early) is None
    assert settle([early], late, dates=(DAYS[1], DAYS[0], DAYS[2])) is None


def test_text_copied_forward_is_as_old_as_its_first(settle):
    """The third day repeats the first day's assessment, which the second day has withdrawn."""
    first = {"section": "assessment", "note_id": "n", "nearby": ("pneumonia", "on", "antibiotic")}
    copied = first | {"note_id": "p"}

    assert settle([first, copied], {"section": "assessment", "note_id": "o"}) is not None
    assert settle([first, copied | {"nearby": ("pneumonia",)}], {"section": "assessment", "note_id": "o"}) is None
