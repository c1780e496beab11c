import pytest

from codeassist.core.gaps import Gap, Indicator
from codeassist.core.queries import LintFinding, Query

OPEN = Gap("g1", "unspecified", "acuity", "I50", "I50.9", "heart failure")


@pytest.mark.parametrize("wrong", [{"kind": "missing"}, {"axis": "colour"}, {"priority": 1.5}])
def test_a_gap_refuses_unknown_values_in_one_line(wrong):
    fields = {"kind": "unspecified", "axis": "acuity", "priority": 0.5} | wrong

    with pytest.raises(ValueError, match=r"^.{10,400}$"):
        Gap("g1", category="I50", code="I50.9", diagnosis="heart failure", **fields)


def test_an_indicator_refuses_an_unknown_bearing():
    with pytest.raises(ValueError, match="bearing"):
        Indicator("creatinine", "proves", None, "2.4")


def test_queries_and_findings_refuse_unknown_formats():
    with pytest.raises(ValueError, match="format"):
        Query("q1", OPEN, "title", "question", (), "essay", ())
    with pytest.raises(ValueError, match="severity"):
        LintFinding("QL-001", "fatal", 0, 1, "message", "fix")


def test_no_repr_shows_text_of_the_record():
    indicator = Indicator("edema", "supports", None, "legs swollen")
    query = Query("q1", OPEN, "About the heart", "Please clarify", ("acute",), "open", (indicator,))

    assert not any(words in repr(query) for words in ("swollen", "heart of", "clarify", "About"))
