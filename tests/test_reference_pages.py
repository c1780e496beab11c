"""The pages of docs/reference are generated; none may fall behind the tables that it shows."""

import runpy
from pathlib import Path

import pytest

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"


@pytest.mark.parametrize(
    ("script", "page"),
    [
        ("build_guidelines.py", "guidelines.md"),
        ("build_lint_rules.py", "query-lint-rules.md"),
        ("build_sections.py", "sections.md"),
    ],
)
def test_a_page_is_up_to_date(script, page):
    build = runpy.run_path(str(REFERENCE / script))

    assert (REFERENCE / page).read_text(encoding="utf-8") == build["render"](), f"run: python docs/reference/{script}"
