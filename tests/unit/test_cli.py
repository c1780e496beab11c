import datetime as dt
import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from codeassist import cli
from codeassist.assets import CACHE_VARIABLE
from codeassist.core.results import DISCLAIMER
from codeassist.errors import AssetError
from codeassist.pipeline import CodeAssist
from codeassist.terminology.codeset import IndexSummary
from codeassist.terminology.editions import EditionInfo

NOTE = "ASSESSMENT:\n1. Acute on chronic systolic heart failure.\n2. CKD stage 3b.\nDenies zebrafever.\n"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def run():
    """Run a command line and return its result; nothing but an exit code may come out of it."""

    def call(*arguments, **options):
        result = CliRunner().invoke(cli.app, [str(each) for each in arguments], prog_name="codeassist", **options)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return call


@pytest.fixture
def loaded(assistant, monkeypatch):
    """Let commands use the session's assistant, for tests that are not about loading."""
    monkeypatch.setattr(cli, "load", lambda edition=None, *, progress=None: assistant)
    return assistant


@pytest.fixture
def note(tmp_path):
    path = tmp_path / "visit.txt"
    path.write_text(NOTE, encoding="utf-8")
    return path


def refuse(result, *words):
    """Check that a result is one line on standard error, exit code 2, and nothing on standard output."""
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("codeassist: ")
    for word in words:
        assert word in line


@pytest.mark.parametrize(
    "command", ["", "code", "query", "lint-query", "batch", "search", "show", "codes", "codes import"]
)
def test_help_is_as_reviewed(run, check_golden, command):
    result = run(*command.split(), "--help", env={"COLUMNS": "100"})

    text = "\n".join(line.rstrip() for line in ANSI.sub("", result.stdout).splitlines()) + "\n"
    assert result.exit_code == 0
    check_golden(f"help_{command.replace(' ', '_') or 'codeassist'}.txt", text)


@pytest.mark.parametrize("command", [[], ["codes"]])
def test_without_a_command_the_help_is_shown_and_the_code_is_that_of_wrong_usage(run, command):
    result = run(*command)

    assert result.exit_code == 2
    assert "Usage: codeassist" in result.output


def test_the_version_is_printed(run):
    result = run("--version")

    assert (result.exit_code, result.stdout) == (0, "codeassist 0.1.0\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frobnicate"], ["No such command", "frobnicate"]),
        (["code"], ["Missing argument"]),
        (["code", "x.txt", "--setting", "moon"], ["--setting", "moon", "inpatient"]),
        (["code", "x.txt", "--format", "pdf"], ["--format", "pdf", "html"]),
        (["code", "x.txt", "--date", "2026-13-01"], ["--date", "2026-13-01", "expected YYYY-MM-DD"]),
        (["code", "x.txt", "--nonsense"], ["--nonsense"]),
        (["batch", "in.jsonl"], ["--output"]),
        (["batch", "in.jsonl", "--output", "o", "--processes", "0"], ["--processes"]),
        (["search", " \t"], ["the wording is empty"]),
        (["search", "gout", "--limit", "0"], ["--limit"]),
        (["search", "gout", "--system", "SNOMED"], ["--system", "SNOMED", "ICD-10-CM"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_usage_is_one_line(run, arguments, words):
    refuse(run(*arguments), *words)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, ["does not exist", "check the path"]),
        (lambda path: path.mkdir(), ["is a folder"]),
        (lambda path: path.write_bytes(b"%PDF\x00zebra"), ["is not text (NUL at byte 4)"]),
        (lambda path: path.write_bytes(b"zebra \x81\xff"), ["is not text in UTF-8 (byte 6)"]),
        (lambda path: path.write_bytes("zebra".encode("utf-16")), ["UTF-16", "save it as UTF-8"]),
    ],
    ids=["missing", "folder", "nul", "undecodable", "utf-16"],
)
def test_a_note_that_cannot_be_read_is_one_line_without_its_text(run, tmp_path, make, words):
    path = tmp_path / "note.txt"
    make(path)

    result = run("code", path)

    refuse(result, str(path), *words)
    assert "zebra" not in result.stderr


@pytest.mark.assets
@pytest.mark.parametrize("content", ["", " \n\t\r\n"], ids=["empty", "white"])
def test_an_empty_note_has_an_empty_result(run, loaded, tmp_path, content):
    path = tmp_path / "note.txt"
    path.write_bytes(content.encode())

    shown, written = run("code", path), run("code", path, "--format", "json")

    assert (shown.exit_code, written.exit_code) == (0, 0)
    assert "No diagnosis was found" in shown.stdout
    assert json.loads(written.stdout)["diagnoses"] == []


