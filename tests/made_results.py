"""Results made by hand, for tests of what is shown and written; no stage runs and no asset is read."""

import os
from dataclasses import replace

from codeassist.core.codes import CPT, ICD10CM, Code
from codeassist.core.mentions import Assertion, Mention
from codeassist.core.notes import Encounter, Note, Span
from codeassist.core.results import CodingResult, PipelineInfo
from codeassist.core.suggestions import Candidate, Contribution, Flag, Suggestion

EDITION = "2026-04"
TEXT = (
    "HPI: Two weeks of leg swelling in a woman with hypertension.\n"
    "\n"
    "ASSESSMENT AND PLAN:\n"
    "1. Acute on chronic systolic heart failure: restart the water pill.\n"
    "2. Hypertension: above goal.\n"
)
INFO = PipelineInfo("0.1.0", "sha256:0", ((ICD10CM, EDITION),))


def make_mention(note, surface, *, section="assessment_plan", after=0, **assertion):
    """Return a mention of the first place of ``surface`` in the note from ``after`` on."""
    start = note.text.index(surface, after)
    span = Span(note.note_id, start, start + len(surface))
    return Mention(span, "problem", section, Assertion(**assertion), surface, reading=surface.lower())


def make_candidate(mention, code, display, *, detail=None, points=4.0, values=()):
    """Return a candidate whose wording is the mention's own, unless ``detail`` says otherwise."""
    wording = Contribution("wording:synonym", points, detail or f"{mention.surface.lower()} ({code})")
    return Candidate(mention, Code(ICD10CM, EDITION, code), display, (wording,), anchor=code, axis_values=values)


def make_suggestion(support, *, confidence=0.8, disposition="report", role="secondary", **fields):
    """Return a suggestion of the code of its first candidate."""
    best = support[0]
    return Suggestion(best.code, best.display, confidence, disposition, role, tuple(support), **fields)


def make_result(text=TEXT, *, note_id="visit.txt", suggest=None, setting="outpatient", info=INFO):
    """Return the result of one note; ``suggest`` makes its suggestions from the note."""
    note = Note(note_id, text)
    diagnoses = tuple(suggest(note)) if suggest else ()
    candidates = tuple(candidate for each in diagnoses for candidate in each.support)
    mentions = tuple(dict.fromkeys(candidate.mention for candidate in candidates))
    encounter = Encounter(note_id, (note,), setting=setting)
    return CodingResult(encounter, info, (), mentions, (), candidates, diagnoses)


def suggest_visit(note):
    """Yield three suggestions of the text above: a combined one, one with a flag, and one only to consider."""
    failure = make_mention(note, "Acute on chronic systolic heart failure")
    pressure = make_mention(note, "Hypertension")
    earlier = make_mention(note, "hypertension", section="history_of_present_illness")
    swelling = make_mention(note, "leg swelling", section="history_of_present_illness")
    combined = make_candidate(
        pressure, "I11.0", "Hypertensive heart disease with heart failure", detail="hypertension (I10)"
    )
    heart = make_candidate(failure, "I50.23", "Acute on chronic systolic (congestive) heart failure")
    yield make_suggestion(
        (combined, make_candidate(earlier, "I10", "Essential (primary) hypertension"), heart),
        confidence=0.9312,
        role="principal",
        rationale=(
            Contribution("heading", 1.5),
            Contribution("base", -0.7, "a condition of which nothing else is known"),
            Contribution("mentions", 0.9),
            Contribution("crowd", -0.3),
            Contribution("kind_current", -0.01),
            Contribution("guideline:GL-086", 0.0, "I.C.9.a.1: I10 + I50.9 -> I11.0 + I50.9"),
        ),
    )
    yield make_suggestion(
        (heart,),
        confidence=0.79,
        rationale=(Contribution("heading", 1.5), Contribution("base", -0.7)),
        alternatives=(make_candidate(failure, "I50.22", "Chronic systolic (congestive) heart failure", points=3.0),),
        flags=(Flag("excludes1", "I50.9", "tabular list, Excludes1 at I50.2"),),
    )
    yield make_suggestion(
        (make_candidate(swelling, "M79.89", "Other specified soft tissue disorders", detail="swelling of limb (M79.89)",
                        values=(("site", "leg"),)),),
        confidence=0.12,
        disposition="consider",
        rationale=(Contribution("outside_assessment", -0.9), Contribution("a_new_feature", 0.4)),
    )  # fmt: skip


def make_procedure_result(**options):
    """Return the result above with two procedures: one with all that belongs to it, and one only to consider."""
    result = make_result(f"{TEXT}PROCEDURE: Tapping of the right knee, twice. EKG.\n", suggest=suggest_visit, **options)
    (note,) = result.encounter.notes
    tapping = make_procedure(
        note,
        "Tapping of the right knee",
        ("99990", "Tapping of a large joint"),
        rationale=(
            Contribution("title", 2.2, "named as performed"),
            Contribution("defaulted", -0.3, "the note leaves open what decides between its forms: imaging guidance"),
        ),
        flags=(Flag("ncci", "99991", "not paid together"), Flag("title_body", "", "title and account differ: side")),
        modifiers=("RT", "59"),
        units=2,
        supported_by=("M79.89", "I50.23"),
    )
    tracing = make_procedure(note, "EKG", ("99991", "Tracing of the heart"), confidence=0.31, disposition="consider")
    return replace(result, procedures=(tapping, tracing))


def make_procedure(note, surface, code, *, confidence=0.88, disposition="report", **fields):
    """Return a procedure of an invented number and its plain name."""
    number, display = code
    span = make_mention(note, surface).span
    mention = Mention(span, "procedure", "procedure", Assertion(), surface, reading=surface.lower())
    support = (Candidate(mention, Code(CPT, "starter-1", number), display, fields.get("rationale", ())),)
    return Suggestion(support[0].code, display, confidence, disposition, "procedure", support, **fields)


def find_process(result):
    """Return the process in which a result was finished; a worker process can import it from here."""
    return os.getpid()


def fail_without_mentions(result):
    """Fail on a result without mentions, otherwise count them."""
    if not result.mentions:
        raise ArithmeticError
    return len(result.mentions)
