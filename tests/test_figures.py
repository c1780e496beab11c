"""The pages show the newest benchmark results, and README.md the real output of its example."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINE = {"date": "2031-01-01", "commit": "0", "python": "3.11", "cores": 2}


@pytest.fixture
def figures(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import figures  # noqa: PLC0415 - the benchmarks are programs, not a package

    return figures


def write(folder, question, *rows):
    (folder / f"{question}.jsonl").write_text("".join(json.dumps(LINE | row) + "\n" for row in rows), encoding="utf-8")


@pytest.mark.assets
def test_the_pages_hold_the_figures_of_the_results_and_the_output_of_the_example():
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "figures.py", "--check"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_the_newest_value_of_each_set_counts_though_no_run_measured_all(figures, tmp_path):
    write(
        tmp_path,
        "accuracy",
        {"mts_icd": {"recall_of_required": 0.1, "precision_vs_any": 0.2}},
        {"aci": {"agreed_by_two": {"recall": 0.3, "precision_vs_any": 0.4}}},
        {"mts_icd": {"recall_of_required": 0.5, "precision_vs_any": 0.6}},
    )
    write(tmp_path, "search", {"doid": {"top1": 0.7, "top5": 0.8}})

    values = [row.split(" | ")[1] for row in figures.make_table(tmp_path).splitlines()[2:]]

    assert values == ["0.3", "0.4", "0.5", "0.6", "0.7 / 0.8"]


def test_every_benchmark_that_was_recorded_is_shown(figures, tmp_path):
    write(
        tmp_path,
        "accuracy",
        {"cmc2007": {"F1": 0.1, "translation completed": {"F1": 0.2}}},
        {"assertion": {"absent": {"F1": 0.3}, "historical": {"F1": 0.4}}},
    )
    write(tmp_path, "speed", {"mean_characters": 2712, "codeassist_notes_per_s": 200.5, "start_warm_s": 0.4})

    table = figures.make_table(tmp_path)

    assert "| 0.1 | `benchmarks/accuracy.py` |" in table
    assert "| 0.3 / 0.4 |" in table
    assert "whole `code` call, one core, notes of 2.7 KB | 200.5 notes/s | `benchmarks/speed.py` |" in table
    assert "medspaCy" not in table


def test_what_was_measured_with_an_index_stands_beside_the_same_commit_without(figures, tmp_path):
    write(
        tmp_path,
        "search",
        {"doid": {"top1": 0.1, "top5": 0.2}},
        {"index": "2030", "doid": {"top1": 0.3, "top5": 0.4}, "mondo": {"top1": 0.3, "top5": 0.4}},
        {"commit": "1", "doid": {"top1": 0.5, "top5": 0.6}},
    )

    assert figures.make_table(tmp_path).splitlines()[2:] == [
        "| disease names (doid): first hit / among five | 0.5 / 0.6 | `benchmarks/search.py` |",
    ]
    assert figures.make_index_table(tmp_path).splitlines() == [
        "| measure | without | with |",
        "|---|---|---|",
        "| disease names (doid): first hit / among five | 0.1 / 0.2 | 0.3 / 0.4 |",
    ]


def test_without_results_the_table_is_empty(figures, tmp_path):
    assert figures.make_table(tmp_path).splitlines() == ["| measure | figure | printed by |", "|---|---|---|"]
    assert figures.make_index_table(tmp_path).splitlines() == ["| measure | without | with |", "|---|---|---|"]


def test_a_block_is_replaced_between_its_marks(figures):
    text = "a\n<!-- x: begin -->\nold\n<!-- x: end -->\nb\n"

    assert figures.fill(text, "x", "new") == text.replace("old", "new")
