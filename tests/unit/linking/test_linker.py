from types import SimpleNamespace

import pytest

from codeassist.config import LinkingSettings
from codeassist.core.mentions import Assertion, Mention
from codeassist.core.notes import Span
from codeassist.core.suggestions import Contribution
from codeassist.linking.linker import Linker
from codeassist.linking.retrieval import Retrieved
from codeassist.terminology.axis_select import NearestRow, Selection
from made_index import NORMALIZER, make_index

ROWS = (
    ("bad cough", "R05", "synonym", (), False),
    ("bad cough", "I10", "synonym", ("blood",), False),
    ("failing heart", "I50", "synonym", (), False),
    ("slow heart", "I50", "abbreviation", (), False),
    ("scalp wound", "S01", "synonym", (), False),
)


class Tables:
    """Axis tables that answer as told; silence leaves the code as it is."""

    def __init__(self, **selections):
        self._selections = selections
        self.wordings = SimpleNamespace(read=lambda words, own: frozenset(words))

    def select(self, code, words):
        for word in sorted(words):
            if word in self._selections:
                return self._selections[word]
        return Selection(code, (), ())

    def find_nearest(self, code):
        return {
            "I50": NearestRow("I50.9", ()),
            "S01": NearestRow("Z72.0", (("site", "scalp"), ("type", "laceration"))),
        }[code]


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return make_index(tmp_path_factory.mktemp("index"), ROWS)


def make_mention(index, *wordings, nearby=(), entity_type="problem", reading=""):
    terms = [term for wording in wordings for term in index.find_exact(NORMALIZER.split(wording))]
    return Mention(
        Span("n", 0, 5), entity_type, "plan", Assertion(), "xxxxx", reading=reading,
        terms=tuple(term.number for term in terms), nearby_words=tuple(nearby),
    )  # fmt: skip


def make_linker(index, *, tables=None, retrieve=None, **settings):
    return Linker(index, tables or Tables(), retrieve or (lambda *_, **__: ()), settings=LinkingSettings(**settings))


def read_codes(candidates):
    return [candidate.code.value for candidate in candidates]


def test_the_rationale_gives_the_wording_its_length_and_the_sense(index):
    first, second = make_linker(index)([make_mention(index, "bad cough")])

    assert (first.code.value, second.code.value) == ("I10", "R05")
    assert first.rationale == (
        Contribution("wording:synonym", 4.0, "bad cough (I10)"),
        Contribution("words", 0.4, "2 words of the note"),
        Contribution("sense", 0.3, "other words of the note select this sense"),
    )
    assert second.rationale[-1] == Contribution("other_sense", -0.5, "another code comes first for the wording")
    assert (second.display, second.anchor, second.code.edition) == ("Cough", "R05", "2099")


def test_a_reviewed_wording_stands_above_an_abbreviation_and_a_longer_above_a_shorter(index):
    (synonym,) = make_linker(index)([make_mention(index, "failing heart")])
    (abbreviation,) = make_linker(index)([make_mention(index, "slow heart")])
    (short,) = make_linker(index)([make_mention(index, "gout")])

    assert synonym.score > abbreviation.score > short.score


def test_axis_values_of_the_words_around_choose_the_row_and_earn_points(index):
    tables = Tables(congestive=Selection("I50.9", (("type", "congestive"),), ()))

    (plain,) = make_linker(index, tables=tables)([make_mention(index, "failing heart")])
    (stated,) = make_linker(index, tables=tables)([make_mention(index, "failing heart", nearby=["congestive"])])

    assert plain.axis_values == ()
    assert (stated.code.value, stated.anchor, stated.axis_values) == ("I50.9", "I50", (("type", "congestive"),))
    assert stated.score - plain.score == pytest.approx(0.5)


def test_both_sides_give_a_candidate_each(index):
    both = Selection("R05", (("laterality", "right"), ("acuity", "acute")), (), also=("I10",))

    found = make_linker(index, tables=Tables(both=both))([make_mention(index, "failing heart", nearby=["both"])])

    assert {(c.code.value, c.axis_values) for c in found} == {
        ("R05", (("laterality", "right"), ("acuity", "acute"))),
        ("I10", (("laterality", "left"), ("acuity", "acute"))),
    }
    assert found[0].score == found[1].score


