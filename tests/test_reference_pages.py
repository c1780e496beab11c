"""The pages of docs/reference are generated; none may fall behind the tables that it shows."""

import runpy
from pathlib import Path

import pytest

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"


@pytest.mark.parametrize("name", ["guidelines", "sections"])
def test_a_page_is_up_to_date(name):
    build = runpy.run_path(str(REFERENCE / f"build_{name}.py"))

    assert (REFERENCE / f"{name}.md").read_text(encoding="utf-8") == build["render"](), (
        f"run: python docs/reference/build_{name}.py"
    )
