import json
from pathlib import Path

import pytest

from codeassist.terminology.index_file import IndexNode
from codeassist.terminology.index_wordings import read_segments, word_path

CASES = Path(__file__).parents[2] / "cases" / "index_paths.jsonl"
TITLES = {"Fracture, traumatic": ("Fracture", "traumatic Fracture")}


def make_path(*printed):
    """Return the nodes of a path printed with its optional words in brackets."""
    return tuple(
        IndexNode(title.strip(), tuple(part.rstrip(") ") for part in parts), (), (), (), ())
        for title, *parts in (line.split("(") for line in printed)
    )


def read_cases():
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["id"])
def test_a_path_is_worded_as_clinicians_write(case):
    wordings = list(word_path(read_segments(make_path(*case["path"]), TITLES)))

    assert [wording.text for wording in wordings] == case["wordings"]
    assert [wording.is_printed for wording in wordings] == [True] + [False] * (len(wordings) - 1)


@pytest.mark.parametrize(
    ("printed", "kind"),
    [
        ("specified site NEC", "residual"),
        ("other specified", "residual"),
        ("NEC", "residual"),
        ("unspecified", "silent"),
        ("type unspecified", "silent"),
        ("", "silent"),
        ("specified by fate", "plain"),
        ("with", "plain"),
    ],
)
def test_a_level_is_left_to_the_coder_adds_nothing_or_counts(printed, kind):
    segments = read_segments(make_path("Cyst", printed, "arm"), {})

    assert next((each.kind for each in segments[1:] if each.kind != "plain"), "plain") == kind


def test_a_long_wording_has_no_variants():
    (wording,) = word_path(read_segments(make_path("Accident (bad)", "a b c d e f g h i (sad)"), {}))

    assert wording.text == "a b c d e f g h i Accident"


def test_a_path_of_nothing_has_no_wording():
    assert list(word_path(read_segments(make_path("unspecified"), {}))) == []
