"""The commands that draft and lint queries."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from codeassist import cli
from codeassist.cdi.queries import write_queries
from codeassist.core.results import CodingResult
from made_gaps import ENCOUNTER, make_gap
from made_results import INFO

GAPS = (make_gap(), make_gap(axis="type", options=(), gap_id="g2", priority=0.8))


class Assistant:
    """An assistant that finds the same gaps in every encounter."""

    def code_many(self, encounters):
        for encounter in encounters:
            found = replace(ENCOUNTER, encounter_id=encounter.encounter_id)
            queries = write_queries(found, GAPS) if encounter.notes[0].text.strip() else ()
            yield CodingResult(found, INFO, (), (), (), (), (), gaps=GAPS, queries=queries)


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(cli, "load", lambda edition=None, *, progress=None: Assistant())

    def call(*arguments, **options):
        return CliRunner().invoke(cli.app, [str(each) for each in arguments], prog_name="codeassist", **options)

    return call


@pytest.fixture
def visit(tmp_path):
    path = tmp_path / "visit one.txt"
    path.write_text("CHF", encoding="utf-8")
    return path


def test_every_query_is_written_to_a_file_of_its_own(run, visit, tmp_path):
    out = tmp_path / "new" / "folder"

    result = run("query", visit, "--out", out)

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [str(out / "visit_one_q1.txt"), str(out / "visit_one_q2.txt")]
    assert "[ ] Acute\n[ ] Chronic\n" in (out / "visit_one_q1.txt").read_text(encoding="utf-8")


def test_an_encounter_without_gaps_says_that_there_is_no_query(run, tmp_path):
    result = run("query", "-", "--out", tmp_path, input="  ")

    assert (result.exit_code, result.stdout) == (0, "stdin: no query to write\n")


def test_a_note_that_cannot_be_read_ends_with_bad_input_and_the_others_are_done(run, visit, tmp_path):
    result = run("query", visit, tmp_path / "absent.txt", "--out", tmp_path)

    assert result.exit_code == 2
    assert len(result.stdout.splitlines()) == 2
    assert "does not exist" in result.stderr


def test_a_folder_that_cannot_be_written_is_one_line(run, visit):
    result = run("query", visit, "--out", visit)

    assert result.exit_code == 2
    assert result.stderr.startswith("codeassist: ")
    assert "cannot be written" in result.stderr


def test_drafted_queries_lint_clean(run, visit, tmp_path):
    run("query", visit, "--out", tmp_path)

    result = run("lint-query", tmp_path / "visit_one_q1.txt")

    assert (result.exit_code, result.stdout.count("nothing found")) == (0, 1)


def test_a_finding_has_line_column_rule_and_fix_and_exit_code_1(run):
    result = run("lint-query", "-", input="Clinical clarification\n\nThis would add an MCC.\n", env={"COLUMNS": "200"})

    first, second = result.stdout.splitlines()
    assert result.exit_code == 1
    assert first == "stdin:3:19  block  QL-013  MCC"
    assert second.split("; ")[0].strip() == "Nothing in a query speaks of payment, groups, weights or risk scores"


def test_findings_as_json_have_offsets_and_places(run):
    result = run("lint-query", "-", "--format", "json", input="AKI query\n")

    (found,) = json.loads(result.stdout)
    assert {key: found[key] for key in ("rule", "severity", "start", "end", "line", "column")} == {
        "rule": "QL-018", "severity": "block", "start": 0, "end": 3, "line": 1, "column": 1,
    }  # fmt: skip


def test_long_words_of_a_finding_are_cut(run):
    result = run("lint-query", "-", input=f"Please clarify {'the acuity ' * 20}\n", env={"COLUMNS": "200"})

    assert "QL-001" in result.stdout
    assert "…" in result.stdout


@pytest.mark.parametrize(("text", "said"), [("", "is empty"), (" \n", "is empty"), (b"\x00", "not text")])
def test_what_is_no_query_is_bad_input(run, text, said):
    result = run("lint-query", "-", input=text)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.fixture
def stay(tmp_path):
    path = tmp_path / "stay.json"
    path.write_text(json.dumps({"encounter_id": "e7", "notes": [{"text": "CHF"}, {"text": "CKD"}]}), encoding="utf-8")
    return path


def test_an_encounter_in_json_has_queries_under_its_own_id(run, stay, tmp_path):
    result = run("query", stay, "--out", tmp_path / "out")

    assert (result.exit_code, result.stderr) == (0, "")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["e7_q1.txt", "e7_q2.txt"]


@pytest.mark.parametrize(
    ("content", "said"),
    [("{", "is not JSON"), ('{"text": "CHF"}', "has no key notes"), ("[]", "holds a list")],
    ids=["json", "keys", "list"],
)
def test_a_json_file_that_is_no_encounter_is_one_line_and_the_others_are_done(
    run, visit, stay, tmp_path, content, said
):
    stay.write_text(content, encoding="utf-8")

    result = run("query", stay, visit, "--out", tmp_path)

    assert result.exit_code == 2
    assert len(result.stdout.splitlines()) == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_two_encounters_of_one_id_are_not_both_written(run, stay, tmp_path):
    other = tmp_path / "other.json"
    other.write_text(stay.read_text(encoding="utf-8"), encoding="utf-8")

    result = run("query", stay, other, "--out", tmp_path)

    assert result.exit_code == 2
    assert "other.json has the encounter_id of another file" in result.stderr


def test_notes_are_not_joined_to_an_encounter(run, visit, stay, tmp_path):
    result = run("query", visit, stay, "--together", "--out", tmp_path)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "--together joins notes of text" in result.stderr
