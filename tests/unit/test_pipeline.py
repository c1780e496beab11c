import datetime as dt
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from codeassist import pipeline
from codeassist.config import AnnotationSettings, SelectionSettings, Settings
from codeassist.core.notes import Encounter, Note
from codeassist.errors import CodeAssistError, ConfigError, UnsupportedInputError
from codeassist.io.documents import to_json
from codeassist.pipeline import CodeAssist, load, to_encounter

TEXT = "HPI: Zebrawort swelling of the left foot.\nASSESSMENT: Gout. Denies quaggapain. EF 30%. Takes metformin."


@pytest.fixture
def counted(monkeypatch):
    """Stages that are only names; every loading is written down."""
    made = []

    def make(edition, settings, *, progress=None):
        made.append((edition, progress))
        return SimpleNamespace(edition=edition)

    monkeypatch.setattr(pipeline, "make_stages", make)
    return made


def test_the_stages_of_an_edition_are_loaded_once(counted):
    assistant = CodeAssist(Settings())

    stages = [assistant.stages(edition) for edition in (None, "2031", None, "2031", "2026-04")]

    assert [edition for edition, _ in counted] == ["2026-04", "2031"]
    assert stages[0] is stages[2]
    assert stages[1] is stages[3]
    assert stages[4] is stages[0], "the newest edition and its name are one"


def test_an_assistant_for_one_edition_uses_no_other(counted):
    assistant = CodeAssist(Settings(), edition="2031")

    assert assistant.stages().edition == "2031"
    assert assistant._pick(Encounter("e", date=dt.date(2026, 5, 1))) == ("2031", "")


def test_threads_that_start_together_load_once(counted, monkeypatch):
    assistant, barrier = CodeAssist(Settings()), threading.Barrier(4)
    make = pipeline.make_stages

    def make_slowly(*args, **kwargs):
        threading.Event().wait(0.05)
        return make(*args, **kwargs)

    def ask(_):
        barrier.wait(5)
        return assistant.stages()

    monkeypatch.setattr(pipeline, "make_stages", make_slowly)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))

    assert len(counted) == 1
    assert all(each is found[0] for each in found)


def test_loading_passes_the_progress_on(counted):
    def progress(what, share):
        """Be told apart from None."""

    load("2031", settings=Settings(), progress=progress)

    assert counted == [("2031", progress)]


def test_load_takes_default_settings_unless_given(counted):
    given = Settings(selection=SelectionSettings(report_confidence=0.9))

    assert load().settings == Settings()
    assert load(settings=given).settings is given


@pytest.mark.parametrize(
    ("source", "encounter"),
    [
        ("Gout.", Encounter("note", (Note("note", "Gout."),))),
        (Note("n7", "Gout."), Encounter("n7", (Note("n7", "Gout."),))),
        (Encounter("e", setting="inpatient"), Encounter("e", setting="inpatient")),
    ],
)
def test_text_and_notes_become_outpatient_encounters(source, encounter):
    assert to_encounter(source) == encounter


@pytest.mark.parametrize(
    ("source", "named"), [(b"Zebrawort", "bytes"), (["Zebrawort"], "list"), (None, "NoneType"), (7, "int")]
)
def test_anything_else_is_refused_by_its_type(source, named):
    with pytest.raises(UnsupportedInputError) as caught:
        to_encounter(source)

    assert str(caught.value) == f"a {named} cannot be coded; expected a str, a Note or an Encounter"


@pytest.mark.assets
def test_a_result_holds_what_every_stage_found(assistant):
    result = assistant.code(Note("n", TEXT))

    assert [section.kind for section in result.sections] == ["history_of_present_illness", "assessment"]
    assert "metformin" in [mention.surface for mention in result.mentions]
    assert [(each.name, each.value) for each in result.measurements] == [("ejection_fraction", 30.0)]
    assert {candidate.mention for candidate in result.candidates} <= set(result.mentions)
    assert (result.diagnoses[0].code.value, result.diagnoses[0].disposition) == ("M10.9", "report")
    assert result.encounter.notes[0].text == TEXT


@pytest.mark.assets
@pytest.mark.parametrize(
    ("text", "codes"),
    [
        # Guidelines I.B.13: both sides are one code where there is one, though a mention without side stands beside.
        (
            "HPI: Knee osteoarthritis.\nA/P:\n- Right knee osteoarthritis.\n- Left knee osteoarthritis.",
            ["M17.0"],
        ),
        # The number of a list item is no type of diabetes.
        ("A/P:\n1. Type 2 diabetes.\n2. Diabetic retinopathy.", ["E11.319"]),
        # One code stands once, whether the combination was written or made of its parts (Guidelines I.C.9.a.1).
        (
            "A/P:\n- Hypertension.\n- Heart failure.\n- Hypertensive heart disease with heart failure.",
            ["I11.0", "I50.9"],
        ),
        # One code stands once, whether its title or the past condition names it.
        ("PMH: pneumonia.\n\nA/P:\n- History of pneumonia.", ["Z87.01"]),
        # An abbreviation defined in the note as no condition names none ("aortic arch" is a shield).
        ("The aortic arch (AA) is normal. AA seen.", []),
    ],
)
def test_a_note_gets_each_code_once_and_no_other(assistant, text, codes):
    assert [each.code.value for each in assistant.code(text).diagnoses] == codes


