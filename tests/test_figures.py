"""The figures in README.md are those of the newest benchmark results."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_figures_of_the_readme_are_those_of_the_results():
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "figures.py", "--check"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