def test_a_header_gives_its_unspecified_row(index):
    """Guidelines I.B.18: the unspecified code is right where the record says no more."""
    assert read_codes(make_linker(index)([make_mention(index, "failing heart")])) == ["I50.9"]


def test_a_header_without_an_open_row_gives_a_row_that_says_what_is_unstated(index):
    """Guidelines I.B.2: no code says more than the record, so such a code is never reported by itself."""
    (found,) = make_linker(index)([make_mention(index, "scalp wound")])
    (plain,) = make_linker(index)([make_mention(index, "failing heart")])

    assert (found.code.value, found.anchor) == ("Z72.0", "S01")
    assert found.rationale[-2:] == (
        Contribution("unstated", -0.5, "site scalp"),
        Contribution("unstated", -0.5, "type laceration"),
    )
    assert found.is_overstated
    assert not plain.is_overstated


def test_the_best_reading_of_a_code_is_kept_once(index):
    found = make_linker(index)([make_mention(index, "slow heart", "failing heart", "heart failure")])

    assert read_codes(found) == ["I50.9"]
    assert found[0].rationale[0].feature == "wording:abbreviation"


@pytest.mark.parametrize(("alternatives", "count"), [(0, 1), (1, 2), (4, 3)])
def test_only_so_many_alternatives_are_kept(index, alternatives, count):
    found = make_linker(index, alternatives=alternatives)([make_mention(index, "bad cough", "gout")])

    assert len(found) == count


def test_candidates_keep_the_order_of_the_mentions(index):
    mentions = [make_mention(index, "gout"), make_mention(index, "cough"), make_mention(index, "gout")]

    assert [candidate.mention for candidate in make_linker(index)(mentions)] == mentions


def retrieve_as(index, wording, similarity, added=0.0):
    (term, *_) = index.find_exact(NORMALIZER.split(wording))
    return lambda words, *, limit: (Retrieved(term, similarity, added),) if words == ["coughing", "badly"] else ()


@pytest.mark.parametrize(("similarity", "codes"), [(0.7, ["R05"]), (0.69, [])])
def test_a_phrase_that_no_term_names_is_linked_by_its_words_if_near_enough(index, similarity, codes):
    linker = make_linker(index, retrieve=retrieve_as(index, "cough", similarity), minimum_similarity=0.7)

    found = linker([make_mention(index, reading="coughing badly")])

    assert read_codes(found) == codes
    assert [part.feature for c in found for part in c.rationale] == ["wording:similar", "words"] * len(codes)
    assert [c.score for c in found] == [pytest.approx(4 * similarity)] * len(codes)


@pytest.mark.parametrize(("added", "codes"), [(3.0, ["R05"]), (3.1, [])])
def test_a_wording_that_adds_a_word_of_weight_is_not_meant(index, added, codes):
    """An overdose shares all words but one with the use of a medication."""
    linker = make_linker(index, retrieve=retrieve_as(index, "cough", 0.9, added), maximum_added_weight=3.0)

    assert read_codes(linker([make_mention(index, reading="coughing badly")])) == codes


def test_a_medication_names_no_code(index):
    linker = make_linker(index, retrieve=retrieve_as(index, "cough", 1.0))

    assert linker([make_mention(index, reading="coughing badly", entity_type="medication")]) == ()


@pytest.mark.parametrize(("similarity", "codes"), [(0.9, ["Z72.0"]), (0.89, [])])
def test_circumstances_must_be_nearer_than_conditions(index, similarity, codes):
    """Chapters XX and XXI share their words with headings that name no condition."""
    linker = make_linker(index, retrieve=retrieve_as(index, "tobacco use", similarity), minimum_factor_similarity=0.9)

    assert read_codes(linker([make_mention(index, reading="coughing badly")])) == codes
