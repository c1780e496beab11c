"""The documentation runs: its Python blocks, its command lines, its links, and the names it gives."""

import importlib
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer

import codeassist
from codeassist.cli import app

PROJECT = Path(__file__).parents[1]
PAGES = sorted(
    [
        *PROJECT.glob("*.md"),
        *PROJECT.glob("docs/**/*.md"),
        *PROJECT.glob("data/**/*.md"),
        *PROJECT.glob("models/**/*.md"),
    ]
)
BLOCK = re.compile(
    r"""
    ^ ``` (?P<language> [a-z]* ) [ ]* \n    # the fence and its language
    (?P<text> .*? )                         # up to
    ^ ``` [ ]* $                            # the closing fence
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
LINK = re.compile(
    r"""
    (?<! ! ) \[ [^\]\n]* \]                        # [words], not a picture
    \( (?P<path> [^)\s\#]* ) (?: \# (?P<anchor> [^)\s]* ) )? \)
    """,
    re.VERBOSE,
)
DOTTED_NAME = re.compile(
    r"""
    ` (?P<name> codeassist (?: \. [A-Za-z_]\w* )+ ) (?: \(\) )? `    # `codeassist.pipeline.load`
    """,
    re.VERBOSE,
)
FENCED = re.compile(r"```.*?```", re.DOTALL)


def named(path):
    return str(path.relative_to(PROJECT))


def read_blocks(page, *languages):
    text = page.read_text(encoding="utf-8")
    return [found["text"] for found in BLOCK.finditer(text) if found["language"] in languages]


@pytest.fixture
def reader_folder(tmp_path, monkeypatch):
    """A folder with the examples, such as a reader would stand in; what a page writes goes away with it."""
    (tmp_path / "examples").symlink_to(PROJECT / "examples")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("page", [page for page in PAGES if read_blocks(page, "python")], ids=named)
def test_python_blocks_of_a_page_run_in_order(page, reader_folder, capsys):
    namespace = {"__name__": "__main__"}

    for number, block in enumerate(read_blocks(page, "python"), 1):
        exec(compile(block, f"{page.name}, block {number}", "exec"), namespace)  # noqa: S102 - the point of the test


def read_commands(page):
    """Yield the command lines of a page; a line of output is told from one by its prompt or the missing language."""
    for block in read_blocks(page, "", "console", "sh", "bash"):
        for line in block.replace("\\\n", " ").splitlines():
            command = line.removeprefix("$ ")
            if command.startswith("codeassist ") and not command.endswith(":"):
                yield re.split(r" [|<>#]", command)[0]


COMMANDS = [(page, command) for page in PAGES for command in read_commands(page)]


@pytest.mark.parametrize(("page", "command"), COMMANDS, ids=[f"{named(page)}: {line}" for page, line in COMMANDS])
def test_command_lines_name_real_commands_and_options(page, command):
    found, words = typer.main.get_command(app), shlex.split(command)[1:]
    options = {name for each in found.params for name in each.opts}

    while words and words[0] in getattr(found, "commands", {}):
        found = found.commands[words.pop(0)]
        options |= {name for each in found.params for name in each.opts}

    assert not getattr(found, "commands", {}) or not words or words[0].startswith("-")
    assert {word.split("=")[0] for word in words if word.startswith("--")} - {"--help"} <= options


def read_anchors(page):
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_between_pages_resolve(page):
    links = [found.groupdict() for found in LINK.finditer(FENCED.sub("", page.read_text(encoding="utf-8")))]
    local = [link for link in links if not link["path"].startswith(("http:", "https:", "mailto:"))]

    broken = [
        link
        for link in local
        if not (target := (page.parent / link["path"]).resolve() if link["path"] else page).exists()
        or (link["anchor"] and link["anchor"] not in read_anchors(target))
    ]

    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_names_in_full_exist(page):
    names = [found["name"] for found in DOTTED_NAME.finditer(page.read_text(encoding="utf-8"))]

    assert [name for name in names if not exists(name)] == []


def exists(name):
    """Tell whether a dotted name is a module, or an attribute that one or two steps from a module lead to."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part, None)
        return found is not None
    return False


def test_index_leads_to_every_page():
    index = PROJECT / "docs" / "index.md"
    links = {(index.parent / found["path"]).resolve() for found in LINK.finditer(index.read_text(encoding="utf-8"))}

    assert {page for page in PAGES if page.is_relative_to(index.parent) and page != index} - links == set()


def test_decisions_are_numbered_in_a_row():
    names = sorted(path.name for path in (PROJECT / "docs" / "decisions").glob("*.md"))

    assert [name[:5] for name in names] == [f"{number:04}-" for number in range(1, len(names) + 1)]


def test_changelog_package_and_project_agree_on_the_version():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (newest, *_) = re.findall(
        r"^## \[(\d+\.\d+\.\d+)\]", (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert newest == project["version"] == codeassist.__version__


def test_glossary_defines_a_word_once():
    text = (PROJECT / "GLOSSARY.md").read_text(encoding="utf-8")
    words = [
        word.strip() for row in re.findall(r"^\| (?!say|---)([^|]+) \|", text, re.MULTILINE) for word in row.split(",")
    ]

    assert sorted({word for word in words if words.count(word) > 1}) == []
