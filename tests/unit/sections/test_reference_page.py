"""The page docs/reference/sections.md is generated; it must not fall behind the tables."""

import runpy
from pathlib import Path

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


def test_page_of_sections_is_up_to_date():
    build = runpy.run_path(str(REFERENCE / "build_sections.py"))

    assert (REFERENCE / "sections.md").read_text(encoding="utf-8") == build["render"](), (
        "run: python docs/reference/build_sections.py"
    )
