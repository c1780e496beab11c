"""Old compiled files go; what is in use, or may be, stays; no process is ever broken by it."""

import os
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

from codeassist.terminology import cache_pruning
from codeassist.terminology.cache_pruning import DAY, NEWEST, UNUSED, delete, mark_used, prune
from codeassist.terminology.store import compiled_path, load_or_build, open_store


def make_key(number):
    return f"{number:032x}" * 2


def build():
    return {"n": np.arange(10)}, {}


def age(path, seconds):
    """Let a file look as if it was written and last opened so long ago."""
    moment = time.time() - seconds
    for each in (path, path.with_suffix(".ok")):
        os.utime(each, (moment, moment))


@pytest.fixture
def make_file(own_cache):
    def make(name, number, *, days):
        path = compiled_path(name, make_key(number))
        load_or_build(name, key=make_key(number), build=build)
        age(path, days * DAY)
        return path

    return make


def list_names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_newest_versions_of_a_name_stay(make_file):
    paths = [make_file("axes-2031", number, days=20 - number) for number in range(NEWEST)]

    load_or_build("axes-2031", key=make_key(99), build=build)

    kept = [path for path in paths if path.exists()]
    assert kept == paths[1:]
    assert not paths[0].with_suffix(".ok").exists()


def test_versions_used_within_the_hour_stay_however_many_there_are(own_cache):
    for number in range(NEWEST + 3):
        load_or_build("axes-2031", key=make_key(number), build=build)

    assert len(list((own_cache / "compiled").glob("axes-2031-*.bin"))) == NEWEST + 3


def test_another_edition_and_a_longer_name_are_counted_apart(make_file):
    others = [
        make_file(name, number, days=5) for number, name in enumerate(["axes-2031-04", "axes-2030", "terms-2031"])
    ]
    for number in range(10, 20):
        make_file("axes-2031", number, days=2)

    assert all(path.exists() for path in others)


def test_what_nobody_opened_for_a_month_goes_whatever_its_name(make_file):
    old, recent = make_file("codeset-2029", 1, days=31), make_file("codeset-2030", 2, days=29)

    load_or_build("axes-2031", key=make_key(3), build=build)

    assert (old.exists(), recent.exists()) == (False, True)


def test_opening_marks_a_file_as_used(make_file):
    path = make_file("axes-2031", 1, days=200)

    load_or_build("axes-2031", key=make_key(1), build=build)
    load_or_build("axes-2031", key=make_key(2), build=build)

    assert path.exists()


def test_a_mark_that_is_missing_counts_from_the_writing(make_file):
    path = make_file("axes-2031", 1, days=2)
    path.with_suffix(".ok").unlink()

    prune(path.parent, "axes-2031")

    assert path.exists()


def test_leftovers_of_ended_processes_go_with_time(make_file):
    folder = make_file("axes-2031", 1, days=1).parent
    for name in ("hash-0.json", "axes-2031.lock", f"x-{make_key(7)[:32]}.lock", "axes.bin123.part", "reader.txt"):
        path = folder / name
        path.touch()
        os.utime(path, (0, 0))
    (folder / "hash-1.json").touch()

    prune(folder, "axes-2031")

    left = list_names(folder)
    assert [name for name in left if not name.startswith("axes-2031-")] == ["hash-1.json", "reader.txt"]


def test_an_open_file_keeps_its_content_when_another_process_deletes_it(make_file):
    path = make_file("axes-2031", 1, days=1)
    store = open_store(path, key=make_key(1))

    delete(path)

    assert store["n"].sum() == 45
    assert load_or_build("axes-2031", key=make_key(1), build=build)["n"].sum() == 45


def test_what_cannot_be_deleted_or_marked_stays_without_a_word(make_file, monkeypatch):
    path = make_file("axes-2031", 1, days=200)

    def refuse(*_args, **_options):
        raise PermissionError(13, "held open")

    monkeypatch.setattr(cache_pruning.Path, "unlink", refuse)
    monkeypatch.setattr(cache_pruning.os, "utime", refuse)
    prune(path.parent, "axes-2031")
    mark_used(path)

    assert path.exists()


def test_a_folder_that_is_not_there_needs_no_pruning(tmp_path):
    prune(tmp_path / "none", "axes-2031")

    assert UNUSED == 30 * DAY


def test_processes_that_build_and_prune_at_once_all_get_their_file(own_cache):
    script = textwrap.dedent(
        """
        import sys
        import numpy as np
        from codeassist.terminology import cache_pruning
        from codeassist.terminology.store import load_or_build

        cache_pruning.NEWEST, cache_pruning._IN_USE = 1, -1.0  # worse than any real machine
        for number in range(150):
            key = f"{number % 5:032x}" * 2
            store = load_or_build("x", key=key, build=lambda: ({"n": np.arange(number % 5 + 1000)}, {}))
            assert len(store["n"]) == number % 5 + 1000
        print("done")
        """
    )

    processes = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", script], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]

    assert [process.communicate()[0].strip() for process in processes] == ["done"] * 3
