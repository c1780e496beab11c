"""Fixtures that several chapters of tests share."""

import pytest


@pytest.fixture(scope="session")
def assistant():
    """The assistant with the bundled edition, loaded once."""
    from codeassist.pipeline import load

    return load()


@pytest.fixture(scope="session")
def stages(assistant):
    """The stages of the bundled edition."""
    return assistant.stages()
