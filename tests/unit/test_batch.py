import json
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from codeassist import batch
from codeassist.batch import errors_path, run_batch
from codeassist.errors import CodeAssistError, ConfigError, DataFileError
from made_results import make_result


class FakeAssistant:
    """Codes every encounter with a result made by hand; some fail."""

    def __init__(self, failure=None, failing=()):
        self.failure, self.failing, self.coded = failure, failing, []

    def code_each(self, encounters, *, finish, processes):
        for encounter in encounters:
            self.coded.append(encounter.encounter_id)
            future = Future()
            if encounter.encounter_id in self.failing:
                future.set_exception(self.failure)
            else:
                (note,) = encounter.notes
                future.set_result(finish(make_result(note.text, note_id=note.note_id, setting=encounter.setting)))
            yield encounter, future


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("".join(make_row(number) for number in range(6)), encoding="utf-8")
    return path


@pytest.fixture
def output(tmp_path):
    return tmp_path / "out.jsonl"


def make_row(number):
    return json.dumps({"note_id": f"n{number}", "text": f"Secret {number}."}) + "\n"


def read_ids(path):
    return [json.loads(line)["encounter_id"] for line in path.read_text(encoding="utf-8").splitlines()]


def read_errors(output):
    return [json.loads(line) for line in errors_path(output).read_text(encoding="utf-8").splitlines()]


def test_every_row_gives_one_line_in_the_order_of_the_rows(source, output):
    report = run_batch(FakeAssistant(), source, output)

    assert read_ids(output) == [f"n{number}" for number in range(6)]
    assert (report.coded, report.kept, report.refused) == (6, 0, 0)
    assert not errors_path(output).exists()


def test_bad_rows_are_reported_with_line_and_reason_and_the_rest_go_on(source, output):
    with source.open("a", encoding="utf-8") as file:
        file.write('{"note_id": "n9"}\nsecret\n\n' + make_row(10) + make_row(3))

    report = run_batch(FakeAssistant(), source, output)

    assert read_ids(output) == ["n0", "n1", "n2", "n3", "n4", "n5", "n10"]
    errors = read_errors(output)
    assert [(each["line"], each["note_id"]) for each in errors] == [(7, "n9"), (8, None), (11, "n3")]
    assert [each["reason"].split(",")[0].split(";")[0] for each in errors] == [
        "there is no text",
        "not JSON at character 0 of the line",
        "note_id was given before",
    ]
    assert "ecret" not in errors_path(output).read_text(encoding="utf-8")
    assert (report.coded, report.refused) == (7, 3)


def test_a_note_on_which_the_pipeline_fails_is_reported_and_the_rest_go_on(source, output):
    assistant = FakeAssistant(failure=KeyError("secret word of the note"), failing={"n2"})

    report = run_batch(assistant, source, output)

    assert read_ids(output) == ["n0", "n1", "n3", "n4", "n5"]
    assert read_errors(output) == [
        {"line": 3, "note_id": "n2", "reason": "codeassist failed (KeyError); please report it"}
    ]
    assert report.refused == 1


def test_a_worker_that_ended_stops_the_batch_with_one_line_and_what_is_done_is_kept(source, output):
    assistant = FakeAssistant(failure=BrokenProcessPool("died"), failing={"n2"})

    with pytest.raises(CodeAssistError, match="go on with --resume"):
        run_batch(assistant, source, output)

    assert read_ids(output) == ["n0", "n1"]


@pytest.mark.parametrize("cut", [0, 1, 40, 300, 700, 1500, 10_000])
def test_resume_loses_nothing_and_repeats_nothing_wherever_the_output_was_cut(source, output, cut):
    run_batch(FakeAssistant(), source, output)
    whole = output.read_bytes()
    output.write_bytes(whole[:cut])
    again = FakeAssistant()

    report = run_batch(again, source, output, resume=True)

    assert output.read_bytes() == whole
    assert report.kept == whole[:cut].count(b"\n")
    assert again.coded == [f"n{number}" for number in range(report.kept, 6)]


def test_resume_without_an_output_starts_one(source, output):
    assert run_batch(FakeAssistant(), source, output, resume=True).coded == 6


def test_resume_reports_bad_rows_once(source, output):
    with source.open("a", encoding="utf-8") as file:
        file.write("bad\n" + make_row(0))
    run_batch(FakeAssistant(), source, output)
    before = read_errors(output)

    report = run_batch(FakeAssistant(), source, output, resume=True)

    assert read_errors(output) == before
    assert (report.coded, report.kept, report.refused) == (0, 6, 2)


def test_a_report_of_errors_that_are_gone_is_removed(source, output):
    errors_path(output).write_text("stale\n", encoding="utf-8")

    run_batch(FakeAssistant(), source, output)

    assert not errors_path(output).exists()


@pytest.mark.parametrize("content", ["a,b\n1,2\n", '{"other": 1}\n', "[1]\n", "notes of mine, without a line end"])
def test_resume_never_touches_a_file_that_is_not_its_own(source, output, content):
    output.write_text(content, encoding="utf-8")

    with pytest.raises(DataFileError, match="line 1 is no result of codeassist"):
        run_batch(FakeAssistant(), source, output, resume=True)

    assert output.read_text(encoding="utf-8") == content