@pytest.mark.assets
def test_the_table_shows_codes_evidence_and_that_a_person_decides(run, loaded, note):
    result = run("code", note, env={"COLUMNS": "100"})

    assert result.exit_code == 0
    assert result.stderr == ""
    assert "I50.23" in result.stdout
    assert "Acute on chronic systolic heart failure" in result.stdout
    assert " ".join(result.stdout.split()).endswith(DISCLAIMER)
    assert not ANSI.search(result.stdout)


@pytest.mark.assets
def test_json_is_pure_and_its_offsets_hold(run, loaded, note):
    result = run("code", note, "--format", "json", "--setting", "inpatient")

    document = json.loads(result.stdout)
    evidence = document["diagnoses"][0]["evidence"][0]
    assert (document["encounter_id"], document["setting"]) == ("visit.txt", "inpatient")
    assert NOTE[evidence["start"] : evidence["end"]] == evidence["text"]
    assert result.stderr == ""


@pytest.mark.assets
def test_the_note_may_come_from_standard_input(run, loaded):
    result = run("code", "-", "--format", "json", input="Assessment: Gout.")

    assert json.loads(result.stdout)["encounter_id"] == "stdin"


@pytest.mark.assets
def test_standard_input_that_is_binary_is_one_line(run, loaded):
    refuse(run("code", "-", input=b"\x00zebra"), "standard input is not text")


@pytest.mark.assets
def test_a_bad_note_does_not_stop_the_others(run, loaded, note, tmp_path):
    result = run("code", tmp_path / "absent.txt", note, "--format", "json")

    assert result.exit_code == 2
    assert json.loads(result.stdout)["encounter_id"] == "visit.txt"
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.assets
def test_several_notes_are_several_encounters_one_document_a_line(run, loaded, note, tmp_path):
    other = tmp_path / "second.txt"
    other.write_text("Assessment: Gout.", encoding="utf-8")

    result = run("code", note, other, "--format", "json")

    assert [json.loads(line)["encounter_id"] for line in result.stdout.splitlines()] == ["visit.txt", "second.txt"]


@pytest.mark.assets
def test_notes_of_the_same_name_are_told_apart_by_their_path(run, loaded, note, tmp_path):
    other = tmp_path / "other" / "visit.txt"
    other.parent.mkdir()
    other.write_text("Assessment: Gout.", encoding="utf-8")

    result = run("code", note, other, "--format", "json")

    assert [json.loads(line)["encounter_id"] for line in result.stdout.splitlines()] == [str(note), str(other)]


@pytest.mark.assets
def test_notes_together_are_one_encounter(run, loaded, note, tmp_path):
    other = tmp_path / "second.txt"
    other.write_text("Assessment: Gout.", encoding="utf-8")

    document = json.loads(run("code", note, other, "--together", "--format", "json").stdout)

    assert [each["note_id"] for each in document["notes"]] == ["visit.txt", "second.txt"]
    assert {"I50.23", "M10.9"} <= {each["code"] for each in document["diagnoses"]}


def test_an_encounter_that_lacks_a_note_is_not_coded(run, note, tmp_path):
    refuse(run("code", note, tmp_path / "absent.txt", "--together"), "does not exist")


@pytest.mark.assets
def test_a_note_given_twice_is_coded_once(run, loaded, note):
    result = run("code", note, note, "--format", "json")

    assert result.exit_code == 2
    assert json.loads(result.stdout)["encounter_id"].endswith("visit.txt")
    assert "is given twice" in result.stderr


@pytest.mark.assets
def test_fhir_is_a_bundle(run, loaded, note):
    bundle = json.loads(run("code", note, "--format", "fhir").stdout)

    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    assert bundle["entry"][0]["resource"]["resourceType"] == "Condition"


@pytest.mark.assets
def test_html_is_one_page_in_utf_8(run, loaded, note, tmp_path):
    other = tmp_path / "second.txt"
    other.write_text("Assessment: Ménière's disease <script>alert(1)</script>", encoding="utf-8")

    page = run("code", note, other, "--format", "html").stdout_bytes.decode("utf-8")

    assert page.startswith("<!doctype html>")
    assert page.count("<article") == 2
    assert page.count("<script>") == 1
    assert "Ménière" in page


@pytest.mark.assets
def test_the_date_of_service_picks_the_edition(run, note):
    document = json.loads(run("code", note, "--date", "2019-01-31", "--format", "json").stdout)

    assert "2019-01-31 lies outside every installed edition" in document["code_set_note"]


@pytest.mark.assets
def test_an_edition_that_is_not_installed_is_one_line(run, note):
    refuse(run("code", note, "--edition", "1999"), "'1999'", "installed: 2026-04")


