import pytest

from codeassist.terminology.index_file import read_index
from codeassist.terminology.index_terms import make_index_terms

INDEX = """
<ICD10CM.index><version>2031</version><letter>
  <mainTerm><title>Cephalgia</title><seeAlso>Headache</seeAlso></mainTerm>
  <mainTerm><title>Elevated</title><term><title>pressure</title><seeAlso>Headache</seeAlso>
    <term><title>reading</title><code>R03.0</code></term></term></mainTerm>
  <mainTerm><title>Broken</title>
    <term><title>arm<nemod>(meaning upper limb)</nemod></title><see>Fracture, arm</see></term>
    <term><title>bone</title><see>Fracture, by site</see></term>
    <term><title>nose</title><see>Fracture, nose</see></term></mainTerm>
  <mainTerm><title>Fracture, traumatic<nemod>(abduction)</nemod></title><code>T14.8</code>
    <term><title>arm</title><code>S42.9-</code>
      <term><title>neck</title><code>S42.2-</code></term>
      <term><title>specified NEC</title><code>S42.8</code></term></term>
    <term><title>nose</title><term><title>unspecified</title><code>S02.2</code></term></term></mainTerm>
  <mainTerm><title>Headache</title><code>R51.9</code></mainTerm>
  <mainTerm><title>Status</title><code>Z99.9</code></mainTerm>
  <mainTerm><title>Spleen</title><term><title>big</title><code>R16.1</code></term>
    <term><title>large or big</title><code>D73.1</code></term></mainTerm>
  <mainTerm><title>Sebaceoma</title><see>Neoplasm, skin, benign</see></mainTerm>
  <mainTerm><title>Turn</title><see>Twist</see></mainTerm><mainTerm><title>Twist</title><see>Turn</see></mainTerm>
</letter></ICD10CM.index>"""
NEOPLASMS = """
<ICD10CM.index><version>2031</version><indexHeading><head col="1">Neoplasm</head><head col="2">Malignant Primary</head>
  <head col="3">Malignant Secondary</head><head col="5">Benign</head></indexHeading><letter>
  <mainTerm><title>Neoplasm, neoplastic</title><cell col="2">C80.1</cell>
    <term><title>skin NOS</title><cell col="2">C44.90</cell><cell col="5">D23.9</cell></term>
    <term><title>lung</title><cell col="2">C34.9-</cell><cell col="3">C78.0-</cell>
      <term><title>upper lobe</title><cell col="2">C34.1-</cell></term>
      <term><title>body</title><cell col="2">C34.8-</cell></term></term></mainTerm>
</letter></ICD10CM.index>"""
DRUGS = """
<ICD10CM.index><version>2031</version><indexHeading><head col="1">Substance</head>
  <head col="2">Poisoning, Accidental (unintentional)</head><head col="3">Poisoning, Intentional self-harm</head>
  <head col="6">Adverse effect</head></indexHeading><letter>
  <mainTerm><title>Moonshinol</title>
    <cell col="2">T39.011</cell><cell col="3">T39.012</cell><cell col="6">T39.015</cell>
  </mainTerm>
  <mainTerm><title>Lye</title><cell col="2">T54.3X1</cell><cell col="6">--</cell></mainTerm>
</letter></ICD10CM.index>"""


@pytest.fixture(scope="module")
def terms():
    return make_index_terms([read_index(text.encode(), "i.xml") for text in (INDEX, NEOPLASMS, DRUGS)])


@pytest.mark.parametrize(
    ("code", "wordings"),
    [
        ("S42.9", {"arm Fracture", "arm traumatic Fracture", "arm Fracture abduction", "arm Broken"}),
        ("D23.9", {"Sebaceoma", "benign neoplasm of skin"}),
        ("R51.9", {"Cephalgia"}),
        ("C34.1", {"malignant neoplasm of upper lobe lung"}),
        ("T39.012", {"intentional poisoning by Moonshinol", "Moonshinol overdose suicide attempt"}),
        ("T39.015", {"adverse effect of Moonshinol", "adverse reaction to Moonshinol"}),
        ("T54.3X1", {"Lye poisoning", "toxic effect of Lye"}),
    ],
)
def test_a_code_is_found_under_all_that_leads_to_it(terms, code, wordings):
    assert wordings <= set(terms[code])


def test_the_lines_below_a_reference_are_read_under_both_names(terms):
    assert {"neck arm Fracture", "arm neck Broken"} & set(terms["S42.2"]) == {"neck arm Fracture"}
    assert "neck arm Broken" in terms["S42.2"]


def test_a_reference_to_a_list_means_its_unspecified_line(terms):
    assert {"nose Fracture", "nose Broken"} <= set(terms["S02.2"])


def test_a_reference_by_site_leads_nowhere(terms):
    assert not [text for texts in terms.values() for text in texts if text == "bone Broken"]


def test_see_also_beside_a_list_is_not_the_meaning(terms):
    assert "pressure Elevated" not in terms["R51.9"]


def test_references_in_a_circle_end(terms):
    assert not [text for texts in terms.values() for text in texts if text in ("Turn", "Twist")]


def test_what_is_left_to_the_coder_is_no_wording(terms):
    assert "S42.8" not in terms


def test_a_single_word_of_everyday_english_is_no_wording(terms):
    assert "Z99.9" not in terms


def test_a_wording_belongs_to_the_line_that_prints_it(terms):
    assert terms["R16.1"] == ("big Spleen",)
    assert set(terms["D73.1"]) == {"large or big Spleen", "large Spleen"}


def test_a_site_is_named_without_the_larger_one_unless_it_says_too_little(terms):
    assert "malignant neoplasm of upper lobe" in terms["C34.1"]
    assert "malignant neoplasm of body" not in terms["C34.8"]


def test_no_index_has_no_terms():
    assert make_index_terms([]) == {}
