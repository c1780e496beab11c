import datetime as dt
import json
import shutil
import subprocess
import sys
import textwrap

import pytest

from codeassist.errors import AssetError, ConfigError, DataFileError
from codeassist.terminology import sources
from codeassist.terminology.bundled import BundledRelease
from codeassist.terminology.codeset import IndexSummary
from codeassist.terminology.editions import (
    EditionInfo,
    import_release,
    list_editions,
    load_codeset,
    pick_edition,
    remove_edition,
)

INDEX_2031 = IndexSummary(years=("2031",), wordings=12, wordings_left_out=3, codes_absent=1)
BUNDLED = EditionInfo(
    "2030-04", dt.date(2030, 4, 1), dt.date(2030, 9, 30), 12, "simple-icd-10-cm", False, ("tabular",), "2030-04"
)


def folder_2031(own_cache):
    return own_cache / "editions" / "ICD-10-CM" / "2031"


def test_the_bundled_edition_needs_no_import(small_bundle):
    assert list_editions() == (BUNDLED,)
    assert load_codeset().edition == "2030-04"


def test_an_imported_edition_lies_beside_the_bundled_one(small_bundle, release_2031):
    info = import_release(release_2031)

    assert info == EditionInfo(
        "2031",
        dt.date(2030, 10, 1),
        dt.date(2031, 9, 30),
        12,
        "2031",
        True,
        ("tabular", "index", "external_causes", "neoplasms", "drugs"),
        "2031",
        INDEX_2031,
    )
    assert list_editions() == (BUNDLED, info)
    assert load_codeset().edition == "2031"
    assert load_codeset("2030-04").edition == "2030-04"


def test_an_order_file_alone_takes_its_notes_from_the_bundled_edition(small_bundle, order_2031):
    info = import_release(order_2031)
    codeset = load_codeset("2031")

    assert (info.billable_count, info.contents, info.notes_from) == (9, ("order",), "2030-04")
    assert codeset.is_billable("C4A.2")
    assert "C44" not in codeset
    assert codeset.notes("C4A.2", "excludes1")[0].text == "spots of the moon (B20, C43)"


def test_a_second_import_adds_to_the_first(small_bundle, order_2031, release_2031):
    import_release(order_2031)
    info = import_release(release_2031)

    assert info.contents == ("tabular", "order", "index", "external_causes", "neoplasms", "drugs")
    assert info.notes_from == "2031"
    assert info.billable_count == 9


def test_an_index_needs_an_installed_edition(small_bundle, release_2031):
    index = release_2031 / "icd10cm_index_2031.xml"

    with pytest.raises(DataFileError, match=r"index, and edition 2031 is not installed; .* --edition 2030-04"):
        import_release(index)
    import_release(release_2031 / "icd10cm_tabular_2031.xml")

    assert import_release(index).contents == ("tabular", "index")


def test_an_index_of_any_year_is_added_to_the_edition_that_is_named(small_bundle, release_2031):
    info = import_release(release_2031, edition="2030-04", only_index=True)

    assert list_editions() == (info,)
    assert (info.edition, info.source, info.index) == ("2030-04", "simple-icd-10-cm + 2031", INDEX_2031)
    assert info.contents == ("tabular", "index", "external_causes", "neoplasms", "drugs")
    assert "azure Fever" in load_codeset("2030-04").index_terms("B20")
    remove_edition("2030-04")
    assert list_editions() == (BUNDLED,)


def test_an_index_leaves_the_codes_from_where_they_were(small_bundle, order_2031, release_2031):
    import_release(order_2031)
    import_release(release_2031 / "icd10cm_index_2031.xml")
    info = import_release(release_2031 / "icd10cm_index_2031.xml", edition="2031")

    assert info.source == "icd10cm-order-2031.txt + icd10cm_index_2031.xml"
    assert (info.contents, info.notes_from) == (("order", "index"), "2030-04")


def test_an_index_that_was_added_to_the_bundled_edition_waits_while_another_is_bundled(
    small_bundle, release_2031, monkeypatch
):
    import_release(release_2031, edition="2030-04", only_index=True)
    other = BundledRelease(dt.date(2031, 10, 1), small_bundle.tabular, None)
    monkeypatch.setattr(sources, "find_bundled", lambda: other)

    assert [info.edition for info in list_editions()] == ["2032"]
    remove_edition("2030-04")


