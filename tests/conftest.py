"""Fixtures that several chapters of tests share."""

from pathlib import Path

import pytest

from codeassist.pipeline import load

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def assistant():
    """The assistant with the bundled edition, loaded once."""
    return load()


@pytest.fixture(scope="session")
def stages(assistant):
    """The stages of the bundled edition."""
    return assistant.stages()


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="rewrite the files of tests/golden, to be reviewed")


@pytest.fixture
def check_golden(request):
    """Compare a text with a file of tests/golden, or rewrite that file where ``--update-golden`` is given."""

    def check(name, text):
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.is_file(), f"{path.name} is missing; write it with pytest --update-golden and review it"
        assert path.read_text(encoding="utf-8") == text

    return check
