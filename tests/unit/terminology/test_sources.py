import datetime as dt
from importlib.resources.abc import Traversable
from zipfile import Path as ZipPath
from zipfile import ZipFile

import pytest

from codeassist.terminology import sources
from codeassist.terminology.bundled import BundledRelease
from codeassist.terminology.sources import find_bundled_source, load_source


@pytest.mark.parametrize(
    ("start", "edition", "end"),
    [
        (dt.date(2026, 4, 1), "2026-04", dt.date(2026, 9, 30)),
        (dt.date(2026, 10, 1), "2027", dt.date(2027, 9, 30)),
        (dt.date(2027, 1, 1), "2027-01", dt.date(2027, 9, 30)),
    ],
)
def test_the_bundled_edition_is_named_for_its_fiscal_year(small_bundle, monkeypatch, start, edition, end):
    monkeypatch.setattr(sources, "find_bundled", lambda: BundledRelease(start, small_bundle.tabular, None))

    source = find_bundled_source()

    assert (source.edition, source.valid_from, source.valid_to) == (edition, start, end)


def test_another_source_compiles_to_another_fingerprint(small_bundle):
    before = load_source(find_bundled_source()).fingerprint
    small_bundle.tabular.write_bytes(small_bundle.tabular.read_bytes().replace(b"Blue fever", b"Pink fever"))

    after = load_source(find_bundled_source())

    assert after.fingerprint != before
    assert after.title("B20") == "Pink fever"


def test_a_new_compiler_version_compiles_to_another_fingerprint(small_bundle, monkeypatch):
    before = load_source(find_bundled_source()).fingerprint
    monkeypatch.setattr(sources, "COMPILER_VERSION", 999)

    assert load_source(find_bundled_source()).fingerprint != before


def test_a_package_inside_a_zip_file_is_read_like_one_on_disk(small_bundle, tmp_path, monkeypatch):
    expected = load_source(find_bundled_source()).fingerprint
    with ZipFile(tmp_path / "packages.zip", "w") as archive:
        archive.write(small_bundle.tabular, "data/tabular.xml")
    inside = ZipPath(tmp_path / "packages.zip", "data/tabular.xml")
    monkeypatch.setattr(sources, "find_bundled", lambda: BundledRelease(dt.date(2030, 4, 1), inside, None))

    assert isinstance(inside, Traversable)
    assert load_source(find_bundled_source()).fingerprint == expected


def test_the_code_list_of_the_package_confirms_what_is_made_from_seventh_characters(
    small_bundle, tmp_path, monkeypatch
):
    code_list = tmp_path / "code-list.txt"
    code_list.write_text("W06\nW06XXXS\n")
    monkeypatch.setattr(
        sources, "find_bundled", lambda: BundledRelease(dt.date(2030, 4, 1), small_bundle.tabular, code_list)
    )

    codes = load_source(find_bundled_source())

    assert [code for code in codes.codes() if len(code) == 8] == ["W06.XXXS"]
