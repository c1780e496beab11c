import json
import re
import time
from pathlib import Path

import pytest

import codeassist
from codeassist.cdi.lint import lint_query, merge_findings
from codeassist.cdi.lint_rules import load_rules, read_table
from codeassist.core.queries import LintFinding
from codeassist.errors import DataFileError, UnsupportedInputError

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "cases" / "query_lint.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case_breaks_just_the_rules_that_it_expects(case):
    assert sorted({found.rule for found in lint_query(case["text"])}) == case["expect"]


def test_cases_are_many_distinct_and_half_of_them_comply():
    complying = [case for case in CASES if not case["expect"]]

    assert len({case["id"] for case in CASES}) == len(CASES) >= 120
    assert len({case["text"] for case in CASES}) == len(CASES)
    assert all(case["basis"] for case in CASES)
    assert len(complying) >= len(CASES) / 2


def test_every_rule_that_text_can_break_has_a_case():
    broken = {rule for case in CASES for rule in case["expect"]}

    assert {rule.rule for rule in load_rules().values() if rule.checked_on in ("text", "both")} <= broken


def test_findings_name_rule_place_and_fix_in_order_of_place():
    text = "AKI query\n\nThis would add an MCC."

    found = lint_query(text)

    assert [(each.rule, text[each.start : each.end]) for each in found] == [("QL-018", "AKI"), ("QL-013", "MCC")]
    assert all(each.fix and each.message and each.severity == "block" for each in found)


def test_the_contract_offers_the_linter_under_its_name():
    assert codeassist.cdi.lint_query("") == []


@pytest.mark.parametrize("wrong", [None, b"query", 3])
def test_what_is_no_text_is_refused(wrong):
    with pytest.raises(UnsupportedInputError, match=r"^a \w+ cannot be linted"):
        lint_query(wrong)


def test_findings_of_one_rule_do_not_overlap():
    findings = [LintFinding("QL-013", "block", *place, "m", "f") for place in ((0, 9), (3, 5), (9, 12), (4, 20))]

    assert [(each.start, each.end) for each in merge_findings(findings)] == [(0, 9), (9, 12)]


@pytest.mark.parametrize(
    "unit",
    [
        "DRG ",
        "the patient has sepsis and ",
        "- Cr 2.4\n",
        '"',
        "please document ",
        "[ ] acute\n",
        "Options: a / b; ",
        "? ",
    ],
)
def test_work_grows_with_the_length_of_the_text(unit):
    """A hundred times the text would take ten thousand times the time if work grew with the square of the length."""

    def measure(count):
        text = unit * count
        start = time.perf_counter()
        lint_query(text)
        return time.perf_counter() - start

    short = min(measure(100) for _ in range(3))

    assert measure(10_000) < 1000 * max(short, 1e-3)


@pytest.mark.parametrize("text", ["\x00", "\ud800", "\u202eDRG", "\r\n\r\n", "\t", "?", '"""', "- ", "[ ]", "a\n" * 50])
def test_any_text_is_accepted(text):
    assert all(0 <= found.start <= found.end <= len(text) for found in lint_query(text))


def test_rules_are_those_of_the_practice_brief_in_order():
    assert list(load_rules()) == [f"QL-{number:03}" for number in range(1, 52)]


def test_every_wording_belongs_to_a_rule_that_is_checked_on_text():
    folder = Path(codeassist.cdi.__file__).parent
    rows = read_table(folder / "lint_wordings.tsv", ("rule", "wording", "where", "quoted", "unless"))

    wrong = {row["rule"] for row in rows if load_rules()[row["rule"]].checked_on not in ("text", "both")}

    assert wrong == set()


def test_a_table_of_rules_with_an_unknown_severity_is_refused(tmp_path):
    path = tmp_path / "lint_rules.tsv"
    columns = "rule\tseverity\tarea\tchecked_on\tstatement\tfix\tbasis"
    path.write_text(f"{columns}\nQL-001\tfatal\ta\ttext\ts\tf\tb\n", encoding="utf-8")

    with pytest.raises(DataFileError, match=r"^line 2 .* 'fatal'"):
        load_rules(path)


def test_a_table_with_other_columns_is_refused(tmp_path):
    path = tmp_path / "lint_rules.tsv"
    path.write_text("rule\tseverity\n", encoding="utf-8")

    with pytest.raises(DataFileError, match=re.escape("lint_rules.tsv line 1")):
        load_rules(path)
