import subprocess
import sys

import pytest
import spacy
from spacy.tokens import Doc, DocBin

from codeassist.core.notes import Encounter, Note
from codeassist.errors import ConfigError
from codeassist.spacy_component import decode_result, encode_result

pytestmark = pytest.mark.assets
TEXT = "ASSESSMENT: Acute on chronic systolic heart failure. No pneumonia.\nMother had breast cancer."


@pytest.fixture(scope="module")
def nlp():
    pipeline = spacy.blank("en")
    pipeline.add_pipe("codeassist")
    return pipeline


def test_the_result_is_that_of_the_library(nlp, assistant):
    expected = assistant.code(Encounter("doc", (Note("doc", TEXT),)))

    assert nlp(TEXT)._.codeassist == expected


def test_the_mentions_are_a_span_group_in_order(nlp):
    doc = nlp(TEXT)

    spans = doc.spans["codeassist"]
    assert [(span.text, span.label_, span.kb_id_) for span in spans] == [
        ("Acute on chronic systolic heart failure", "problem", "I50.23"),
        ("pneumonia", "problem", "J18.9"),
        ("breast cancer", "problem", "C50.919"),
    ]
    mentions = [doc._.codeassist.mentions[int(span.id_)] for span in spans]
    assert [mention.surface for mention in mentions] == [span.text for span in spans]


def test_the_setting_is_taken_from_the_configuration():
    nlp = spacy.blank("en")
    nlp.add_pipe("codeassist", config={"setting": "inpatient"})

    assert nlp("Gout.")._.codeassist.encounter.setting == "inpatient"


@pytest.mark.parametrize("text", ["", " \n", "😀" * 3, "word " * 5000])
def test_any_text_goes_through(nlp, text):
    doc = nlp(text)

    assert doc.text == text
    assert list(doc.spans["codeassist"]) == []


def test_tokens_wider_than_a_mention_are_covered_whole():
    nlp = spacy.blank("en")
    nlp.tokenizer = lambda text: Doc(nlp.vocab, words=text.split("|"), spaces=[False] * (text.count("|") + 1))
    nlp.add_pipe("codeassist")

    doc = nlp("Assessment:| gout-like|.")
    spans = doc.spans["codeassist"]

    assert all(span.text in (" gout-like", "Assessment: gout-like") for span in spans)


@pytest.mark.parametrize(
    ("config", "message"), [({"setting": "moon"}, "setting 'moon'"), ({"edition": "1999"}, "edition '1999'")]
)
def test_a_wrong_configuration_is_refused(config, message):
    with pytest.raises(ConfigError, match=message):
        spacy.blank("en").add_pipe("codeassist", config=config)


def test_a_doc_survives_being_written(nlp):
    doc = nlp(TEXT)

    read = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    (packed,) = DocBin(docs=[doc], store_user_data=True).get_docs(nlp.vocab)

    assert read._.codeassist == packed._.codeassist == doc._.codeassist
    assert [span.text for span in read.spans["codeassist"]] == [span.text for span in doc.spans["codeassist"]]


def test_a_pipeline_survives_being_written(nlp, tmp_path):
    nlp.to_disk(tmp_path / "pipeline")

    read = spacy.load(tmp_path / "pipeline")

    assert read(TEXT)._.codeassist == nlp(TEXT)._.codeassist


def test_other_values_of_a_doc_are_left_to_other_encoders():
    assert encode_result(3) == 3
    assert encode_result(3, chain=lambda value: value + 1) == 4
    assert decode_result({"a": 1}) == {"a": 1}
    assert decode_result({"a": 1}, chain=list) == ["a"]


def test_processes_of_a_pipeline_give_what_one_gives():
    """In a process of its own: spaCy forks, and this one has threads."""
    script = (
        "import spacy\n"
        "nlp = spacy.blank('en')\n"
        "nlp.add_pipe('codeassist')\n"
        f"texts = [{TEXT!r}, 'Gout.'] * 2\n"
        "many = [doc._.codeassist for doc in nlp.pipe(texts, n_process=2)]\n"
        "print(many == [nlp(text)._.codeassist for text in texts])\n"
    )

    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert finished.stdout == "True\n"


def test_the_component_is_found_without_importing_codeassist():
    script = "import spacy; print(spacy.blank('en').has_factory('codeassist'))"

    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert finished.stdout == "True\n"


@pytest.mark.filterwarnings("default")  # medspaCy and the spaCy it asks for warn of themselves
def test_it_works_behind_medspacy():
    medspacy = pytest.importorskip("medspacy", reason="medspaCy is not installed")
    nlp = medspacy.load()
    nlp.add_pipe("codeassist")

    doc = nlp(TEXT)

    assert next(span.text for span in doc.spans["codeassist"]) == "Acute on chronic systolic heart failure"
