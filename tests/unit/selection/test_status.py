import pytest

from codeassist.selection.status import PresentStatus, StatusReader

pytestmark = pytest.mark.assets


@pytest.fixture(scope="module")
def reader():
    return StatusReader.load()


@pytest.mark.parametrize(
    ("code", "mention", "others", "is_status"),
    [
        ("Z95.0", {"reading": "pacemaker"}, (), True),
        ("Z95.0", {"reading": "pacemaker placement"}, (), False),
        ("Z95.0", {"reading": "pacemaker placement", "temporality": "historical"}, (), True),
        ("Z95.0", {"reading": "pacemaker placement", "section": "past_surgical_history"}, (), True),
        ("Z95.0", {"reading": "pacemaker", "section": "operative_details"}, (), False),
        ("Z96.41", {"reading": "insulin pump"}, (), True),
        ("Z99.81", {"reading": "2l home o2"}, (), True),
        ("Z99.2", {"reading": "hd"}, ("N18.6",), True),
        ("Z99.2", {"reading": "hd"}, ("N17.9",), False),
        ("Z99.2", {"reading": "chronic hemodialysis"}, (), True),
        ("Z93.3", {"reading": "colostomy"}, (), True),
        ("Z95.1", {"reading": "bypass graft"}, (), False),
        ("Z90.12", {"reading": "mastectomy"}, (), False),
        ("Z90.12", {"reading": "mastectomy", "nearby": ["l", "mastectomy", "2015"]}, (), True),
        ("Z90.12", {"reading": "mastectomy", "nearby": ["2015"], "section": "plan"}, (), False),
    ],
)
def test_a_device_or_dependence_at_present_is_a_status_and_an_act_is_not(
    reader, make_candidate, code, mention, others, is_status
):
    """Guidelines I.C.21.c.3: a status code says what the patient has, a procedure what is done now."""
    candidate = make_candidate(code, entity_type="procedure", **mention)

    assert reader.is_status(candidate, frozenset(others)) is is_status


def test_without_rows_only_the_past_counts(make_candidate):
    assert not StatusReader(()).is_status(make_candidate("Z95.0", reading="pacemaker"), frozenset())


def test_a_row_may_ask_for_words_and_for_other_codes(make_candidate):
    reader = StatusReader((PresentStatus("Z94", frozenset({"recipient"}), ("N18",)),))
    candidate = make_candidate("Z94.0", reading="renal transplant recipient")

    assert reader.is_status(candidate, frozenset({"N18.4"}))
    assert not reader.is_status(candidate, frozenset({"M10.9"}))
    assert not reader.is_status(make_candidate("Z94.0", reading="renal transplant"), frozenset({"N18.4"}))


@pytest.mark.parametrize(
    ("code", "nearby", "withheld"),
    [
        ("Z79.52", ["short", "course", "steroid"], True),
        ("Z79.52", ["chronic", "steroid", "therapy"], False),
        ("M10.9", ["course", "gout"], False),
    ],
)
def test_a_brief_course_is_no_long_term_use(reader, make_candidate, code, nearby, withheld):
    """Guidelines I.C.21.c.3."""
    assert reader.is_withheld(make_candidate(code, nearby=nearby)) is withheld
