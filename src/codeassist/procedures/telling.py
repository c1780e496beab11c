"""Tells what a line says of the procedures it names: done now, not now, stopped, or done by someone else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from codeassist.procedures.lines import Line
from codeassist.procedures.wording import ProcedureWords, Wording, WordingIndex, compile_wording
from codeassist.terminology.lexicon import read_table

_TABLE = Path(__file__).with_name("telling_cues.tsv")
CUES = ("now", "done", "dose", "not_now", "aborted", "stopped", "attempted", "elsewhere")


class Teller:
    """This is the reader of cues.

    Parameters
    ----------
    index
        Cues by their wordings.
    """

    def __init__(self, index: WordingIndex[str]) -> None:
        self._index = index

    @classmethod
    def load(cls, words: ProcedureWords) -> Teller:
        """Read ``telling_cues.tsv``."""
        rows = read_table(_TABLE, ("cue", "wording", "reason"))
        wordings = (compile_wording(row["cue"], row["wording"], words) for row in rows)
        return cls(WordingIndex([each for each in wordings if each is not None]))

    def __call__(self, line: Line) -> frozenset[str]:
        """Return the cues that a line gives."""
        return frozenset(found.thing for found in self._index.find(line.words, slack=2))


def compile_all(rows: Mapping[str, tuple[str, ...]], words: ProcedureWords) -> dict[str, tuple[Wording[str], ...]]:
    """Return the wordings of several things, compiled."""
    found: dict[str, list[Wording[str]]] = defaultdict(list)
    for thing, texts in rows.items():
        compiled = (compile_wording(thing, text, words) for text in texts)
        found[thing] += [each for each in compiled if each is not None]
    return {thing: tuple(each) for thing, each in found.items()}