def test_a_release_without_an_index_has_none_to_add(small_bundle, order_2031):
    with pytest.raises(DataFileError, match=r"holds no ICD-10-CM index; .* expected an index file"):
        import_release(order_2031, only_index=True)


def test_the_fiscal_year_of_the_files_must_be_that_of_the_edition(small_bundle, release_2031):
    with pytest.raises(DataFileError, match="is of fiscal year 2031, not 2032"):
        import_release(release_2031, edition="2032")

    assert import_release(release_2031, edition="2031-04").valid_from == dt.date(2031, 4, 1)


def test_a_release_without_a_year_needs_the_edition(small_bundle, order_2031, tmp_path):
    path = shutil.copy(order_2031, tmp_path / "order.txt")

    with pytest.raises(DataFileError, match=r"order\.txt: no name in the release tells its fiscal year"):
        import_release(path)

    assert import_release(path, edition="2031").edition == "2031"


def test_a_release_of_something_else_is_refused_in_one_line(small_bundle, tmp_path):
    (tmp_path / "letter.txt").write_text("Dear reader")

    with pytest.raises(DataFileError) as error:
        import_release(tmp_path / "letter.txt")

    assert str(error.value) == (
        "letter.txt holds no ICD-10-CM release; letter.txt: not a file of an ICD-10-CM release; "
        "expected the tabular list (XML) or the order file of ICD-10-CM"
    )


def test_nothing_is_installed_if_a_file_cannot_be_read(small_bundle, own_cache, tmp_path):
    path = tmp_path / "tabular_2031.xml"
    path.write_text("<ICD10CM.tabular><version>2031</version><chapter>")

    with pytest.raises(DataFileError, match="the XML is broken here"):
        import_release(path)

    assert list_editions() == (BUNDLED,)
    assert [item.name for item in folder_2031(own_cache).parent.iterdir()] == ["import.lock"]


def test_a_failed_import_leaves_the_installed_edition_as_it_was(small_bundle, release_2031, tmp_path):
    before = import_release(release_2031)
    path = tmp_path / "icd10cm-order-2031.txt"
    path.write_text("00001 A00     0 Cholera\n")

    with pytest.raises(DataFileError, match="line 1: the row is not in order-file columns"):
        import_release(path)

    assert list_editions() == (BUNDLED, before)


def test_an_imported_edition_may_take_the_place_of_the_bundled_one_and_be_removed(small_bundle, release_2031, tmp_path):
    folder = tmp_path / "April 2030"
    folder.mkdir()
    for path in release_2031.iterdir():
        (folder / path.name).write_text(path.read_text(encoding="utf-8").replace("2031", "2030"), encoding="utf-8")

    info = import_release(folder)

    assert list_editions() == (info,)
    assert info.edition == "2030-04"
    remove_edition("2030-04")
    assert list_editions() == (BUNDLED,)


def test_removing_takes_the_compiled_file_along(small_bundle, own_cache, release_2031):
    import_release(release_2031)
    assert list((own_cache / "compiled").glob("codeset-2031-*.bin"))

    remove_edition("2031")

    assert not list((own_cache / "compiled").glob("codeset-2031-*"))
    assert not folder_2031(own_cache).exists()


@pytest.mark.parametrize(
    ("edition", "message"),
    [
        ("2030-04", "edition 2030-04 comes with the package simple-icd-10-cm and cannot be removed"),
        ("2029", "edition '2029' of ICD-10-CM is not installed; installed: 2030-04"),
        ("../..", r"edition '\.\./\.\.' of ICD-10-CM is not installed"),
    ],
)
def test_only_imported_editions_can_be_removed(small_bundle, edition, message):
    with pytest.raises(ConfigError, match=message):
        remove_edition(edition)


def test_an_unknown_edition_names_those_installed(small_bundle, release_2031):
    import_release(release_2031)

    with pytest.raises(ConfigError, match=r"edition '2040' of ICD-10-CM is not installed; installed: 2030-04, 2031;"):
        load_codeset("2040")


