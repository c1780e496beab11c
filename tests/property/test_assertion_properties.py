"""What holds of assertion for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.annotation.assertion import AssertionEngine

ENGINE = AssertionEngine.load()
PIECES = st.sampled_from(
    [
        "no",
        "denies",
        "fever",
        "cough",
        ",",
        ".",
        ";",
        ":",
        "(",
        ")",
        "and",
        "or",
        "but",
        "has",
        "history of",
        "mother",
        "if",
        "possible",
        "?",
        "\n",
        "\n\n",
        "\u2022",
        "1)",
        "-",
        "resolved",
        "negative",
        "for 3 days",
        "he",
        "Dr.",
        "vs.",
    ]
)
NOTES = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map(" ".join))


def assess(text, targets):
    return ENGINE(text, (), targets, "n1")


def targets_of(text):
    return [(i, min(i + 5, len(text))) for i in range(0, len(text), 3)]


@given(NOTES)
def test_each_target_gets_one_assertion_whose_cues_lie_in_the_text(text):
    targets = targets_of(text)

    found = assess(text, targets)

    assert len(found) == len(targets)
    assert all(cue.end <= len(text) for each in found for cue in each.cues)


@given(NOTES)
def test_no_cue_overlaps_its_mention(text):
    """A cue inside a mention says nothing of it, so none of the cues given starts inside it."""
    for (start, end), each in zip(targets_of(text), assess(text, targets_of(text)), strict=True):
        assert not any(start <= cue.start < end for cue in each.cues)


@given(NOTES)
def test_other_targets_do_not_matter(text):
    targets = targets_of(text)

    together = assess(text, targets)

    assert tuple(assess(text, [target])[0] for target in targets) == together


@given(NOTES, st.integers(min_value=1, max_value=4))
def test_blank_lines_before_a_note_only_shift_the_cues(text, lines):
    plain = assess(text, targets_of(text))

    moved = assess("\n" * lines + text, [(start + lines, end + lines) for start, end in targets_of(text)])

    assert [(each.presence, each.temporality, each.experiencer) for each in moved] == [
        (each.presence, each.temporality, each.experiencer) for each in plain
    ]
    assert [[(cue.start - lines, cue.end - lines) for cue in each.cues] for each in moved] == [
        [(cue.start, cue.end) for cue in each.cues] for each in plain
    ]


@pytest.mark.parametrize("ending", [".", ".\n", "\n\n", ". "])
@given(PIECES)
def test_a_denial_does_not_outlive_its_sentence(ending, piece):
    text = f"Denies fever{ending}Gout {piece}"

    assert assess(text, [(7, 12), (text.index("Gout"), text.index("Gout") + 4)])[0].presence == "absent"
