"""Puts the parts of the annotation stage together for one vocabulary."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from codeassist.annotation.annotator import Annotator, Parts
from codeassist.annotation.assertion import AssertionEngine
from codeassist.annotation.dosages import DosageReader
from codeassist.annotation.labels import LabelFinder
from codeassist.annotation.matcher import TermMatcher, WordReader
from codeassist.annotation.measurements import MeasurementReader
from codeassist.annotation.medications import MedicationFinder
from codeassist.annotation.phrases import PhraseFinder
from codeassist.annotation.senses import SenseChooser
from codeassist.assets import find_asset
from codeassist.config import AnnotationSettings
from codeassist.terminology.lexicon import LEXICON_FOLDER, read_generic_words, read_table
from codeassist.terminology.vocabulary import Vocabulary

_FOLDER = Path(__file__).parent
# Axes whose single words may stand inside a wording without being part of it: "fracture of the left distal radius".
_MODIFYING_AXES = frozenset(
    {"laterality", "acuity", "severity", "control", "remission", "stage", "encounter", "healing"}
)


def make_annotator(vocabulary: Vocabulary, *, settings: AnnotationSettings) -> Annotator:
    """Load the tables of the stage and build it."""
    normalizer = vocabulary.index.normalizer
    parts = Parts(
        read_words=WordReader(
            normalizer, _read_modifiers(vocabulary), vocabulary.corrector if settings.correct_spelling else None
        ),
        match=TermMatcher(vocabulary.index),
        choose=SenseChooser(vocabulary.index, _read_common_words()),
        assess=AssertionEngine.load(),
        measure=MeasurementReader.load(),
        read_dosages=DosageReader.load(vocabulary.prefixes_by_medication),
        find_medications=MedicationFinder(vocabulary.prefixes_by_medication, normalizer),
        find_phrases=PhraseFinder(read_generic_words()),
        find_labels=LabelFinder.load(),
    )
    return Annotator(parts, settings=settings)


def _read_modifiers(vocabulary: Vocabulary) -> frozenset[str]:
    path = find_asset(f"{LEXICON_FOLDER}/axis_values.tsv")
    wordings = (
        vocabulary.index.normalizer.split(row["wording"])
        for row in read_table(path, ("axis", "value", "wording", "provenance"))
        # A drug is a mention of its own: "on insulin" hides it from no term.
        if row["axis"] in _MODIFYING_AXES and not row["wording"].startswith("on ")
    )
    single = {words[0] for words in wordings if len(words) == 1}
    fillers = (row["word"] for row in read_table(_FOLDER / "filler_words.tsv", ("word", "provenance")))
    return frozenset(single | {vocabulary.index.normalizer(word) for word in fillers})


@lru_cache(maxsize=1)
def _read_common_words() -> frozenset[str]:
    return frozenset(row["word"] for row in read_table(_FOLDER / "common_words.tsv", ("word", "reason")))