@pytest.mark.parametrize(
    ("day", "edition"),
    [
        (dt.date(2030, 4, 1), "2030-04"),
        (dt.date(2030, 9, 30), "2030-04"),
        (dt.date(2030, 10, 1), "2031"),
        (dt.date(2031, 3, 31), "2031"),
        (dt.date(2031, 4, 1), "2031-04"),
        (dt.datetime(2031, 9, 30, 23, 59, tzinfo=dt.UTC), "2031-04"),
        (None, "2031-04"),
    ],
)
def test_the_date_of_service_picks_the_edition_in_force(small_bundle, release_2031, day, edition):
    """Fiscal years begin on October 1; an update of April supersedes from April 1."""
    import_release(release_2031)
    import_release(release_2031, edition="2031-04")

    assert pick_edition(day) == (edition, "")


@pytest.mark.parametrize(
    ("day", "edition"),
    [(dt.date(2029, 1, 1), "2030-04"), (dt.date(2030, 11, 2), "2030-04"), (dt.date(2033, 1, 1), "2032")],
)
def test_outside_every_edition_the_nearest_is_used_and_named(small_bundle, order_2031, tmp_path, day, edition):
    import_release(shutil.copy(order_2031, tmp_path / "order-2032.txt"))

    found, note = pick_edition(day)

    assert found == edition
    assert note.startswith(
        f"date of service {day} lies outside every installed edition of ICD-10-CM; the nearest was used"
    )
    assert edition in note
    assert "codeassist codes import" in note


def test_of_two_equally_near_editions_the_later_is_used(small_bundle, order_2031, tmp_path):
    import_release(shutil.copy(order_2031, tmp_path / "order-2032.txt"))

    # 183 days after 2030-09-30 and 183 days before 2031-10-01.
    assert pick_edition(dt.date(2031, 4, 1))[0] == "2032"
    assert pick_edition(dt.date(2031, 3, 31))[0] == "2030-04"


def test_a_file_changed_after_its_import_is_refused(small_bundle, own_cache, release_2031):
    import_release(release_2031)
    path = folder_2031(own_cache) / "tabular.xml"
    path.write_bytes(path.read_bytes().replace(b"Blue", b"Pink"))

    with pytest.raises(AssetError, match=r"edition 2031: tabular\.xml was changed after its import"):
        load_codeset("2031")


def test_a_missing_file_is_named(small_bundle, own_cache, release_2031):
    import_release(release_2031)
    (folder_2031(own_cache) / "index.xml").unlink()

    with pytest.raises(AssetError, match=r"edition 2031: index\.xml is missing"):
        list_editions()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"edition": "2031", "source": "x", "files": 3}'])
def test_a_damaged_manifest_says_what_to_do_and_can_be_removed(small_bundle, own_cache, release_2031, content):
    import_release(release_2031)
    (folder_2031(own_cache) / "edition.json").write_text(content)

    with pytest.raises(AssetError, match="delete that folder and import the release again"):
        load_codeset()
    remove_edition("2031")

    assert load_codeset().edition == "2030-04"


def test_the_manifest_holds_the_sha256_of_each_file(small_bundle, own_cache, order_2031):
    import_release(order_2031)

    manifest = json.loads((folder_2031(own_cache) / "edition.json").read_text())

    assert manifest["source"] == "icd10cm-order-2031.txt"
    assert list(manifest["files"]) == ["order.txt"]
    assert len(manifest["files"]["order.txt"]) == 64


def test_where_nothing_can_be_written_an_import_says_so(small_bundle, release_2031, tmp_path, monkeypatch):
    blocker = tmp_path / "file"
    blocker.write_text("")
    monkeypatch.setenv("CODEASSIST_CACHE", str(blocker / "cache"))

    with pytest.raises(AssetError, match=r"cannot be written .* set CODEASSIST_CACHE"):
        import_release(release_2031)


def test_two_imports_at_once_leave_one_whole_edition(small_bundle, own_cache, release_2031):
    script = textwrap.dedent(
        """
        import sys
        from codeassist.terminology.editions import import_release
        print(import_release(sys.argv[1]).billable_count)
        """
    )
    command = [sys.executable, "-c", script, str(release_2031)]

    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate()[0].strip() for process in processes]

    assert outputs == ["12", "12"]
    assert [info.edition for info in list_editions()] == ["2030-04", "2031"]


def test_progress_is_told_while_compiling_and_not_when_opening(small_bundle):
    told = []

    load_codeset(progress=lambda doing, share: told.append((doing, share)))
    first = list(told)
    load_codeset(progress=lambda doing, share: told.append((doing, share)))

    assert [share for _, share in first] == [0.0, 0.4, 0.5, 1.0]
    assert first[0][0] == "reading edition 2030-04"
    assert told == first
