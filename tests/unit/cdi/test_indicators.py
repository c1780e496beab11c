import pytest

from codeassist.cdi.facts import FactReader
from codeassist.cdi.indicators import IndicatorFinder
from codeassist.cdi.records import Family, IndicatorRule
from codeassist.cdi.words import DenialWords, TermFinder
from codeassist.core.mentions import Annotations, Assertion, Measurement, Mention
from codeassist.core.notes import Encounter, Note, Patient, Span

TEXT = "A 60-year-old. Values follow: 1 2 3 4 5 6 7 8 9. Lasix and Bumex."


def measure(values, name="creatinine", comparator=""):
    """Return measurements at places of their own, in order."""
    return tuple(
        Measurement(Span("n", 30 + 2 * place, 31 + 2 * place), name, value, comparator=comparator)
        for place, value in enumerate(values)
    )


def find(rule, *, measurements=(), mentions=(), text=TEXT, patient=None):
    family = Family("made-up", "made up", ("N17",), "none", 0.5, indicators=(rule,))
    finder = IndicatorFinder([family])
    read = FactReader(TermFinder(finder.phrases, DenialWords.load()), lambda each: each.value)
    encounter = Encounter("e", (Note("n", text, note_type="progress_note"),), patient=patient or Patient())
    facts = read(encounter, (), Annotations(tuple(mentions), tuple(measurements)), (), ())
    return finder(facts).get(("made-up", rule.name), ())


@pytest.mark.parametrize(
    ("relation", "low", "values", "is_met"),
    [
        ("", 2.0, [1.0, 2.0], True),
        ("", 2.0, [1.9], False),
        ("rise", 0.3, [1.0, 1.3], True),
        ("rise", 0.3, [1.3, 1.0], False),
        ("fall", 2.0, [12.0, 9.5], True),
        ("fall", 2.0, [9.5, 12.0], False),
        ("ratio", 1.5, [1.0, 1.6], True),
        ("ratio", 1.5, [2.4, 1.9, 1.1], True),
        ("ratio", 1.5, [1.0, 1.2], False),
        ("ratio", 1.5, [1.0], False),
        ("ratio", 1.5, [0.0, 1.0], False),
    ],
)
def test_a_measure_meets_its_relation(relation, low, values, is_met):
    rule = IndicatorRule("creatinine", "supports", 1, measure="creatinine", low=low, relation=relation)

    assert bool(find(rule, measurements=measure(values))) is is_met


def test_a_baseline_counts_as_the_earlier_value():
    rule = IndicatorRule("creatinine", "supports", 1, measure="creatinine", low=1.5, relation="ratio")
    baseline = Measurement(Span("n", 50, 51), "baseline_creatinine", 1.0)

    assert find(rule, measurements=(*measure([2.4]), baseline))


@pytest.mark.parametrize(("comparator", "is_met"), [("", True), ("<", False), (">", True)])
def test_a_bound_on_the_wrong_side_says_nothing(comparator, is_met):
    rule = IndicatorRule("creatinine", "supports", 1, measure="creatinine", low=1.5)

    assert bool(find(rule, measurements=measure([2.0], comparator=comparator))) is is_met


def test_drugs_are_found_as_mentions_and_as_words_but_once():
    rule = IndicatorRule("diuretic", "treatment", 1, drugs=("lasix", "bumex"))
    span = Span("n", TEXT.index("Lasix"), TEXT.index("Lasix") + 5)
    mention = Mention(span, "medication", "medications", Assertion(), "Lasix", reading="lasix")

    found = find(rule, mentions=[mention])

    assert [each.text for each in found] == ["Lasix", "Bumex"]
    assert {each.source for each in found} == {"progress note"}


@pytest.mark.parametrize(
    ("text", "patient", "is_met"),
    [
        ("A 60-year-old man.", None, True),
        ("A 6-year-old boy.", None, False),
        ("A 3 month old girl.", None, False),
        ("Newborn.", None, False),
        ("A man.", None, True),
        ("A 60-year-old man.", Patient(age=6), False),
    ],
)
def test_what_holds_for_adults_is_not_asked_of_children(text, patient, is_met):
    rule = IndicatorRule("tachycardia", "supports", 1, adults=True, measure="heart_rate", low=91)
    padded = f"{text:100}"

    assert bool(find(rule, measurements=measure([120], "heart_rate"), text=padded, patient=patient)) is is_met


def test_height_and_weight_give_a_body_mass_index():
    rule = IndicatorRule("index", "supports", 1, measure="computed_body_mass_index", low=30)
    both = (*measure([95.0], "weight"), Measurement(Span("n", 40, 41), "height", 170.0))

    assert find(rule, measurements=both)
    assert not find(rule, measurements=both[:1])
