"""The wheel: what it carries, and that it works installed in an empty environment away from the checkout."""

import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

# Nothing is fetched for these tests: the build backend is that of requirements.lock, so `make test` never skips them.
pytestmark = [
    pytest.mark.wheel,
    pytest.mark.skipif(
        not all(importlib.util.find_spec(name) for name in ("hatchling", "pip")),
        reason="hatchling or pip is not installed; make test sets up an environment that has both",
    ),
]

PROJECT = Path(__file__).parents[1]
SENTENCE = "Assessment: Acute on chronic systolic heart failure."
ASSETS = "codeassist/_assets/"


def run(*command, cwd, text=None, **variables):
    """Run a command away from the checkout with nothing of this process's environment but the path."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), "PYTHONUTF8": "1", **variables}
    return subprocess.run(command, cwd=cwd, env=environment, input=text, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    options = (
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(folder),
    )
    done = run(sys.executable, "-m", "pip", "wheel", *options, str(PROJECT), cwd=folder)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


@pytest.fixture(scope="module")
def metadata(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return HeaderParser().parsestr(archive.read(name).decode("utf-8"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The commands of an environment that holds the wheel alone.

    It sees the dependencies of this one, but not its codeassist: the editable install lies behind a .pth file, which
    Python reads in an environment's own folder only.
    """
    folder = tmp_path_factory.mktemp("environment")
    assert run(sys.executable, "-m", "venv", "--without-pip", str(folder), cwd=folder).returncode == 0
    places = {"base": str(folder), "platbase": str(folder)}
    site, scripts = (Path(sysconfig.get_path(name, "venv", vars=places)) for name in ("purelib", "scripts"))
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-index")
    pip = (sys.executable, "-m", "pip", "--python", str(scripts / "python"))
    done = run(*pip, "install", *options, str(wheel), cwd=folder)
    assert done.returncode == 0, done.stderr
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return scripts


def shipped(folder, *, suffixes):
    return {
        ASSETS + path.relative_to(PROJECT).as_posix()
        for path in (PROJECT / folder).rglob("*")
        if path.suffix in suffixes and "__pycache__" not in path.parts
    }


def test_wheel_carries_every_table_and_model(names):
    wanted = shipped("data", suffixes={".tsv", ".toml", ".md"}) | shipped("models", suffixes={".json", ".md", ".onnx"})

    assert {name for name in names if name.startswith(ASSETS)} == wanted


def test_wheel_carries_the_package_with_every_file_beside_the_code(names):
    package = PROJECT / "src"
    wanted = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert {name for name in names if name.startswith("codeassist/") and not name.startswith(ASSETS)} == wanted


def test_wheel_carries_nothing_else(names):
    """No test, no gold label, no training script, no example."""
    others = {name.split("/", 1)[0] for name in names if not name.startswith("codeassist/")}

    assert len(others) == 1
    assert others.pop().endswith(".dist-info")


def test_wheel_asks_for_what_the_project_declares(metadata):
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    wanted = [*project["dependencies"]]
    for extra, packages in project["optional-dependencies"].items():
        wanted += [f"{package}; extra == '{extra}'" for package in packages]
    asked = [requirement.replace('"', "'") for requirement in metadata.get_all("Requires-Dist")]

    assert sorted(asked) == sorted(wanted)
    assert metadata["Requires-Python"] == project["requires-python"]


def test_wheel_carries_licence_and_notice(names):
    assert {name.rsplit("/", 1)[1] for name in names if ".dist-info/licenses/" in name} == {"LICENSE", "NOTICE"}


def test_installed_wheel_codes_a_sentence_away_from_the_checkout(installed, tmp_path):
    cache = str(tmp_path / "cache")

    done = run(
        str(installed / "codeassist"),
        "code",
        "-",
        "--format",
        "json",
        cwd=tmp_path,
        text=SENTENCE,
        CODEASSIST_CACHE=cache,
    )

    assert done.returncode == 0, done.stderr
    reported = [each["code"] for each in json.loads(done.stdout)["diagnoses"] if each["disposition"] == "report"]
    assert reported == ["I50.23"]


def test_installed_wheel_is_the_one_that_is_tested(installed, tmp_path):
    source = "import codeassist.assets as a; print(a.__file__); print(a.asset_root())"

    module, root = run(str(installed / "python"), "-c", source, cwd=tmp_path).stdout.split()

    assert Path(module).is_relative_to(installed.parent)
    assert Path(root).is_relative_to(installed.parent)


def test_every_entry_point_of_the_installed_wheel_can_be_loaded(installed, tmp_path):
    """A factory that cannot be imported would break every spaCy pipeline on the machine, not only this package's."""
    source = (
        "from importlib.metadata import distributions\n"
        "(dist,) = distributions(name='codeassist', path=[{!r}])\n"
        "print(sorted(each.load().__module__ for each in dist.entry_points))\n"
    ).format(str(next(installed.parent.glob("lib/python*/site-packages"))))

    done = run(str(installed / "python"), "-c", source, cwd=tmp_path)

    assert done.stdout.strip() == "['codeassist.cli', 'codeassist.spacy_component']", done.stderr
