import time

import pytest

from case_reader import CASES, CaseError, read_case, read_cases, read_markup
from codeassist.annotation.assertion import AssertionEngine
from codeassist.annotation.cues import CUES_PATH, Cue, CueTable, split_cue
from codeassist.annotation.sentences import split_words
from codeassist.core.mentions import Assertion
from codeassist.core.notes import Section, Span
from codeassist.errors import DataFileError
from codeassist.sections.kinds import load_kinds

HEADER = "cue\tcategory\tdirection\tscope\tlimit\tprovenance\n"
ALL_CASES = read_cases(CASES / "assertion.jsonl")


@pytest.fixture(scope="session")
def engine():
    return AssertionEngine.load()


@pytest.fixture(scope="session")
def table():
    return CueTable.load()


@pytest.fixture
def make_table(tmp_path):
    def make(*rows):
        path = tmp_path / "cues.tsv"
        path.write_text(HEADER + "".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return make


def spans_of(text, *surfaces):
    return [(text.index(surface), text.index(surface) + len(surface)) for surface in surfaces]


def assess(engine, text, *surfaces, sections=()):
    return engine(text, sections, spans_of(text, *surfaces), "n1")


def values(assertion):
    return assertion.presence, assertion.temporality, assertion.experiencer


def whole_section(kind, text, heading):
    """Make one section whose heading is the first words of the text."""
    return Section(kind, Span("n1", 0, len(heading)), Span("n1", len(heading), len(text)))


# Cases


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.id, marks=[pytest.mark.xfail(reason=case.fails, strict=True)] if case.fails else [])
        for case in ALL_CASES
    ],
)
def test_case(engine, case):
    found = engine(case.text, (), [(each.start, each.end) for each in case.mentions], "n1")

    assert [values(each) for each in found] == [values(each) for each in case.mentions]


def test_cases_cover_every_value():
    mentions = [mention for case in ALL_CASES for mention in case.mentions]

    assert len(ALL_CASES) >= 900
    assert {each.presence for each in mentions} == {"present", "possible", "absent"}
    assert {each.temporality for each in mentions} == {"current", "historical", "hypothetical"}
    assert {each.experiencer for each in mentions} == {"patient", "family", "other"}


# What comes back


def test_cue_is_given_with_its_span(engine):
    found = assess(engine, "She denies any fever.", "fever")

    assert found == (Assertion("absent", cues=(Span("n1", 4, 10),)),)


def test_cues_of_all_dimensions_are_given_in_order(engine):
    found = assess(engine, "Denies family history of gout.", "gout")

    assert found == (Assertion("absent", "historical", "family", (Span("n1", 0, 6), Span("n1", 7, 24))),)


def test_mention_without_cue_is_plain(engine):
    assert assess(engine, "Fever and cough.", "Fever", "cough") == (Assertion(), Assertion())


def test_no_targets_give_nothing(engine):
    assert engine("No fever.", (), [], "n1") == ()


def test_targets_may_come_in_any_order(engine):
    text = "Denies fever. Reports cough. No rash."
    fever, cough, rash = spans_of(text, "fever", "cough", "rash")

    forward = engine(text, (), [fever, cough, rash], "n1")

    assert engine(text, (), [rash, fever, cough], "n1") == (forward[2], forward[0], forward[1])


def test_cue_inside_a_mention_says_nothing_of_it(engine):
    assert assess(engine, "Type 2 diabetes without complications.", "diabetes without complications") == (Assertion(),)


def test_confirming_cue_is_not_given_as_evidence(engine):
    assert assess(engine, "Now presents with fever.", "fever") == (Assertion(),)


# Sections


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("past_medical_history", ("present", "historical", "patient")),
        ("past_surgical_history", ("present", "historical", "patient")),
        ("family_history", ("present", "historical", "family")),
        ("allergies", ("present", "historical", "patient")),
        ("patient_instructions", ("present", "hypothetical", "patient")),
        ("differential_diagnosis", ("possible", "current", "patient")),
        ("social_history", ("present", "current", "patient")),
        ("review_of_systems", ("present", "current", "patient")),
        ("assessment_plan", ("present", "current", "patient")),
    ],
)
def test_section_gives_its_default(engine, kind, expected):
    text = "Heading: gout."

    found = assess(engine, text, "gout", sections=[whole_section(kind, text, "Heading:")])

    assert [values(each) for each in found] == [expected]


def test_heading_is_the_cue_of_a_section_default(engine):
    text = "Heading: gout."

    found = assess(engine, text, "gout", sections=[whole_section("family_history", text, "Heading:")])

    assert found[0].cues == (Span("n1", 0, 8),)


def test_section_without_heading_gives_its_default_without_cue(engine):
    section = Section("family_history", None, Span("n1", 0, 5))

    assert assess(engine, "gout.", "gout", sections=[section]) == (Assertion("present", "historical", "family"),)


