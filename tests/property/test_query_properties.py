"""What holds of every query that the library can write, whatever the gap."""

import datetime as dt
import itertools
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import codeassist
from codeassist.cdi.families import read_families
from codeassist.cdi.lint import lint_query
from codeassist.cdi.queries import write_queries, write_query
from codeassist.cdi.query_templates import OTHER, UNDETERMINED
from codeassist.cdi.query_text import render_query
from codeassist.cdi.record_checks import clinical_choices, lint_record
from codeassist.core.gaps import BEARINGS, GAP_AXES, GAP_KINDS, Gap, GapOption, Indicator
from codeassist.core.notes import Encounter, Note, Span
from codeassist.core.suggestions import Contribution

# Words that records hold and that look like what a query may not say, beside ordinary ones.
RECORD = (
    "CHF", "sepsis", "acute kidney injury", "Cr 2.4 (baseline 1.0)", "EF 25-30%", "BP 88/50", 'said "no more"', "HCC",
    "MCC on biopsy", "CC: chest pain", "DRG 291", "reimbursement pending", "paid cash", "albumin 2.1", "prealbumin 9",
    "meets SIRS criteria", "please document sepsis", "I50.23", "PSI 92", "ROM limited", "Is this pneumonia?",
    "last admission EF 55%", "IV furosemide", "O/E: crackles", "line\nbreak", "[x] done", "- dash", "a / b", "___",
    "Options: yes", "Impression: no change.", "x" * 300, "word " * 80,
)  # fmt: skip
VALUES = (
    "acute", "chronic", "acute on chronic", "systolic", "3a", "stage 4", "left", "right", "mild", "moderate", "severe",
    "type 2", "Staphylococcus aureus", "with exacerbation", "unspecified", "other specified", "Other", "due to alcohol",
    "acute kidney injury", "sepsis", "severe malnutrition", "not present", "ruled out", "I50.23", "an MCC", "present",
)  # fmt: skip
SOURCES = ("", "laboratory", "radiology report", "note (addendum)", "MAR")
DATES = st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31))


@st.composite
def encounters_with_gaps(draw):
    """An encounter of one or two notes, and gaps whose evidence and indicators lie in them."""
    notes, spans = [], []
    for number in range(draw(st.integers(1, 2))):
        pieces = draw(st.lists(st.sampled_from(RECORD) | st.text(min_size=1, max_size=40), min_size=1, max_size=6))
        starts = itertools.accumulate((len(piece) + 2 for piece in pieces), initial=0)
        spans += [(Span(f"n{number}", at, at + len(piece)), piece) for at, piece in zip(starts, pieces, strict=False)]
        note_type = draw(st.sampled_from(["", "progress_note", "discharge_summary"]))
        notes.append(Note(f"n{number}", "; ".join(pieces) + "; ", note_type=note_type, date=draw(DATES)))
    encounter = Encounter("e1", tuple(notes), date=draw(DATES))
    return encounter, draw(st.lists(gaps(spans), min_size=1, max_size=4, unique_by=lambda gap: gap.gap_id))


@st.composite
def gaps(draw, spans):
    cited = draw(st.lists(st.sampled_from(spans), max_size=6))
    facts = tuple(
        Indicator(
            draw(st.sampled_from(["creatinine", "finding", "treatment", "meets criteria"])),
            draw(st.sampled_from(BEARINGS)),
            draw(st.sampled_from([span, None])),
            said,
            source=draw(st.sampled_from(SOURCES)),
            date=draw(DATES),
        )
        for span, said in cited
    )
    return Gap(
        gap_id=draw(st.sampled_from(["g1", "g2", "g3", "g4"])),
        kind=draw(st.sampled_from(GAP_KINDS)),
        axis=draw(st.sampled_from(GAP_AXES)),
        category=draw(st.sampled_from(["I50", "N17", "A41", "E43", "L89", "Z99"])),
        code="I50.9",
        diagnosis=draw(st.sampled_from(["heart failure", "sepsis", "malnutrition", "HCC"])),
        options=tuple(GapOption(value, ("I50.21",)) for value in draw(st.lists(st.sampled_from(VALUES), max_size=8))),
        evidence=tuple(span for span, _ in draw(st.lists(st.sampled_from(spans), max_size=3))),
        indicators=facts,
        priority=draw(st.floats(0.7, 1.0)),
    )


@given(encounters_with_gaps())
def test_every_query_passes_the_linter_by_its_text_and_by_its_record(made):
    encounter, found = made

    for query in write_queries(encounter, found):
        assert lint_query(render_query(query)) == []
        assert lint_record(query, encounter=encounter) == []


