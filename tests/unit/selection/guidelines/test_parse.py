import pytest

from codeassist.errors import DataFileError
from codeassist.selection.guidelines.engine import iterate_outcomes
from codeassist.selection.guidelines.parse import name_guideline, read_code_sets, read_rule, read_rules
from codeassist.selection.guidelines.records import Atom, Gate, Wording

ROW = {"guideline": "GL-086", "when": "I10 I50", "unless": "", "words": "", "becomes": "I11.0 =", "adds": ""}


def test_a_row_is_a_rule():
    rule = read_rule(
        ROW
        | {"when": "$weight history:Z85|Z86 measured:body_mass_index inpatient", "unless": "due:C age<20",
           "words": "mets|~due to cancer", "becomes": "= -", "adds": "+@body_mass_index .22"}
    )  # fmt: skip

    assert rule.when == (Atom("current", read_code_sets()["weight"]), Atom("history", ("Z85", "Z86")))
    assert rule.gates == (Gate("measured", "body_mass_index"), Gate("inpatient"))
    assert (rule.unless, rule.unless_gates) == ((Atom("due", ("C",)),), (Gate("age", "20"),))
    assert rule.words == (Wording("mets", in_clause=False), Wording("due to cancer", in_clause=True))
    assert (rule.becomes, rule.adds) == (("=", "-"), ("+@body_mass_index", ".22"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"guideline": "GL-999"}, "guideline 'GL-999' is unknown"),
        ({"when": "$nothing"}, "code set '\\$nothing' is unknown"),
        ({"when": "often:I10 I50"}, "kind 'often' is none of"),
        ({"when": "i10 I50"}, "'i10' is no prefix of a code"),
        ({"when": "due:I10 I50"}, "2 conditions and 2 outcomes"),
        ({"when": "inpatient", "becomes": ""}, "0 conditions"),
        ({"becomes": "I11.0"}, "2 conditions and 1 outcomes"),
        ({"becomes": "I11.0 ?"}, "neither a code nor a mark"),
    ],
)
def test_a_row_that_could_not_be_meant_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        read_rule(ROW | change)


def test_the_line_of_a_wrong_row_is_named(tmp_path):
    path = tmp_path / "rules.tsv"
    path.write_text("guideline\twhen\tunless\twords\tbecomes\tadds\tbasis\nGL-999\tI10\t\t\t\t\tx\n", encoding="utf-8")

    with pytest.raises(DataFileError, match=r"rules\.tsv, line 2: guideline"):
        list(read_rules(path))


def test_a_guideline_is_named_by_its_paragraph():
    assert name_guideline("GL-086", "I10 -> I11.0").detail == "I.C.9.a.1: I10 -> I11.0"


@pytest.mark.assets
def test_every_prefix_and_code_of_the_rules_is_in_the_edition(stages):
    codeset = stages.vocabulary.codeset
    known = {code[:length] for code in codeset.codes() for length in range(1, len(code) + 1)}
    rules = list(read_rules())
    asked = {
        prefix for rule in rules for atom in (*rule.when, *rule.unless) for prefix in atom.prefixes if prefix[0] != "."
    }

    assert sorted(asked - known) == []
    assert [code for rule in rules for code in iterate_outcomes(rule) if code not in codeset] == []


def test_no_rule_replaces_what_another_makes_of_it():
    """What replaces a code is not replaced by it again: the work of the engine ends by its tables too."""
    after = {}
    for rule in read_rules():
        for atom, fate in zip(rule.when, rule.becomes, strict=True):
            if fate[0].isalnum():
                for prefix in atom.prefixes:
                    after.setdefault(prefix, set()).add(fate)

    def reaches(code, goal, seen=()):
        steps = {fate for prefix, fates in after.items() if code.startswith(prefix) for fate in fates} - set(seen)
        return goal in steps or any(reaches(step, goal, (*seen, *steps)) for step in steps)

    makers = {fate for fates in after.values() for fate in fates}
    assert [code for code in sorted(makers) if reaches(code, code)] == []
