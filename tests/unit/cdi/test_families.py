import pytest

from codeassist.cdi.families import fit_family, read_families, read_family
from codeassist.cdi.records import is_open_code
from codeassist.errors import DataFileError

GOOD = """
name = "made-up fever"
categories = ["R50"]
criteria = "none"
importance = 0.5
indicator = [ { name = "heat", terms = ["heat"] }, { name = "ice", drugs = ["ICE"], core = true } ]
axis = [
  { axis = "etiology", worth = 0.5, open = ["R50.9$"], options = [["one", "A09"], { value = "b", needs = ["heat"] }] },
]
undocumented = [ { worth = 0.4, minimum = 1 } ]
"""


def write(tmp_path, text):
    path = tmp_path / "made-up.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_family_is_read_with_its_defaults(tmp_path):
    family = read_family(write(tmp_path, GOOD))

    assert family.slug == "made-up"
    assert [(each.bearing, each.points, each.is_core) for each in family.indicators] == [
        ("supports", 1.0, False),
        ("treatment", 1.0, True),
    ]
    assert family.indicators[1].drugs == ("ice",)
    (rule,) = family.undocumented
    assert (rule.diagnosis, rule.category, rule.documented, rule.axis) == (
        "made-up fever",
        "R50",
        ("R50",),
        "diagnosis",
    )
    assert [each.option.codes for each in family.axes[0].options] == [("A09",), ()]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name =", "nom =", "nom"),
        ('axis = "etiology"', 'axis = "colour"', "colour"),
        ('needs = ["heat"]', 'needs = ["cold"]', "cold"),
        ('name = "ice"', 'name = "heat"', "defined twice"),
        ('terms = ["heat"]', 'terms = ["heat"], relation = "twist"', "twist"),
        ("importance = 0.5", "", "importance"),
        ("worth = 0.4", "worth = [", "made-up.toml"),
        ("minimum = 1", 'minimum = "much"', "much"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path, old, new, said):
    with pytest.raises(DataFileError, match=said):
        read_family(write(tmp_path, GOOD.replace(old, new, 1)))


def test_the_library_is_read_in_order_of_its_files():
    slugs = [family.slug for family in read_families()]

    assert slugs == sorted(slugs)
    assert len(slugs) >= 79


@pytest.mark.parametrize(
    ("code", "patterns", "is_open"),
    [("I50.9", ("I50.9",), True), ("I50.21", ("I50.2$",), False), ("I50.2", ("I50.2$",), True), ("I51", (), False)],
)
def test_open_codes_are_prefixes_or_a_code_itself(code, patterns, is_open):
    assert is_open_code(code, patterns) is is_open


def test_options_lead_to_codes_of_the_edition_only(tmp_path):
    family = fit_family(read_family(write(tmp_path, GOOD)), {"A08"})

    assert [each.option.codes for each in family.axes[0].options] == [(), ()]