@pytest.mark.assets
def test_an_encounter_without_notes_has_an_empty_result(assistant):
    result = assistant.code(Encounter("e"))

    assert (result.sections, result.mentions, result.candidates, result.diagnoses) == ((), (), (), ())


@pytest.mark.assets
@pytest.mark.parametrize(
    ("encounter", "is_outside"),
    [
        (Encounter("e", (Note("n", "Gout."),)), False),
        (Encounter("e", (Note("n", "Gout."),), date=dt.date(2026, 5, 1)), False),
        (Encounter("e", (Note("n", "Gout."),), date=dt.date(1990, 1, 1)), True),
        (Encounter("e", (Note("n", "Gout.", date=dt.date(1990, 1, 1)),)), True),
        (Encounter("e", (Note("n", "Gout.", date=dt.date(1990, 1, 1)),), date=dt.date(2026, 5, 1)), False),
        (
            Encounter("e", (Note("a", "", date=dt.date(1990, 1, 1)), Note("b", "", date=dt.date(2026, 5, 1)))),
            False,
        ),
    ],
)
def test_a_date_of_service_outside_every_edition_is_said(assistant, encounter, is_outside):
    info = assistant.code(encounter).pipeline

    assert bool(info.edition_note) is is_outside
    assert [system for system, _ in info.code_sets] == ["ICD-10-CM", "CPT", "HCPCS"]


@pytest.mark.assets
def test_the_fingerprint_changes_with_the_settings_only():
    changed = load(settings=Settings(annotation=AnnotationSettings(correct_spelling=False)))

    prints = [each.code("Gout.").pipeline.fingerprint for each in (load(), load(), changed)]

    assert prints[0] == prints[1] != prints[2]
    assert all(each.startswith("sha256:") and len(each) == 71 for each in prints)


@pytest.mark.assets
def test_the_fingerprint_changes_with_the_tables_and_the_libraries_that_read(assistant, monkeypatch):
    before = assistant.code("Gout.").pipeline.fingerprint
    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "hash_tables", lambda: "other tables")
        tables = load().code("Gout.").pipeline.fingerprint
    monkeypatch.setattr(pipeline, "version", lambda name: "0.0")

    assert len({before, tables, load().code("Gout.").pipeline.fingerprint}) == 3


@pytest.mark.assets
@pytest.mark.parametrize(
    ("span", "message"),
    [
        ((-1, 3), "span 1 is -1:3 of a text of 13 characters"),
        ((5, 2), "span 1 is 5:2"),
        ((4, 4), "span 1 is 4:4"),
        ((0, 14), "span 1 is 0:14"),
    ],
)
def test_a_span_outside_the_text_is_refused(assistant, span, message):
    with pytest.raises(ConfigError, match=f"{message}.* expected 0 <= start < end <= length"):
        assistant.assess("No pneumonia.", [(0, 2), span])


@pytest.mark.assets
@pytest.mark.parametrize("span", [(0.5, 3), ("0", "3"), (1, 2, 3), 5, None])
def test_what_is_no_span_is_refused(assistant, span):
    with pytest.raises(UnsupportedInputError, match="span 0 is no pair of whole numbers"):
        assistant.assess("No pneumonia.", [span])


@pytest.mark.assets
def test_spans_of_an_array_are_spans(assistant):
    spans = np.array([[3, 12]])

    assert [each.presence for each in assistant.assess("No pneumonia.", spans)] == ["absent"]


@pytest.mark.assets
def test_search_and_assessment_go_through_the_assistant(assistant):
    assert assistant.search("gout", limit=1)[0].code == "M10.9"
    assert [each.presence for each in assistant.assess("No sign of pneumonia.", [(11, 20)])] == ["absent"]
    with pytest.raises(ConfigError, match="SNOMED"):
        assistant.search("gout", system="SNOMED")


@pytest.mark.assets
def test_the_settings_decide_what_is_reported(assistant):
    strict = load(settings=Settings(selection=SelectionSettings(report_confidence=1.0)))

    assert "report" in {each.disposition for each in assistant.code(TEXT).diagnoses}
    assert {each.disposition for each in strict.code(TEXT).diagnoses} == {"consider"}


