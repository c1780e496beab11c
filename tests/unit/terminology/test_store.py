import subprocess
import sys
import textwrap

import numpy as np
import pytest

from codeassist.errors import AssetError
from codeassist.terminology import store as store_module
from codeassist.terminology.store import (
    compiled_path,
    hash_file,
    load_or_build,
    open_store,
    pack_texts,
    write_atomically,
    write_store,
)

KEY = "k" * 64


class Builder:
    """Counts how often it builds."""

    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return {"number": np.arange(1000), **pack_texts("title", ["gout", "épée"])}, {"edition": "2031"}


def damage(path, position):
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)


def test_arrays_bytes_texts_and_meta_come_back_as_written(tmp_path):
    path = tmp_path / "a.bin"
    matrix = np.array([[1, -2], [3, 4]], dtype=np.int16)

    write_store(path, {"matrix": matrix, "blob": b"xyz", "empty": np.zeros(0)}, key=KEY, meta={"n": 1})
    store = open_store(path, key=KEY)

    assert store.names() == ("matrix", "blob", "empty")
    assert store["matrix"].dtype == np.int16
    assert store["matrix"].tolist() == [[1, -2], [3, 4]]
    assert store.get_bytes("blob") == b"xyz"
    assert store["empty"].shape == (0,)
    assert store.meta == {"n": 1}
    assert "blob" in store
    assert "other" not in store


def test_texts_come_back_in_order(tmp_path):
    write_store(tmp_path / "a.bin", pack_texts("t", ["", "épée", "a"]), key=KEY, meta={})

    texts = open_store(tmp_path / "a.bin", key=KEY).texts("t")

    assert list(texts) == ["", "épée", "a"]
    assert len(texts) == 3
    assert texts[1] == "épée"


def test_arrays_are_read_only(tmp_path):
    write_store(tmp_path / "a.bin", {"n": np.arange(3)}, key=KEY, meta={})
    array = open_store(tmp_path / "a.bin", key=KEY)["n"]

    with pytest.raises(ValueError, match="read-only"):
        array[0] = 9


def test_a_second_load_does_not_build_again(own_cache):
    build = Builder()

    load_or_build("x", key=KEY, build=build)
    store = load_or_build("x", key=KEY, build=build)

    assert build.calls == 1
    assert store["number"].sum() == 499500


def test_another_key_builds_another_file(own_cache):
    build = Builder()

    load_or_build("x", key=KEY, build=build)
    load_or_build("x", key="l" * 64, build=build)

    assert build.calls == 2


@pytest.mark.parametrize(
    "position", [0, 8, 20, 60, -1, -900], ids=["magic", "length", "size", "header", "end", "array"]
)
def test_a_changed_byte_anywhere_is_found_and_the_file_built_again(own_cache, position):
    build = Builder()
    expected = load_or_build("x", key=KEY, build=build)["number"].tolist()
    damage(compiled_path("x", KEY), position)

    store = load_or_build("x", key=KEY, build=build)

    assert build.calls == 2
    assert store["number"].tolist() == expected
    load_or_build("x", key=KEY, build=build, verify=True)
    assert build.calls == 2


@pytest.mark.parametrize("size", [0, 5, 100, 4000])
def test_a_cut_file_is_built_again(own_cache, size):
    build = Builder()
    load_or_build("x", key=KEY, build=build)
    path = compiled_path("x", KEY)
    path.write_bytes(path.read_bytes()[:size])

    assert load_or_build("x", key=KEY, build=build)["number"].sum() == 499500
    assert build.calls == 2


def test_verify_compares_the_sha256_even_if_the_file_looks_unchanged(own_cache):
    build = Builder()
    load_or_build("x", key=KEY, build=build)
    path = compiled_path("x", KEY)
    damage(path, -900)
    # As if the disk, not a program, had changed the byte: the file's description is noted as that of a good file.
    store_module._write_stamp(path, path.with_suffix(".ok"), "")

    with pytest.raises(AssetError, match="sha256"):
        open_store(path, key=KEY, verify=True)


def test_a_file_made_from_other_sources_is_refused(tmp_path):
    write_store(tmp_path / "a.bin", {}, key=KEY, meta={})

    with pytest.raises(AssetError, match="other sources"):
        open_store(tmp_path / "a.bin", key="other")


def test_an_absent_file_is_an_asset_error(tmp_path):
    with pytest.raises(AssetError, match=r"gone\.bin cannot be opened"):
        open_store(tmp_path / "gone.bin", key=KEY)


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a.bin"
    write_atomically(path, b"old")

    def fail(_descriptor):
        raise OSError(28, "no space")

    monkeypatch.setattr(store_module.os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        write_atomically(path, b"new")

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_where_nothing_can_be_written_the_arrays_stay_in_memory_and_a_warning_says_so(tmp_path, monkeypatch):
    blocker = tmp_path / "file"
    blocker.write_text("")
    monkeypatch.setenv("CODEASSIST_CACHE", str(blocker / "cache"))
    build = Builder()

    with pytest.warns(RuntimeWarning, match="set CODEASSIST_CACHE"):
        store = load_or_build("x", key=KEY, build=build)

    assert store["number"].sum() == 499500
    assert store.path is None


def test_two_processes_that_start_together_build_once(own_cache, tmp_path):
    script = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        import numpy as np
        from codeassist.terminology.store import load_or_build

        def build():
            with Path(sys.argv[1]).open("a") as file:
                file.write("built\\n")
            time.sleep(0.5)
            return {"n": np.arange(10)}, {}

        print(load_or_build("x", key="k" * 64, build=build)["n"].sum())
        """
    )
    log = tmp_path / "log"
    command = [sys.executable, "-c", script, str(log)]

    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    outputs = [process.communicate()[0].strip() for process in processes]

    assert outputs == ["45", "45", "45"]
    assert log.read_text() == "built\n"


def test_a_file_hash_is_remembered_until_the_file_changes(own_cache, tmp_path, monkeypatch):
    path = tmp_path / "source.xml"
    path.write_bytes(b"one")
    first = hash_file(path)
    monkeypatch.setattr(store_module.hashlib, "sha256", _fail_on(b"one", store_module.hashlib.sha256))

    assert hash_file(path) == first
    path.write_bytes(b"two!")
    assert hash_file(path) != first


def test_hashing_works_where_nothing_can_be_remembered(tmp_path, monkeypatch):
    path = tmp_path / "source.xml"
    path.write_bytes(b"one")
    monkeypatch.setenv("CODEASSIST_CACHE", str(path / "cache"))

    assert hash_file(path) == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"


def test_an_unreadable_stamp_counts_as_none(own_cache):
    build = Builder()
    load_or_build("x", key=KEY, build=build)
    compiled_path("x", KEY).with_suffix(".ok").write_bytes(b"\xff{")

    assert load_or_build("x", key=KEY, build=build)["number"].sum() == 499500
    assert build.calls == 1


def _fail_on(content, sha256):
    def check(value=b"", **options):
        assert value != content, "the file was hashed again"
        return sha256(value, **options)

    return check
