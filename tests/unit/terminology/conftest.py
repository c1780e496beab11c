"""An invented release in official formats, and a cache folder of the test's own."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from codeassist.assets import CACHE_VARIABLE
from codeassist.terminology import sources
from codeassist.terminology.bundled import BundledRelease
from codeassist.terminology.editions import import_release, load_codeset

RELEASES = Path(__file__).parents[2] / "cases" / "releases"


@pytest.fixture
def release_2031():
    return RELEASES / "2031"


@pytest.fixture
def order_2031():
    return RELEASES / "icd10cm-order-2031.txt"


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    return folder


@pytest.fixture
def small_bundle(tmp_path, monkeypatch, own_cache, release_2031):
    """Stand the invented list, dated April 2030, in for the one inside simple-icd-10-cm."""
    path = tmp_path / "tabular-April-1-2030.xml"
    shutil.copy(release_2031 / "icd10cm_tabular_2031.xml", path)
    release = BundledRelease(dt.date(2030, 4, 1), path, None)
    monkeypatch.setattr(sources, "find_bundled", lambda: release)
    return release


@pytest.fixture
def codeset_2031(small_bundle, release_2031):
    import_release(release_2031)
    return load_codeset("2031")