@pytest.mark.assets
def test_an_assistant_for_an_edition_that_is_not_installed_is_refused():
    with pytest.raises(ConfigError, match="1999"):
        load("1999")


SECRETS = ("Zebrawort", "quaggapain")


@pytest.mark.assets
@pytest.mark.parametrize("text", [TEXT, TEXT * 3, TEXT.upper(), f"\ud800{TEXT}\x00", f"({TEXT}", f"{TEXT} (MS)"])
def test_note_text_reaches_no_log_and_no_repr(assistant, caplog, text):
    with caplog.at_level(logging.DEBUG):
        result = assistant.code(text)
        list(assistant.code_many([text, Note("n", text)]))
        assistant.assess(text, [(0, 5)])
        shown = repr(result) + str(result.diagnoses) + str(result.encounter)

    logged = " ".join(f"{record.getMessage()} {record.args} {record.exc_text}" for record in caplog.records)
    assert not any(secret.lower() in (logged + shown).lower() for secret in SECRETS)


@pytest.mark.assets
@pytest.mark.parametrize(
    "fail",
    [
        lambda assistant: assistant.code([TEXT]),
        lambda assistant: assistant.code(TEXT.encode()),
        lambda assistant: list(assistant.code_many([{TEXT: 1}])),
        lambda assistant: list(assistant.code_many([TEXT], processes=0)),
        lambda assistant: assistant.search(TEXT, system="Zebra"),
        lambda assistant: Encounter("e", (Note("n", TEXT), Note("n", TEXT))),
        lambda assistant: Encounter("e", (Note("n", TEXT),), setting="ward"),
        lambda assistant: Encounter("e", (Note("n", TEXT),)).get_note("other"),
    ],
)
def test_note_text_reaches_no_exception(assistant, caplog, fail):
    with caplog.at_level(logging.DEBUG), pytest.raises((CodeAssistError, ValueError, KeyError)) as caught:
        fail(assistant)

    told = f"{caught.value} {caught.value.args} {caplog.text}"
    assert not any(secret in told for secret in SECRETS)


@pytest.mark.assets
def test_a_failing_stage_stops_the_call_and_keeps_the_text_to_itself(assistant, monkeypatch, caplog):
    broken = CodeAssist(Settings())
    stages = assistant.stages()

    def fail(mentions):
        raise ArithmeticError

    fields = ("vocabulary", "sectionize", "annotate", "select", "search", "fingerprint")
    parts = {name: getattr(stages, name) for name in fields} | {"link": fail}
    monkeypatch.setattr(pipeline, "make_stages", lambda *_, **__: SimpleNamespace(**parts))

    with caplog.at_level(logging.DEBUG), pytest.raises(ArithmeticError) as caught:
        broken.code(TEXT)

    assert not any(secret in f"{caught.value} {caplog.text}" for secret in SECRETS)


@pytest.mark.assets
def test_threads_share_an_assistant_and_get_what_one_gets(assistant):
    texts = [f"Assessment: Gout. CKD stage {stage}. Note {number}." for number in range(8) for stage in "1345"]
    expected = [to_json(assistant.code(text)) for text in texts]

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda text: to_json(assistant.code(text)), texts))

    assert found == expected


def test_a_worker_keeps_its_assistant(monkeypatch):
    pipeline._load_worker.cache_clear()
    loaded = []
    fake = SimpleNamespace(code=lambda encounter: f"result of {encounter}")
    monkeypatch.setattr(pipeline, "load", lambda edition, *, settings: loaded.append(edition) or fake)

    given = [pipeline._code_in_worker(str.upper, Settings(), "2031", name) for name in "ab"]
    pipeline._load_worker.cache_clear()

    assert given == ["RESULT OF A", "RESULT OF B"]
    assert loaded == ["2031"]


def test_a_worker_starts_loaded_and_leaves_interrupts_to_its_parent(monkeypatch):
    called = []
    monkeypatch.setattr(pipeline, "_load_worker", lambda *args: called.append(args))
    monkeypatch.setattr(pipeline.signal, "signal", lambda *args: called.append(args))
    monkeypatch.setattr(pipeline, "_end_with_parent", lambda: called.append("watch"))

    pipeline._start_worker(Settings(), "2031")

    assert (pipeline.signal.SIGINT, pipeline.signal.SIG_IGN) in called
    assert (Settings(), "2031") in called


def test_a_worker_ends_with_its_parent_only_where_it_has_one(monkeypatch):
    ended = []
    monkeypatch.setattr(pipeline.os, "_exit", ended.append)

    monkeypatch.setattr(pipeline, "parent_process", lambda: None)
    pipeline._end_with_parent()
    assert ended == []

    monkeypatch.setattr(pipeline, "parent_process", lambda: SimpleNamespace(join=lambda: None))
    pipeline._end_with_parent()
    assert ended == [1]