def test_results_are_not_written_over(source, output):
    run_batch(FakeAssistant(), source, output)
    before = output.read_bytes()

    with pytest.raises(ConfigError, match="add --resume"):
        run_batch(FakeAssistant(), source, output)

    assert output.read_bytes() == before


def test_an_empty_output_may_be_there(source, output):
    output.touch()

    assert run_batch(FakeAssistant(), source, output).coded == 6


def test_the_input_is_never_the_output(source, tmp_path):
    before = source.read_bytes()
    link = tmp_path / "link.jsonl"
    link.symlink_to(source)

    for path in (source, link, tmp_path / "errors.jsonl"):
        if path.name == "errors.jsonl":
            errors_path(path).symlink_to(source)
        with pytest.raises(ConfigError, match="would overwrite the input"):
            run_batch(FakeAssistant(), source, path, resume=True)

    assert source.read_bytes() == before


@pytest.mark.parametrize("name", [".", "absent/out.jsonl"])
def test_an_output_that_cannot_be_made_is_refused(source, tmp_path, name):
    with pytest.raises(DataFileError, match="expected the path of a file in a folder that exists"):
        run_batch(FakeAssistant(), source, tmp_path / name)


def test_an_input_that_is_not_there_leaves_no_output(tmp_path, output):
    with pytest.raises(DataFileError, match="does not exist"):
        run_batch(FakeAssistant(), tmp_path / "absent.jsonl", output)

    assert not output.exists()


def test_a_full_disk_is_one_line(source, output, monkeypatch):
    def fail(file, line):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(batch, "_write_line", fail)

    with pytest.raises(DataFileError, match="free the disk"):
        run_batch(FakeAssistant(), source, output)


def test_progress_is_told_in_notes_and_ends_at_the_end(source, output):
    told = []

    run_batch(FakeAssistant(), source, output, progress=lambda doing, share: told.append((doing, share)))

    assert told[0][0] == "1 notes"
    assert told[-1] == ("6 notes", 1.0)
    assert [share for _, share in told] == sorted(share for _, share in told)


def test_an_empty_input_gives_an_empty_output(tmp_path, output):
    (tmp_path / "in.jsonl").touch()

    assert run_batch(FakeAssistant(), tmp_path / "in.jsonl", output).coded == 0
    assert output.read_bytes() == b""


@pytest.mark.assets
def test_two_processes_write_what_one_writes(assistant, tmp_path):
    source = tmp_path / "in.jsonl"
    texts = ["Assessment: Gout.", "", "No pneumonia.", "A/P: CKD stage 3b due to type 2 diabetes."] * 5
    rows = [json.dumps({"note_id": str(number), "text": text}) for number, text in enumerate(texts)]
    source.write_text("\n".join(rows), encoding="utf-8")

    run_batch(assistant, source, tmp_path / "one.jsonl")
    run_batch(assistant, source, tmp_path / "two.jsonl", processes=2)

    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    assert len(read_ids(tmp_path / "one.jsonl")) == 20


@pytest.mark.assets
def test_a_batch_that_is_killed_is_resumed_to_the_same_bytes(assistant, tmp_path):
    """SIGKILL gives no chance to tidy up; two processes, killed twice in the middle of the work."""
    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    text = "Assessment and plan:\n1. CKD stage 3b due to type 2 diabetes.\n2. Hypertension.\n" * 60
    rows = [json.dumps({"note_id": f"n{number}", "text": text}) for number in range(60)]
    source.write_text("\n".join(rows), encoding="utf-8")
    run_batch(assistant, source, tmp_path / "whole.jsonl")
    command = [sys.executable, "-m", "codeassist", "batch", source, "--output", output, "--processes", "2", "--resume"]

    for least in (1, 2):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            at_start = output.stat().st_size if output.exists() else 0
            wait_until(lambda start=at_start: output.exists() and output.stat().st_size > start + 1000)
            process.send_signal(signal.SIGKILL)
        assert least <= output.read_bytes().count(b"\n") < 60
    finished = subprocess.run(command, capture_output=True, text=True, check=True)

    assert output.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert "kept from before" in finished.stdout


@pytest.mark.assets
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_workers_do_not_outlive_a_parent_that_was_killed(tmp_path):
    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    text = "Assessment: Gout. " * 2000
    source.write_text("".join(json.dumps({"note_id": f"n{n}", "text": text}) + "\n" for n in range(200)))
    command = [sys.executable, "-m", "codeassist", "batch", source, "--output", output, "--processes", "2"]

    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: output.exists() and output.stat().st_size > 0)
        children = find_children(process.pid)
        process.send_signal(signal.SIGKILL)

    assert len(children) >= 2
    wait_until(lambda: not any(is_running(pid) for pid in children))


def find_children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split()[2] != "Z"
    except FileNotFoundError:
        return False


def wait_until(holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)
