"""No network at run time: with every socket refused, a fresh process compiles the edition and codes a note."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# Refuses every socket, name look-up and URL before anything else is imported.
GUARD = """
import sys

def refuse(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.client.", "ftplib.", "smtplib.")):
        raise AssertionError("the network was used: " + event)

sys.addaudithook(refuse)
"""
CODE = """
import json
import codeassist

assistant = codeassist.load()
result = assistant.code("Assessment: 1. Gout. 2. Chronic kidney disease, stage 3b.")
codes = [each.code.value for each in result.diagnoses]
hits = [match.code for match in assistant.search("kidney failure", limit=1)]
print(json.dumps([codes, len(hits)]))
"""


def run(source, cache):
    environment = {**os.environ, "CODEASSIST_CACHE": str(cache)}
    return subprocess.run(
        [sys.executable, "-c", GUARD + source], env=environment, capture_output=True, text=True, check=False
    )


def test_note_is_coded_from_an_empty_cache_without_any_socket(tmp_path):
    done = run(CODE, tmp_path)

    assert done.returncode == 0, done.stderr
    codes, hits = json.loads(done.stdout)
    assert sorted(codes) == ["M10.9", "N18.32"]
    assert hits == 1
    assert (tmp_path / "compiled").is_dir()


@pytest.mark.parametrize(
    "source",
    [
        "import socket; socket.socket()",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import urllib.request; urllib.request.urlopen('http://localhost/')",
    ],
)
def test_guard_would_notice_the_network(tmp_path, source):
    done = run(source, tmp_path)

    assert done.returncode != 0
    assert "the network was used" in done.stderr


def test_package_imports_no_network_client():
    """Nothing of the package itself opens a connection, not even where no test goes."""
    package = Path(__file__).parents[1] / "src" / "codeassist"
    clients = ("socket", "urllib.request", "http.client", "requests", "httpx", "ftplib", "smtplib")

    found = [
        (path.name, client)
        for path in package.rglob("*.py")
        for client in clients
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith((f"import {client}", f"from {client} "))
    ]

    assert found == []
