import hashlib
import json
import re
from pathlib import Path

import platformdirs
import pytest

from codeassist import assets
from codeassist.assets import CACHE_VARIABLE, asset_root, cache_root, find_asset, hash_tables, read_model
from codeassist.errors import AssetError

MODEL = b'{"coefficients": {"heading": 0.5}, "intercept": -1.0}\n'


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Stand a folder of the test's own in for the one with ``data`` and ``models``."""
    monkeypatch.setattr(assets, "asset_root", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def model_folder(root):
    folder = root / "models" / "invented" / "1"
    folder.mkdir(parents=True)
    (folder / "model.json").write_bytes(MODEL)
    manifest = {"files": {"model.json": hashlib.sha256(MODEL).hexdigest()}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Stand a package at ``src/codeassist`` of an empty checkout in for the installed one."""
    folder = tmp_path / "checkout" / "src" / "codeassist"
    folder.mkdir(parents=True)
    monkeypatch.setattr(assets, "_PACKAGE", folder)
    asset_root.cache_clear()
    yield folder
    asset_root.cache_clear()


def test_data_inside_the_package_is_preferred_to_a_checkout(package):
    (package / "_assets" / "data" / "lexicon").mkdir(parents=True)
    (package.parents[1] / "data" / "lexicon").mkdir(parents=True)

    assert asset_root() == package / "_assets"


def test_data_of_the_checkout_is_found_from_an_editable_install(package):
    (package.parents[1] / "data" / "lexicon").mkdir(parents=True)

    assert asset_root() == package.parents[1]


def test_package_without_data_says_to_reinstall(package):
    with pytest.raises(AssetError, match="reinstall the package"):
        asset_root()


def test_asset_is_found_by_its_relative_path(root):
    (root / "data").mkdir()

    assert find_asset("data") == root / "data"


def test_missing_asset_is_named(root):
    with pytest.raises(AssetError, match="data/lexicon/1999 is missing"):
        find_asset("data/lexicon/1999")


def test_cache_folder_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))

    assert cache_root() == tmp_path


@pytest.mark.parametrize("value", [None, ""])
def test_cache_folder_is_the_accounts_own_by_default(monkeypatch, value):
    monkeypatch.delenv(CACHE_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(CACHE_VARIABLE, value)

    assert str(cache_root()) == platformdirs.user_cache_dir("codeassist", appauthor=False)


def test_model_with_the_manifests_sha256_is_read(model_folder):
    assert read_model("models/invented/1") == {"model.json": MODEL}


def test_changed_byte_of_a_model_is_refused(model_folder):
    (model_folder / "model.json").write_bytes(MODEL.replace(b"0.5", b"0.6"))

    with pytest.raises(AssetError, match=r"models/invented/1/model\.json has sha256 \w{12}, its manifest says \w{12}"):
        read_model("models/invented/1")


@pytest.mark.parametrize("name", ["model.json", "manifest.json"])
def test_missing_file_of_a_model_is_refused(model_folder, name):
    (model_folder / name).unlink()

    with pytest.raises(AssetError, match=r"models/invented/1 has no readable manifest\.json with its files"):
        read_model("models/invented/1")


@pytest.mark.parametrize("content", [b"\xff{", b"{}", b"[]", b"null", b'{"files": 7}', b'{"files": {"other": "0"}}'])
def test_manifest_that_names_no_sha256_is_refused(model_folder, content):
    (model_folder / "manifest.json").write_bytes(content)

    with pytest.raises(AssetError, match="no readable"):
        read_model("models/invented/1")


@pytest.fixture
def installed_package(package):
    """A package with one table of each kind, data in the checkout above it."""
    checkout = package.parents[1]
    for name in ("data/lexicon/1/terms.tsv", "data/axes/1/overrides.tsv", "models/m/1/manifest.json"):
        path = checkout / name
        path.parent.mkdir(parents=True)
        path.write_text(name, encoding="utf-8")
    (package / "cues.tsv").write_text("cues", encoding="utf-8")
    return package


@pytest.mark.parametrize(
    "name",
    ["data/lexicon/1/terms.tsv", "data/axes/1/overrides.tsv", "models/m/1/manifest.json", "src/codeassist/cues.tsv"],
)
def test_every_table_and_model_counts_in_the_hash(installed_package, name):
    before = hash_tables()

    (installed_package.parents[1] / name).write_text("changed", encoding="utf-8")

    assert hash_tables() != before


def test_a_table_that_is_added_counts_and_other_files_do_not(installed_package):
    before = hash_tables()
    for name in ("README.md", "module.py", "page.css"):
        (installed_package / name).touch()
    assert hash_tables() == before

    (installed_package / "new.tsv").touch()

    assert hash_tables() != before


def test_a_wheel_and_a_checkout_with_the_same_files_have_one_hash(installed_package):
    before = hash_tables()
    assets = installed_package / "_assets"
    assets.mkdir()
    for folder in ("data", "models"):
        (installed_package.parents[1] / folder).rename(assets / folder)
    asset_root.cache_clear()

    assert hash_tables() == before


def test_every_table_that_the_package_reads_is_hashed():
    """Whatever a module names as a .tsv or a model folder, whole names only, is among the files that are hashed."""
    asset_root.cache_clear()
    package = Path(assets.__file__).parent
    sources = "\n".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    hashed = {name for name, _ in assets._find_tables()}

    named = set(re.findall(r"""(?<=[/"])[a-z_]+\.tsv(?=")""", sources))
    models = set(re.findall(r'''"(models/[a-z_]+/\d+)"''', sources))

    assert named
    assert named - {name.rsplit("/", 1)[1] for name in hashed} == set()
    assert models
    assert {f"{folder}/manifest.json" for folder in models} - hashed == set()
