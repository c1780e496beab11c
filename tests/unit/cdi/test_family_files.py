"""The files of the condition library: what they name exists, and every family has its cases."""

import json
from collections import Counter
from pathlib import Path

import pytest

from codeassist.annotation.measurement_units import MeasureTable
from codeassist.cdi.families import FOLDER, read_families
from codeassist.terminology.codeset import CodeSet

CASES = Path(__file__).parents[2] / "cases" / "cdi"
FAMILIES = read_families()
FEWEST_CASES = 6
# Worked out of a height and a weight by the reader of facts.
COMPUTED = {"computed_body_mass_index"}


@pytest.fixture(scope="module")
def codeset(stages):
    found = stages.vocabulary.codeset
    assert isinstance(found, CodeSet)
    return found


def name(family):
    return family.slug


def options_of(family):
    return [each for rule in (*family.axes, *family.undocumented) for each in rule.options]


def prefixes_of(family):
    for rule in family.axes:
        yield from (*rule.open_codes, *rule.closed_by, *filter(None, [rule.category]))
    for rule in family.undocumented:
        yield from (*rule.documented, *rule.excused, rule.category)
    for rule in family.unsupported:
        yield from rule.documented
    for rule in family.conflicts:
        yield from (*rule.sides[0], *rule.sides[1], *rule.unless)
    for rule in family.indicators:
        yield from rule.codes


@pytest.mark.assets
@pytest.mark.parametrize("family", FAMILIES, ids=name)
def test_every_prefix_is_of_a_code_of_the_edition(family, codeset):
    codes = list(codeset.codes())
    prefixes = {each.removesuffix("$") for each in prefixes_of(family)}

    assert [each for each in sorted(prefixes) if not any(code.startswith(each) for code in codes)] == []


@pytest.mark.assets
@pytest.mark.parametrize("family", FAMILIES, ids=name)
def test_options_lead_to_billable_codes(family, codeset):
    codes = [code for each in options_of(family) for code in each.option.codes]

    assert [code for code in codes if code not in codeset or not codeset.is_billable(code)] == []


@pytest.mark.parametrize("family", FAMILIES, ids=name)
def test_thresholds_are_of_known_measures_and_lie_in_their_limits(family):
    table = MeasureTable.load()
    for rule in family.indicators:
        if rule.measure and rule.measure not in COMPUTED:
            measure = table.get(rule.measure)
            bounds = [bound for bound in (rule.low, rule.high) if abs(bound) != float("inf")]
            assert bounds, f"{rule.name} has a measure and no threshold"
            assert rule.relation or all(measure.low <= bound <= measure.high for bound in bounds), rule.name


@pytest.mark.parametrize("family", FAMILIES, ids=name)
def test_every_question_can_be_answered_in_two_ways_or_is_open(family):
    for rule in (*family.axes, *family.undocumented):
        assert len(rule.options) != 1 or rule.axis in ("severity", "linkage", "bmi"), rule


@pytest.mark.parametrize("family", FAMILIES, ids=name)
def test_a_family_names_its_criteria_and_can_find_something(family):
    assert family.criteria
    assert family.axes or family.undocumented
    assert all(rule.codes or rule.terms or rule.drugs or rule.measure for rule in family.indicators)
    assert all(0 <= rule.worth <= 1 for rule in (*family.axes, *family.undocumented, *family.unsupported))
    assert 0 <= family.importance <= 1


def test_every_family_has_cases():
    cases = [
        json.loads(line)["family"]
        for path in sorted(CASES.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    counts = Counter(cases)

    assert {slug: counts[slug] for slug in map(name, FAMILIES) if counts[slug] < FEWEST_CASES} == {}
    assert set(counts) <= {path.stem for path in FOLDER.glob("*.toml")}
