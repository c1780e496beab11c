import runpy
from pathlib import Path

FOLDER = Path(__file__).parents[3] / "docs" / "reference"


def test_the_page_of_rules_is_what_the_tables_give():
    built = runpy.run_path(str(FOLDER / "build_lint_rules.py"))

    assert (FOLDER / "query-lint-rules.md").read_text(encoding="utf-8") == built["render"]()
