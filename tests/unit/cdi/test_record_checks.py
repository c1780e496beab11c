from dataclasses import replace

import pytest

from codeassist.cdi.queries import write_query
from codeassist.cdi.query_text import render_query
from codeassist.cdi.record_checks import lint_record
from made_gaps import ENCOUNTER, make_gap, make_indicator

GOOD = write_query(ENCOUNTER, make_gap(indicators=(make_indicator(), make_indicator("No edema", bearing="against"))),
                   query_id="q1")  # fmt: skip


def rules(query, encounter=ENCOUNTER):
    return [found.rule for found in lint_record(query, encounter=encounter)]


def test_a_drafted_query_breaks_nothing():
    assert rules(GOOD) == rules(GOOD, None) == []


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("QL-005", {"choices": ("Acute", "Chronic", "Rheumatic", *GOOD.choices[2:])}),
        ("QL-006", {"choices": ("Acute", "Chronic", "Unable to determine")}),
        ("QL-022", {"choices": ("Chronic", "Acute", *GOOD.choices[2:])}),
        ("QL-024", {"indicators": GOOD.indicators[:1]}),
        ("QL-034", {"indicators": (*GOOD.indicators, replace(GOOD.indicators[0], source=""))}),
        ("QL-035", {"question": f"{GOOD.question} The ejection fraction is 35."}),
        (
            "QL-046",
            {"question": 'The record documents "CHF exacerbation" (progress note, 2026-06-03). Please clarify.'},
        ),
        ("QL-046", {"indicators": (*GOOD.indicators, replace(GOOD.indicators[0], text="EF 20%"))}),
        ("QL-048", {"choices": ("Acute", *GOOD.choices[2:])}),
    ],
)
def test_a_changed_query_breaks_the_rule(rule, changes):
    assert rule in rules(replace(GOOD, **changes))


def test_a_quotation_is_compared_with_the_record_only_where_it_is_given():
    changed = replace(
        GOOD, question='The record documents "CHF exacerbation" (progress note, 2026-06-03). Please clarify.'
    )

    assert rules(changed, None) == []


def test_the_place_of_a_finding_is_one_of_the_rendered_text():
    changed = replace(GOOD, choices=("Acute", "Chronic", "Rheumatic", *GOOD.choices[2:]))

    (found,) = [each for each in lint_record(changed) if each.rule == "QL-005"]

    assert render_query(changed)[found.start : found.end] == "Rheumatic"
