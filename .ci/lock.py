"""Writes requirements.lock: one exact version of every package, for each supported Python.

usage: python .ci/lock.py

Asks pip of each supported Python for what it would install (nothing is installed) and joins the answers; a package that
not all of them take gets an environment marker. Needs ``python3.11``, ``python3.12`` and ``python3.13`` on the path, or
their paths in the environment variables PYTHON311, PYTHON312 and PYTHON313.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
MARKERS = {
    PYTHONS: "",
    ("3.11",): ' ; python_version < "3.12"',
    ("3.11", "3.12"): ' ; python_version < "3.13"',
    ("3.12",): ' ; python_version == "3.12"',
    ("3.12", "3.13"): ' ; python_version >= "3.12"',
    ("3.13",): ' ; python_version >= "3.13"',
    ("3.11", "3.13"): ' ; python_version != "3.12"',
}
HEADER = "# Written by `make lock` from pyproject.toml; do not edit.\n"


def read_requirements() -> list[str]:
    """Return what pyproject.toml asks for: to run, to build, to test and to train."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"].values()
    return [
        *project["project"]["dependencies"],
        *project["build-system"]["requires"],
        *(requirement for group in groups for requirement in group),
    ]


def resolve(version: str, requirements: list[str]) -> dict[str, str]:
    """Return name and version of everything that pip of one Python would install."""
    python = os.environ.get("PYTHON" + version.replace(".", ""), f"python{version}")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ("--dry-run", "--ignore-installed", "-qq", "--only-binary=:all:", "--report", str(report))
        subprocess.run([python, "-m", "pip", "install", *options, *requirements], check=True)  # noqa: S603
        installs = json.loads(report.read_bytes())["install"]
    return {normalize(item["metadata"]["name"]): item["metadata"]["version"] for item in installs}


def normalize(name: str) -> str:
    """Return a package name as indexes spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def write_lock(resolved: dict[str, dict[str, str]]) -> str:
    """Return the text of the lock file from the packages of every Python."""
    pythons = defaultdict(list)
    for python, packages in resolved.items():
        for name, version in packages.items():
            pythons[name, version].append(python)
    lines = (f"{name}=={version}{MARKERS[tuple(found)]}\n" for (name, version), found in sorted(pythons.items()))
    return HEADER + "".join(lines)


def main() -> None:
    """Resolve for every Python, then write the file."""
    requirements = read_requirements()
    try:
        resolved = {python: resolve(python, requirements) for python in PYTHONS}
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"requirements.lock is unchanged: {error}; Python {', '.join(PYTHONS)} with pip are needed")
    (ROOT / "requirements.lock").write_text(write_lock(resolved), encoding="utf-8")


if __name__ == "__main__":
    main()