def test_habit_that_is_denied_is_historical_in_social_history(engine):
    text = "Social: denies alcohol, smokes cigars."

    found = assess(engine, text, "alcohol", "smokes", sections=[whole_section("social_history", text, "Social:")])

    assert [values(each) for each in found] == [("absent", "historical", "patient"), ("present", "current", "patient")]


def test_instructions_yield_to_what_is_now_so(engine):
    text = "Instructions: You were seen for cellulitis. Return for fever."
    section = whole_section("patient_instructions", text, "Instructions:")

    found = assess(engine, text, "cellulitis", "fever", sections=[section])

    assert [each.temporality for each in found] == ["current", "hypothetical"]


def test_history_section_outranks_a_confirming_word(engine):
    text = "PMH: Now with gout."

    found = assess(engine, text, "gout", sections=[whole_section("past_medical_history", text, "PMH:")])

    assert found[0].temporality == "historical"


def test_scope_does_not_enter_the_next_section(engine):
    text = "Denies fever\nASSESSMENT gout"
    heading = text.index("ASSESSMENT")
    sections = [
        Section("preamble", None, Span("n1", 0, heading)),
        Section("assessment", Span("n1", heading, heading + 10), Span("n1", heading + 10, len(text))),
    ]

    assert [each.presence for each in assess(engine, text, "fever", "gout", sections=sections)] == ["absent", "present"]


def test_target_outside_every_section_has_no_default(engine):
    text = "gout. Mother: stroke."
    section = Section("family_history", None, Span("n1", 6, len(text)))

    assert [values(each)[2] for each in assess(engine, text, "gout", "stroke", sections=[section])] == [
        "patient",
        "family",
    ]


# Any text


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "\ufeffNo",
        "\u202eNo fever\u202c",
        "İ No fever",
        "?" * 50,
        ":" * 50,
        "))))((((",
        "\r\n\r\n",
        "no",
        "- " * 40,
        "\t no",
    ],
)
def test_any_text_is_accepted(engine, text):
    assert len(engine(text, (), [(0, len(text)), (0, 1)], "n1")) == 2


def test_offsets_hold_after_letters_that_grow_when_lowered(engine):
    text = "İİİ No fever."

    assert assess(engine, text, "fever") == (Assertion("absent", cues=(Span("n1", 4, 6),)),)


def test_curly_apostrophe_is_read(engine):
    assert assess(engine, "She doesn\u2019t have gout.", "gout")[0].presence == "absent"


@pytest.mark.parametrize(
    "piece", ["no fever, ", "no ", "( ", "fever: no ", "denies:\n", "history of ", "and or ", "1) "]
)
def test_work_grows_linearly(engine, piece):
    """Thirty times the text takes well under nine hundred times as long, the mark of quadratic work."""

    def measure(times):
        text = piece * times
        targets = [(i * len(piece), i * len(piece) + 1) for i in range(times)]
        start = time.process_time()
        engine(text, (), targets, "n1")
        return time.process_time() - start

    measure(200)
    # Twice more where the first figure fails: other work on the machine slows single measurements.
    assert any(measure(15_000) < 200 * max(measure(500), 0.001) for _ in range(3))


# The table


def test_table_is_sorted_and_unique():
    lines = CUES_PATH.read_text(encoding="utf-8").splitlines()[1:]
    keys = [tuple(line.split("\t")[:3]) for line in lines]

    assert keys == sorted(set(keys))


def test_table_has_no_stray_spaces_and_no_capitals():
    for line in CUES_PATH.read_text(encoding="utf-8").splitlines()[1:]:
        cue, *_, provenance = line.split("\t")

        assert cue == " ".join(cue.lower().split())
        assert provenance == provenance.strip() != ""


def test_every_row_acts(table):
    """A row whose words a class swallows, or that starts with a number, would never be found."""
    rows = [line.split("\t") for line in CUES_PATH.read_text(encoding="utf-8").splitlines()[1:]]
    cited = {word for cue, *_ in rows for word in split_cue(cue) if word.startswith("<")}

    assert cited - {"<year>"} <= {f"<{name}>" for name in table.words_by_class}
    for cue, category, direction, *_ in rows:
        if direction in ("class", "section"):
            continue
        words = [
            sorted(table.words_by_class[word[1:-1]])[0] if word.startswith("<") and word != "<year>" else word
            for word in split_cue(cue)
        ]
        words = ["1999" if word == "<year>" else word for word in words]
        hits = table.find_hits(words)
        assert [(hit.first, hit.last) for hit in hits] == [(0, len(words))], cue
        assert any((each.words, each.category, each.direction) == (cue, category, direction) for each in hits[0].cues)


