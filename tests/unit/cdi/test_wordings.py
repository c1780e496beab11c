import pytest

from codeassist.cdi.wording_table import WordingTable, find_diagnoses
from codeassist.cdi.wordings import parse_wording, read_tokens, straighten


def finds(wording, text):
    table = WordingTable([(parse_wording(wording), "key")])
    tokens = read_tokens(straighten(text))
    return any(table.find(tokens, {first: last for first, last, _ in find_diagnoses(tokens)}))


@pytest.mark.parametrize(
    ("wording", "hit", "miss"),
    [
        ("case mix", "the Case-Mix index", "a mix of cases"),
        ("pay|paid", "was paid", "was payable"),
        ("reimburs*", "reimbursement", "imbursed"),
        ("MCC", "an MCC", "an mcc"),
        ("=bill", "to bill it", "Bill came"),
        ("would [you] agree", "would agree", "would they agree"),
        ("please ... <dx>", "please write that sepsis", "please write that fever"),
        ("add ...1 sepsis", "add the sepsis", "add all the sepsis"),
        ("add ... sepsis", "add it sepsis", "add it. Sepsis"),
        ("^ add it", "Done. Add it", "we add it"),
        ("right ?", "left or right?", "right of it?"),
        (", right ?", "it is, right?", "left or right?"),
        ("risk adjust*", "risk, adjusted", "risk. Adjusted"),
        ("$#", "worth $5,000", "worth 5,000"),
        ("don't you", "Don\u2019t you", "do you"),
        ("patient stay", "the patient's stay", "the stay"),
    ],
)
def test_a_wording_is_found_where_it_stands_and_nowhere_else(wording, hit, miss):
    assert finds(wording, hit)
    assert not finds(wording, miss)


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("Septic shock", [{"sepsis", "shock"}]),
        ("acute kidney injury and CKD", [{"kidney_injury"}, {"kidney_disease"}]),
        ("ST depression, hearing aids, heating pad", []),
        ("AIDS and PE", [{"hiv"}, {"embolism"}]),
    ],
)
def test_diagnoses_are_found_by_their_longest_wording(text, concepts):
    assert [set(found) for _, _, found in find_diagnoses(read_tokens(text))] == concepts


def test_straightening_keeps_every_place():
    text = "“a”\u00a0—\u2011\uff2d\ufb01 é\u200b"

    assert straighten(text) == '"a" --M\ufb01 é\u200b'
