"""The import-direction table of the project, enforced on the syntax trees."""

import ast
from pathlib import Path

import pytest

import codeassist

ROWS = (
    {"errors"},
    {"core"},
    {"assets", "config", "io", "evaluation"},
    {"terminology"},
    {"sections", "annotation", "linking", "selection", "procedures", "cdi", "audit"},
    {"pipeline"},
    {"batch", "report", "spark", "spacy_component", "workbench"},
    {"__init__", "cli"},
    {"__main__"},
)
ROW_OF = {name: number for number, names in enumerate(ROWS) for name in names}
PACKAGE = Path(codeassist.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))


def part_of(module):
    return module.split(".")[1] if "." in module else "__init__"


def own_imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names if alias.name.split(".")[0] == "codeassist")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "codeassist":
            yield node, node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_import_only_from_rows_above_their_own(path):
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top_level = {id(node) for node in tree.body} | {
        id(child) for node in tree.body if isinstance(node, ast.If) for child in node.body
    }

    wrong = [
        (module, node.lineno)
        for node, module in own_imports(tree)
        if not (part_of(module) == part or ROW_OF[part_of(module)] < ROW_OF[part])
        or (part_of(module) == "__init__")
        or id(node) not in top_level
    ]

    assert wrong == []


def test_every_part_has_a_row():
    parts = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in MODULES}

    assert parts <= set(ROW_OF)


def test_no_extension_is_set_outside_the_spacy_component():
    offenders = [
        path.name
        for path in MODULES
        if path.name != "spacy_component.py" and ".set_extension(" in path.read_text(encoding="utf-8")
    ]

    assert offenders == []
