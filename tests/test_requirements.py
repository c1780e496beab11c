"""The lock file: exact versions of everything that pyproject.toml asks for, on every supported Python."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
LINE = re.compile(
    r"""
    [a-z0-9-]+ == [0-9A-Za-z.+!]+                             # name and exact version, no address and no option
    (?: [ ] ; [ ] python_version [ ] (?:<|>=|==|!=) [ ] "3\.\d+" )?   # on which Pythons
    """,
    re.VERBOSE,
)


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def asked(project):
    groups = (requirement for group in project["dependency-groups"].values() for requirement in group)
    return [
        Requirement(each)
        for each in (*project["project"]["dependencies"], *project["build-system"]["requires"], *groups)
    ]


def read_lock():
    return [line for line in (PROJECT / "requirements.lock").read_text(encoding="utf-8").splitlines() if line[0] != "#"]


def pins(python):
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    found = [Requirement(line) for line in read_lock()]
    return [each for each in found if each.marker is None or each.marker.evaluate(environment)]


def test_lock_holds_exact_versions_and_nothing_else():
    assert [line for line in read_lock() if not LINE.fullmatch(line)] == []


@pytest.mark.parametrize("python", PYTHONS)
def test_lock_has_one_version_of_a_package(python):
    names = [canonicalize_name(each.name) for each in pins(python)]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("python", PYTHONS)
def test_lock_satisfies_every_requirement(python, asked):
    version = {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in pins(python)}
    needed = [each for each in asked if each.marker is None or each.marker.evaluate({"python_version": python})]

    wrong = [
        str(each) for each in needed if not each.specifier.contains(version.get(canonicalize_name(each.name), "0"))
    ]

    assert wrong == []


def test_scispacy_is_asked_for_only_below_python_3_13():
    names = {python: {each.name for each in pins(python)} for python in PYTHONS}

    assert [python for python in PYTHONS if "scispacy" in names[python]] == ["3.11", "3.12"]


def test_every_bound_is_a_lower_one(asked):
    bounds = [[bound.operator for bound in each.specifier] for each in asked]

    assert bounds == [[">="]] * len(asked)


def imported_names(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


def test_what_the_package_imports_is_declared(project):
    """A package that comes along with another may go with it, too."""
    declared = {canonicalize_name(Requirement(each).name) for each in project["project"]["dependencies"]}
    imported = {name for path in (PROJECT / "src").rglob("*.py") for name in imported_names(path)}

    foreign = {canonicalize_name(name) for name in imported - sys.stdlib_module_names - {"codeassist"}}

    assert foreign - declared == set()


def test_what_is_declared_is_used_by_the_package(project):
    """docs/decisions/0005: a dependency that nothing uses yet waits for the change that uses it."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "src").rglob("*.py"))
    modules = [Requirement(each).name.replace("-", "_") for each in project["project"]["dependencies"]]

    assert [module for module in modules if not re.search(rf"\b{module}\b", text)] == []