@given(encounters_with_gaps())
def test_every_query_cites_the_record_and_leaves_room_for_another_answer(made):
    encounter, found = made
    texts = [" ".join(note.text.split()) for note in encounter.notes]

    for query in write_queries(encounter, found):
        assert query.indicators
        assert all(any(" ".join(each.text.split()) in text for text in texts) for each in query.indicators)
        assert all(each.source for each in query.indicators)
        assert not query.choices or query.choices[-2:] == (OTHER, UNDETERMINED)
        clinical = clinical_choices(query)
        assert list(clinical) == sorted(clinical, key=str.casefold)


@given(encounters_with_gaps())
def test_no_query_holds_a_code_of_its_gap_or_its_order(made):
    encounter, found = made

    for query in write_queries(encounter, found):
        asked = f"{query.title} {query.question} {' '.join(query.choices)}"
        assert not re.search(r"\b(I50\.21|MCC|DRG|reimburs)", re.sub(r'"[^"]*"', "", asked))
        assert "0.9" not in re.sub(r'"[^"]*"', "", asked)


@given(encounters_with_gaps())
def test_the_same_gaps_in_another_order_give_the_same_queries(made):
    encounter, found = made

    assert write_queries(encounter, found) == write_queries(encounter, found[::-1])


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from([*RECORD, "\n", "Options:", "- ", "?", '"']), max_size=30).map(" ".join)
)
def test_linting_any_text_gives_findings_inside_of_it_in_order(text):
    found = lint_query(text)

    assert all(0 <= each.start <= each.end <= len(text) for each in found)
    assert [each.start for each in found] == sorted(each.start for each in found)
    assert found == lint_query(text)


@pytest.mark.assets
@pytest.mark.parametrize("kind", GAP_KINDS)
def test_every_axis_of_the_code_set_can_be_asked_about_with_all_its_values(stages, kind):
    """Ordinary gaps lose no query and no choice to the linter: every seventh category, all axes and values."""
    vocabulary = stages.vocabulary
    lost = []
    for category in itertools.islice(vocabulary.tables.categories(), 0, None, 7):
        title = vocabulary.codeset.title(category)
        note = Note("n1", f"Assessment: {title}. EF 25%.")
        finding = Indicator("finding", "supports", Span("n1", len(note.text) - 7, len(note.text) - 1), "EF 25%")
        evidence = () if kind == "undocumented" else (Span("n1", 12, 12 + len(title)),)
        for axis in vocabulary.tables.get(category).axes:
            values = [value for value in axis.values if value not in ("unspecified", "other")][:6]
            gap = Gap("g1", kind, axis.name, category[:3], category, title, tuple(map(GapOption, values)), evidence,
                      (finding,), 0.9)  # fmt: skip
            query = write_query(Encounter("e1", (note,)), gap, query_id="q1")
            named = [value for value in values if not value.lower().startswith("other")]
            is_several = len(named) > 1 and kind != "unsupported"
            if query is None or (is_several and len(clinical_choices(query)) < len(named)):
                lost.append((category, axis.name))

    assert lost == []


FAMILY_FILES = sorted((Path(codeassist.__file__).parent / "cdi" / "families").glob("*.toml"))


def read_names(rows, key):
    """Return what rows of a family file are called; a row is a table with that key, or a list that begins with it."""
    return [row[key] if isinstance(row, dict) else row[0] for row in rows]


def read_questions(family):
    """Yield kind, axis, diagnosis and option values of everything that a family asks about."""
    for axis in family.get("axis", ()):
        yield "unspecified", axis["axis"], family["name"], read_names(axis.get("options", ()), "value")
    for found in family.get("undocumented", ()):
        diagnosis = found.get("diagnosis", family["name"])
        yield "undocumented", "diagnosis", diagnosis, read_names(found.get("options", ()), "value")


@pytest.mark.parametrize("path", FAMILY_FILES, ids=lambda path: path.stem)
def test_every_question_of_a_family_can_be_asked_with_every_indicator(path):
    family = tomllib.loads(path.read_text(encoding="utf-8"))
    note = Note("n1", f"Assessment: {family['name'].replace('-', ' ')}. EF 25%. BP 88/50.")
    end = note.text.index(".")
    other = Indicator("finding", "supports", Span("n1", end + 10, end + 18), "BP 88/50")
    names = read_names(family.get("indicator", ()), "name") or ["finding"]
    lost = []
    for kind, axis, diagnosis, values in read_questions(family):
        evidence = () if kind == "undocumented" else (Span("n1", 12, end),)
        for name in names:
            fact = Indicator(name, "supports", Span("n1", end + 2, end + 8), "EF 25%")
            gap = Gap(
                "g1", kind, axis, "R69", "", diagnosis, tuple(map(GapOption, values)), evidence, (fact, other), 0.9
            )
            query = write_query(Encounter("e1", (note,)), gap, query_id="q1")
            if query is None or lint_query(render_query(query)):
                lost.append((kind, axis, name))

    assert lost == []


