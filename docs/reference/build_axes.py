"""Writes docs/reference/axes.md from the compiled axis tables: python docs/reference/build_axes.py."""

from __future__ import annotations

from pathlib import Path

from codeassist.terminology.axes import AxisTables
from codeassist.terminology.axis_report import format_report
from codeassist.terminology.editions import load_codeset

PAGE = Path(__file__).with_name("axes.md")
_INTRO = """# Axes

<!-- Written by docs/reference/build_axes.py from the compiled axis tables; change the data and run it again. -->

A category of ICD-10-CM is a small table. Its codes differ along a few axes, and each billable code is one row:

```console
$ codeassist show I50
```

## How a table is derived

1. **Titles are cut into facets.** A facet is one axis value with the words that state it. Values with names of their
   own (sides, stages, trimesters, ...) are found by `axis_values.tsv`; the rest of a title falls apart at its
   prepositions and commas: *with* leads a complication, *due to* a cause, *of* a site where a part of the body follows.
2. **Words that every row shares are the head** and state nothing.
3. **Other wordings of a code** (inclusion terms, abbreviations in brackets, index entries where they are installed) are
   cut the same way; each set of facets that names a row is a wording of it.
4. **Silence is a value.** *Unspecified* and NOS state nothing. *Without*, *closed*, *initial*, *displaced* and the rest
   of `assumed_values.tsv` hold unless the note says otherwise, on the authority of the guideline that the row names.
5. **Overrides** (`overrides.tsv`) correct what titles do not say, each with its basis.

In a cell, `unspecified` is the row that leaves the axis open, and `-` means that the axis does not divide the row.

## How a row is selected

`AxisTables.select(anchor, words)` returns the row all of whose values the words state, the anchor implies, or silence
means; the row with most values wins, then the one that leaves most open, then the first code. Rows outside the *scope*
are not considered: for an unspecified code the scope is the largest code above that it is the default of, for a header
the header itself. Where both sides are stated and no bilateral code exists, the left code comes as `also`
(guideline I.B.13). A catch-all row ("other ...") is chosen only where its words are stated and no other row qualifies.

Limits: words are a set, so "acute" said of another condition in the same clause counts. `AxisTables.wordings.read`
takes the ordered words of a clause and sets aside what is denied within three words of "without", "no" or "not".

## What decomposes

"""


def main() -> None:
    """Write the page."""
    codeset = load_codeset()
    text = _INTRO + format_report(codeset, AxisTables.load(codeset))
    PAGE.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
