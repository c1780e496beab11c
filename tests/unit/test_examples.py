"""Everything a reader may copy is run: examples, the Python of the how-to pages, notebooks."""

import json
import re
import runpy
import warnings
from pathlib import Path

import nbclient
import nbformat
import pytest

from codeassist.cdi import lint_query, lint_record, render_query
from codeassist.io.encounters import read_encounter
from codeassist.io.jsonl import NoteRow, read_rows

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
PAGES = [ROOT / "docs" / "how-to" / name for name in ("batch.md", "spacy.md")]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ENCOUNTERS = sorted((ROOT / "examples" / "encounters").glob("*.json"))
# What a specialist would ask of each, by its story: kind, category and axis of a query; none that was clarified.
ASKED = {
    "anemia-after-surgery": {("unspecified", "D64", "type")},
    "attending-against-consultant": {("conflict", "I50", "type")},
    "breathing-support-without-diagnosis": {("undocumented", "J96", "diagnosis")},
    "clinic-diabetes": {("unspecified", "E11", "control"), ("unspecified", "N18", "stage")},
    "heart-failure-clarified-later": {("unspecified", "N18", "stage")},
    "kidney-injury-not-named": {("undocumented", "N17", "diagnosis"), ("undocumented", "G93", "diagnosis")},
    "malnutrition-by-dietitian-only": {("undocumented", "E46", "diagnosis")},
    "pressure-injury-by-nurse-only": {("undocumented", "L89", "diagnosis")},
    "sepsis-without-indicators": {("unsupported", "A41", "diagnosis")},
    "treated-diagnosis-dropped": {("conflict", "N17", "diagnosis")},
}
_PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.assets


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs_and_prints_codes(path, capsys):
    runpy.run_path(str(path), run_name="__main__")

    assert re.search(r"\bI50\.23\b", capsys.readouterr().out)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_python_of_a_page_runs(path):
    blocks = _PYTHON.findall(path.read_text(encoding="utf-8"))

    assert blocks
    for block in blocks:
        exec(compile(block, path.name, "exec"), {"__name__": "page"})  # noqa: S102


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_stored_without_output(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]

    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs_and_uses_the_public_names_only(path):
    notebook = nbformat.read(path, as_version=4)
    source = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")

    with warnings.catch_warnings():
        # Of the client and its event loop; what the notebook itself does runs in another process.
        warnings.simplefilter("ignore")
        nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()

    assert re.findall(r"^\s*(?:from|import) (codeassist\S*)", source, re.MULTILINE).count("codeassist") >= 1
    assert not re.search(r"codeassist\.[a-z_]+\.|from codeassist\.", source)


def codes(result, disposition="report"):
    return {each.code.value for each in result.diagnoses if each.disposition == disposition}


def test_the_clinic_visit_is_coded_as_a_coder_would(assistant):
    """Guidelines I.C.9.a.3 (heart and kidney disease with hypertension), I.A.15 (diabetes with kidney disease)."""
    text = (ROOT / "examples" / "clinic_visit.txt").read_text(encoding="utf-8")

    reported = codes(assistant.code(text))

    assert {"I13.0", "I50.23", "E11.22", "N18.32", "E78.5", "E66.9"} <= reported
    assert not {"J18.9", "R07.9", "C18.9", "I48.91"} & reported


def test_the_operative_note_is_coded_with_what_was_done_now(assistant):
    """One groin repaired, on the right; the other one years ago and the colonoscopy to come are not of this note."""
    text = (ROOT / "examples" / "operative_note.txt").read_text(encoding="utf-8")

    result = assistant.code(text)

    assert [(each.code.value, each.modifiers, each.supported_by) for each in result.procedures] == [
        ("49505", ("RT",), ("K40.90",))
    ]
    (gap,) = [gap for gap in result.gaps if gap.code == "49505"]
    assert {(option.value, option.codes) for option in gap.options} == {
        ("open", ("49505",)),
        ("laparoscopic", ("49650",)),
    }


def test_every_row_of_the_example_batch_is_good():
    rows = list(read_rows(ROOT / "examples" / "notes.jsonl"))

    assert [type(row) for row in rows] == [NoteRow] * 5


def code_encounter(assistant, path):
    return assistant.code(read_encounter(path.read_text(encoding="utf-8"), name=path.name))


@pytest.mark.parametrize("path", ENCOUNTERS, ids=lambda path: path.stem)
def test_an_encounter_has_the_queries_of_its_story(assistant, path):
    result = code_encounter(assistant, path)

    asked = {(query.gap.kind, query.gap.category, query.gap.axis) for query in result.queries}
    assert len(result.encounter.notes) > 1
    assert ASKED[path.stem] - asked == set()
    assert [lint_query(render_query(each)) for each in result.queries] == [[]] * len(result.queries)
    assert [lint_record(each, encounter=result.encounter) for each in result.queries] == [[]] * len(result.queries)


def test_a_later_note_of_an_example_closes_what_the_first_one_left_open(assistant):
    """The cardiologist and the discharge summary say type and acuity of what the admission note calls CHF."""
    result = code_encounter(assistant, ROOT / "examples" / "encounters" / "heart-failure-clarified-later.json")

    assert not {"type", "acuity"} & {gap.axis for gap in result.gaps if gap.category == "I50"}


def test_there_are_ten_encounters_each_with_its_story():
    assert {path.stem for path in ENCOUNTERS} == set(ASKED)
    assert len(ASKED) == 10


def test_the_note_of_the_demo_has_suggestions_gaps_and_a_query(assistant):
    """DESIGN 2: make demo codes an example note and prints the suggestions, gaps and a query."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    path = re.search(r"^demo:.*\n\t\S+ code (\S+)$", makefile, re.MULTILINE)[1]

    result = assistant.code((ROOT / path).read_text(encoding="utf-8"))

    assert result.queries
    assert len(result.gaps) > len(result.queries)
