import datetime as dt
import importlib.util
import subprocess
import sys

import pytest

from codeassist.errors import AssetError
from codeassist.terminology import bundled
from codeassist.terminology.bundled import find_bundled, read_code_list


@pytest.fixture
def fake_package(tmp_path, monkeypatch):
    """Make a package whose import fails, with a data folder to fill, and stand it in for simple-icd-10-cm."""
    folder = tmp_path / "fake_icd" / "data"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(bundled, "PACKAGE", "fake_icd")
    find_bundled.cache_clear()
    yield folder
    find_bundled.cache_clear()


def test_the_newest_tabular_list_is_found_without_importing_the_package(fake_package):
    for name in ("icd10c-tabular-April-1-2030.xml", "icd10c-tabular-October-1-2030.xml", "code-list-October-2030.txt"):
        (fake_package / name).write_text("")

    release = find_bundled()

    assert release.valid_from == dt.date(2030, 10, 1)
    assert release.tabular.name == "icd10c-tabular-October-1-2030.xml"
    assert release.code_list.name == "code-list-October-2030.txt"
    assert "fake_icd" not in sys.modules


def test_a_code_list_may_be_absent(fake_package):
    (fake_package / "tabular-April-2030.xml").write_text("")

    assert find_bundled().code_list is None
    assert find_bundled().valid_from == dt.date(2030, 4, 1)


@pytest.mark.parametrize("name", ["tabular.xml", "tabular-Avril-1-2030.xml", "index-April-1-2030.xml", "__init__.py"])
def test_a_package_without_a_dated_tabular_list_is_an_asset_error(fake_package, name):
    (fake_package / name).write_text("")

    with pytest.raises(AssetError, match="holds no dated tabular list; install a release of simple-icd-10-cm"):
        find_bundled()


def test_an_absent_package_says_how_to_install_it(monkeypatch):
    find_bundled.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(AssetError, match="run pip install simple-icd-10-cm"):
        find_bundled()


def test_a_code_list_is_read_without_dots_and_columns():
    assert read_code_list(b"A00-A09\nA00\nA00.1 Cholera\n\n") == {"A00-A09", "A00", "A001"}


@pytest.mark.assets
def test_the_package_is_never_imported_at_run_time():
    script = "import sys; from codeassist.terminology.editions import load_codeset; load_codeset().title('A00.0')"
    script += "; print([name for name in sys.modules if name.startswith('simple_icd')])"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