@pytest.mark.assets
def test_no_output_or_message_of_bad_input_holds_note_text(run, loaded, tmp_path, caplog):
    """The word stands in every note; it may be on standard output as evidence, never anywhere else."""
    caplog.set_level(logging.DEBUG)
    source = tmp_path / "in.jsonl"
    source.write_text('{"note_id": "a", "text": "zebrafever"}\nzebrafever\n{"text": "zebrafever"}\n', encoding="utf-8")

    result = run("batch", source, "--output", tmp_path / "out.jsonl")

    assert result.exit_code == 2
    assert "zebra" not in result.output
    assert "zebra" not in (tmp_path / "out.errors.jsonl").read_text(encoding="utf-8")
    assert "zebra" not in caplog.text


@pytest.mark.assets
def test_a_batch_says_what_it_did(run, loaded, tmp_path):
    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"note_id": "a", "text": "Gout."}\n', encoding="utf-8")

    first = run("batch", source, "--output", output)
    again = run("batch", source, "--output", output)
    resumed = run("batch", source, "--output", output, "--resume")

    assert (first.exit_code, first.stdout) == (0, f"1 note coded; results are in {output}\n")
    refuse(again, "add --resume")
    assert resumed.stdout == f"0 notes coded, 1 kept from before; results are in {output}\n"


@pytest.mark.assets
def test_bad_rows_of_a_batch_are_counted_and_the_report_is_named(run, loaded, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"note_id": "a"}\n{"note_id": "b", "text": "Gout."}\n{}\n', encoding="utf-8")

    result = run("batch", source, "--output", tmp_path / "out.jsonl")

    assert result.exit_code == 2
    assert result.stdout.startswith("1 note coded")
    assert result.stderr == f"codeassist: 2 rows could not be coded; {tmp_path / 'out.errors.jsonl'} says why\n"


def test_a_batch_without_input_is_one_line(run, loaded, tmp_path):
    refuse(run("batch", tmp_path / "absent.jsonl", "--output", tmp_path / "o.jsonl"), "does not exist")


@pytest.mark.assets
def test_search_shows_the_best_code_first(run, loaded):
    shown = run("search", "sugar diabetes with foot ulcer", "--limit", "3", env={"COLUMNS": "100"})
    found = json.loads(run("search", "sugar diabetes with foot ulcer", "--limit", "3", "--format", "json").stdout)

    assert shown.exit_code == 0
    assert shown.stdout.split()[0] == found[0]["code"] == "E11.621"
    assert set(found[0]) == {"code", "system", "display", "score", "matched"}
    assert len(found) == 3


@pytest.mark.assets
def test_a_search_without_hits_says_so(run, loaded):
    shown = run("search", "xyzzy qwrt")

    assert shown.exit_code == 0
    assert "try other or fewer words" in shown.stdout
    assert json.loads(run("search", "xyzzy qwrt", "--format", "json").stdout) == []


@pytest.mark.assets
def test_a_search_for_procedures_answers_with_their_codes(run, loaded):
    shown = run("search", "carpal tunnel release", "--system", "CPT", "--limit", "1")

    assert shown.exit_code == 0
    assert shown.stdout.startswith("64721  Freeing of the median nerve at the wrist")


@pytest.mark.assets
def test_a_search_for_procedures_without_hits_says_so(run, loaded):
    shown = run("search", "xyzzy qwrt", "--system", "HCPCS")

    assert shown.exit_code == 0
    assert shown.stdout == "No code of HCPCS was found; try other or fewer words.\n"


@pytest.mark.assets
@pytest.mark.parametrize("written", ["I50.23", "i5023"])
def test_show_takes_a_code_as_it_is_written(run, written):
    result = run("show", written, env={"COLUMNS": "100"})

    assert result.exit_code == 0
    assert result.stdout.startswith("I50.23  Acute on chronic systolic (congestive) heart failure\n")


@pytest.mark.assets
@pytest.mark.parametrize("code", ["E11.2", "S52.501A", "Q05"])
def test_show_is_as_reviewed(run, check_golden, code):
    """A subcategory with notes of its own and of those above; a code with a seventh character; a category."""
    text = run("show", code, env={"COLUMNS": "100"}).stdout

    check_golden(f"show_{code}.txt", "\n".join(line.rstrip() for line in text.splitlines()) + "\n")


@pytest.mark.assets
def test_a_long_axis_table_is_drawn_when_asked_for(run):
    short, long = run("show", "S52").stdout, run("show", "S52", "--all").stdout

    assert "show a subcategory, or all of it with --all" in short
    assert "S52.90XS" in long
    assert len(long.splitlines()) > 1000 > len(short.splitlines())


