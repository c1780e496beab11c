"""Codes a visit from Python and prints what was suggested, why, and what the note asserts.

Run it with: python examples/use_from_python.py
"""

from pathlib import Path

import codeassist
from codeassist import Encounter, Note

HERE = Path(__file__).parent


def main() -> None:
    """Code one encounter of one note."""
    assistant = codeassist.load()
    text = (HERE / "clinic_visit.txt").read_text(encoding="utf-8")
    result = assistant.code(Encounter("visit-1", notes=(Note("note-1", text),), setting="outpatient"))

    for suggestion in result.diagnoses:
        code, evidence = suggestion.code.value, suggestion.support[0].mention
        print(f"{suggestion.disposition:8} {code:8} {suggestion.confidence:4.0%}  {suggestion.display}")
        print(f"         {evidence.section} {evidence.span.start}-{evidence.span.end}: {evidence.surface!r}")

    denied = [mention.surface for mention in result.mentions if mention.assertion.presence == "absent"]
    print("denied or ruled out:", ", ".join(denied))

    for match in assistant.search("sugar diabetes with foot ulcer", limit=3):
        print(f"{match.code:8} {match.display}")

    (assertion,) = assistant.assess("No sign of pneumonia.", [(11, 20)])
    print("pneumonia is", assertion.presence)


if __name__ == "__main__":
    main()
