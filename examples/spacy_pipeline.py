"""Adds codeassist to a spaCy pipeline and reads what it attached to each Doc.

Run it with: python examples/spacy_pipeline.py
"""

import spacy

NOTES = (
    "ASSESSMENT: Acute on chronic systolic heart failure. CKD stage 3b. No pneumonia.",
    "IMPRESSION: Left knee pain after a fall, likely meniscus tear.",
)


def main() -> None:
    """Code two notes in a blank pipeline."""
    nlp = spacy.blank("en")
    nlp.add_pipe("codeassist", config={"setting": "outpatient"})
    for doc in nlp.pipe(NOTES):
        result = doc._.codeassist
        for span in doc.spans["codeassist"]:
            mention = result.mentions[int(span.id_)]
            print(f"{span.text!r} is {mention.assertion.presence}, best candidate {span.kb_id_ or 'none'}")
        for suggestion in result.diagnoses:
            print(f"  {suggestion.disposition} {suggestion.code.value} {suggestion.display}")


if __name__ == "__main__":
    main()