@pytest.mark.assets
@pytest.mark.parametrize(
    ("code", "words"),
    [("XX", ["does not have the shape"]), ("E11.99", ["'E11.99' is not in ICD-10-CM edition 2026-04"])],
)
def test_an_unknown_code_is_one_line(run, code, words):
    refuse(run("show", code), *words)


@pytest.mark.assets
def test_the_editions_are_listed(run):
    result = run("codes", "list", env={"COLUMNS": "100"})

    assert result.exit_code == 0
    assert re.search(r"^2026-04 +2026-04-01 to 2026-09-30 +74,719 +no +simple-icd-10-cm", result.stdout, re.MULTILINE)


@pytest.mark.assets
def test_the_bundled_edition_cannot_be_removed(run):
    refuse(run("codes", "remove", "2026-04"), "cannot be removed")


def test_a_release_that_holds_nothing_is_one_line(run, tmp_path):
    path = tmp_path / "release.txt"
    path.write_text("nothing", encoding="utf-8")

    refuse(run("codes", "import", path), "release.txt")


def test_an_index_that_is_added_tells_what_of_it_was_left_out(run, tmp_path, monkeypatch):
    asked = {}
    index = IndexSummary(years=("2030",), wordings=900, wordings_left_out=100, codes_absent=7)
    dates = dt.date(2031, 10, 1), dt.date(2032, 9, 30)
    info = EditionInfo("2032", *dates, 12, "a.zip", imported=True, contents=("index",), index=index)
    monkeypatch.setattr(cli, "import_release", lambda file, **options: asked.update(options) or info)

    result = run("codes", "import", tmp_path, "--edition", "2032", "--only-index", env={"COLUMNS": "100"})

    assert (asked["edition"], asked["only_index"]) == ("2032", True)
    assert "100 of 1,000 index terms were left out" in result.stdout


@pytest.mark.assets
def test_a_licensed_file_is_imported_listed_and_removed(run, tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    path = tmp_path / "SHORTU_2031.txt"
    path.write_text("99990 INVENTED\n", encoding="utf-8")

    imported = run("codes", "import", path)
    removed = run("codes", "remove", "CPT-2031")

    assert imported.exit_code == 0
    assert "CPT-2031" in imported.stdout
    assert removed.stdout == "edition CPT-2031 was removed\n"
    refuse(run("codes", "remove", "CPT-2031"), "is no imported set of procedure codes")


def test_a_damaged_edition_is_one_line(run, tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    manifest = tmp_path / "editions" / "ICD-10-CM" / "2030" / "edition.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{", encoding="utf-8")

    refuse(run("codes", "list"), "is damaged", "import the release again")


@pytest.mark.parametrize("error", [KeyboardInterrupt, AssetError])
def test_interruption_and_errors_while_coding_leave_one_line(run, note, monkeypatch, error):
    def fail(edition=None, *, progress=None):
        raise error("no model\nfile")

    monkeypatch.setattr(cli, "load", fail)

    result = run("code", note)

    expected = {KeyboardInterrupt: (130, "codeassist: interrupted\n"), AssetError: (2, "codeassist: no model file\n")}
    assert (result.exit_code, result.stderr) == expected[error]


def test_a_message_cannot_steer_the_terminal(run):
    result = run("code", "evil\x1b[2Jname.txt")

    assert "\x1b" not in result.stderr


@pytest.mark.assets
def test_the_module_runs_and_a_closed_pipe_is_no_error(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text(NOTE * 2000, encoding="utf-8")
    command = f'"{sys.executable}" -m codeassist code "{path}" --format json | head -c 100'

    finished = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)  # noqa: S602

    assert finished.stdout.startswith('{\n  "schema_version"')
    assert finished.stderr == ""


@pytest.mark.assets
def test_a_progress_bar_is_drawn_for_a_terminal_only(run, note, monkeypatch):
    told = []
    stages = CodeAssist.stages

    def spy(self, edition=None, *, progress=None):
        told.append(progress)
        return stages(self, edition)

    monkeypatch.setattr(CodeAssist, "stages", spy)

    run("code", note)

    assert told[0] is None


@pytest.mark.assets
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_that_cannot_show_a_character_still_gets_the_result(note, encoding):
    command = [sys.executable, "-m", "codeassist", "code", note]

    finished = subprocess.run(
        command,
        capture_output=True,
        check=True,
        env={"PYTHONIOENCODING": encoding, "PATH": "", "HOME": str(Path.home())},
    )

    assert b"I50.23" in finished.stdout
    assert finished.stderr == b""