def test_defaults_agree_with_the_section_kinds(table):
    """Annotation may not import sections, so the fact stands in two tables; here they are held together."""
    for kind in load_kinds().values():
        stated = {kind.presence, kind.temporality, kind.experiencer} - {"present", "current", "patient"}

        assert stated <= set(table.defaults_by_section.get(kind.kind, ()))
    assert set(table.defaults_by_section) <= set(load_kinds())


def test_longest_cue_wins(table):
    found = table.find_hits(split_words("No matter the history of present illness.").words)

    assert [(hit.first, hit.last) for hit in found] == [(0, 2), (3, 7)]
    assert [hit.cues[0].category for hit in found] == ["pseudo", "pseudo"]


def test_numbers_and_years_match_their_classes(make_table):
    table = CueTable.load(
        make_table(
            ("for <number> days", "current", "backward", "phrase", "0", "test"),
            ("in <year>", "historical", "backward", "phrase", "0", "test"),
            ("two", "number", "class", "none", "0", "test"),
        )
    )

    for text, hits in (
        ("for 3 days", 1),
        ("for two days", 1),
        ("for 3 weeks", 0),
        ("in 1998", 1),
        ("in 3", 0),
        ("in", 0),
    ):
        assert len(table.find_hits(split_words(text).words)) == hits


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("no", "gone", "forward", "list", "0", "t"), "line 2: category 'gone' is unknown; expected one of absent"),
        (("no", "absent", "up", "list", "0", "t"), "line 2: direction 'up' is unknown; expected one of forward"),
        (("no", "absent", "forward", "far", "0", "t"), "line 2: scope 'far' is unknown; expected one of phrase"),
        (("no", "absent", "forward", "list", "x", "t"), "line 2: limit 'x' is not a whole number; write 0"),
        (("no", "absent", "forward"), "line 2: expected 6 columns; mend the row"),
    ],
)
def test_bad_row_is_refused(make_table, row, message):
    with pytest.raises(DataFileError, match=message):
        CueTable.load(make_table(row))


def test_other_columns_are_refused(tmp_path):
    path = tmp_path / "cues.tsv"
    path.write_text("cue\tkind\nno\tabsent\n", encoding="utf-8")

    with pytest.raises(DataFileError, match=r"line 1: found the columns \['cue', 'kind'\]; expected cue, category"):
        AssertionEngine.load(path)


@pytest.mark.parametrize(
    "rows",
    [
        (Cue("no", "absent", "forward", "list", 0), Cue("no", "possible", "forward", "list", 0)),
        (Cue("no", "absent", "forward", "list", 0), Cue("no", "pseudo", "none", "none", 0)),
        (Cue("per aunt", "pseudo", "none", "none", 0), Cue("per <relative>", "family", "forward", "list", 0)),
    ],
)
def test_contradictory_rows_are_refused(rows):
    with pytest.raises(DataFileError, match="match the same words but disagree; remove one"):
        CueTable(rows, {"relative": frozenset({"aunt"})})


def test_both_directions_of_one_value_agree():
    rows = (Cue("vs", "possible", "forward", "phrase", 0), Cue("vs", "possible", "backward", "phrase", 0))

    assert len(CueTable(rows, {}).find_hits(("vs",))[0].cues) == 2


# The reader of cases


def test_markup_is_read():
    text, mentions = read_markup("No <problem presence=absent>rash</problem>, <finding>pale</finding>.")

    assert text == "No rash, pale."
    assert [(text[each.start : each.end], each.entity_type, each.presence) for each in mentions] == [
        ("rash", "problem", "absent"),
        ("pale", "finding", "present"),
    ]


@pytest.mark.parametrize(
    "marked",
    [
        "<problem>rash",
        "rash</problem>",
        "<problem>a <finding>rash</finding></problem>",
        "<problem>rash</finding>",
        "<problem></problem>",
        "<problem presence=gone>rash</problem>",
        "<problem presence=absent presence=absent>rash</problem>",
        "<disease>rash</disease>",
        "<Problem>rash</Problem>",
        "a < b <problem>rash</problem>",
    ],
)
def test_bad_markup_is_refused(marked):
    with pytest.raises(CaseError):
        read_markup(marked)


@pytest.mark.parametrize(
    "row",
    [
        {"id": "a", "basis": "b", "note": "No mention is marked."},
        {"id": "a", "note": "<problem>rash</problem>"},
        {"id": "a", "basis": "", "note": "<problem>rash</problem>"},
        {"id": "a", "basis": "b", "note": "<problem>rash</problem>", "expect": 1},
    ],
)
def test_case_without_expectation_or_basis_is_refused(row):
    with pytest.raises(CaseError):
        read_case(row)


def test_repeated_id_is_refused(tmp_path):
    path = tmp_path / "cases.jsonl"
    path.write_text('{"id": "a", "basis": "b", "note": "<problem>rash</problem>"}\n' * 2, encoding="utf-8")

    with pytest.raises(CaseError, match="ids repeat: a"):
        read_cases(path)