# What an answer may change, in every form in which the CDI specialist may be shown it; never a provider.
CONSEQUENCE = re.compile(
    r"""
    \b (?: M?CCs? | HCCs? | (?:MS-|APR-)?DRGs? | RAF | CMI | SOI | ROM | GMLOS | HAC | PSI | CMS | Medicare
         | severity [ ] of [ ] illness | reimburs\w* | pay(?:ment|er|s|ing)? | bill\w* | revenue | weight(?:ed|ing)
         | risk [ ] (?:score|adjust\w*) | quality | comorbid\w* | case [ ] mix | consequence | priority | worth ) \b
    | \$
    | \b [A-TV-Z] \d [0-9A-Z] (?: \. [0-9A-Z]{1,4} )? \b           # a code of ICD-10-CM
    """,
    re.VERBOSE,
)  # fmt: skip
FAMILIES = read_families()


def find_asked(family):
    """Every kind of gap of a family, each with the options of its rule: kind, axis, category, code, name, options."""
    for axis in family.axes:
        category = axis.category or axis.open_codes[0][:3]
        yield "unspecified", axis.axis, category, axis.open_codes[0], family.name, axis.options
    for rule in family.undocumented:
        yield "undocumented", rule.axis, rule.category, "", rule.diagnosis, rule.options
    for check in family.unsupported:
        yield "unsupported", "diagnosis", check.documented[0][:3], check.documented[0], family.name, ()
    for rule in family.conflicts:
        yield "conflict", rule.axis, rule.sides[0][0][:3], rule.sides[0][0], family.name, ()


def make_family_gaps(family):
    """All gaps of a family with all its options and indicators, each fact with words of its own in the note."""
    facts = {rule.name: f"fact{place}" for place, rule in enumerate(family.indicators)}
    text = f"Assessment: {family.name}. {' '.join(facts.values())} ."
    note = Note("n1", text, "progress_note", "attending", dt.date(2026, 6, 3))
    said = Span("n1", 12, 12 + len(family.name))
    cited = tuple(
        Indicator(name, family.indicators[place].bearing, Span("n1", text.index(words + " "), text.index(words + " ")
                  + len(words)), words)
        for place, (name, words) in enumerate(facts.items())
    )  # fmt: skip
    for place, (kind, axis, category, code, name, options) in enumerate(find_asked(family)):
        evidence = () if kind == "undocumented" else (said,)
        rationale = (Contribution("consequence", 4.0, "MCC, HCC 85"),)
        offered = tuple(option.option for option in options)
        yield note, Gap(f"g{place}", kind, axis, category, code, name, offered, evidence, cited, 0.9, rationale,
                        family.slug)  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.slug)
def test_no_query_of_a_family_says_what_an_answer_would_change(family):
    """Issue: HCC and CC/MCC consequence provably never reaches query text; over all families and options."""
    for note, gap in make_family_gaps(family):
        encounter = Encounter("e1", (note,), setting="inpatient")
        offers = [gap, *(replace(gap, options=pair) for pair in itertools.combinations(gap.options, 2))]
        for each in offers:
            query = write_query(encounter, each, query_id="q1")
            if query is not None:
                text = render_query(query)
                assert not CONSEQUENCE.search(text), CONSEQUENCE.search(text)
                assert lint_query(text) == lint_record(query, encounter=encounter) == []


def test_every_family_has_a_query_for_each_of_its_questions():
    """Words of the library that break a rule would leave a question unasked without a word."""
    unasked = [
        (family.slug, gap.kind, gap.axis, gap.category)
        for family in FAMILIES
        for note, gap in make_family_gaps(family)
        if write_query(Encounter("e1", (note,), setting="inpatient"), gap, query_id="q1") is None
    ]

    assert unasked == []


@given(
    encounters_with_gaps(),
    st.floats(0.7, 1.0),
    st.sampled_from(["MCC", "HCC 85", "$12,000", "SOI 4"]),
    st.sampled_from(["I50.23", "E43", ""]),
)
def test_a_query_does_not_depend_on_what_an_answer_is_worth(made, priority, said, code):
    """Priority, its reasons and the codes of options may change at will: the text stays what it was."""
    encounter, found = made
    for gap in found:
        other = replace(
            gap,
            priority=priority,
            rationale=(Contribution("consequence", 4.0, said),),
            family=said,
            code=code,
            options=tuple(replace(option, codes=(code,)) for option in gap.options),
        )
        first, second = (write_query(encounter, each, query_id="q1") for each in (gap, other))

        assert (first and render_query(first)) == (second and render_query(second))
