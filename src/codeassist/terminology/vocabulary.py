"""Everything compiled from one edition and the lexicon: code set, axis tables, term index and its vectors."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codeassist.assets import find_asset
from codeassist.terminology import embedding, term_index, wordings, words
from codeassist.terminology.axes import AxisTables
from codeassist.terminology.codeset import CodeSet
from codeassist.terminology.editions import load_codeset
from codeassist.terminology.embedding import MODEL_FOLDER, TermVectors, build_vectors, load_embedding
from codeassist.terminology.lexicon import LEXICON_FOLDER, lexicon_files, read_table
from codeassist.terminology.spelling import SpellingCorrector, load_english
from codeassist.terminology.store import Arrays, CompiledStore, Progress, hash_file, load_or_build
from codeassist.terminology.term_index import TermIndex, build_term_index
from codeassist.terminology.words import WordNormalizer

_COMPILERS = tuple(Path(str(module.__file__)) for module in (term_index, wordings, words))
_MEDICATION_COLUMNS = ("medication", "code", "indication", "provenance")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """This is what the stages share of one edition; ``fingerprint`` changes whenever any of its sources does."""

    codeset: CodeSet
    tables: AxisTables
    index: TermIndex
    vectors: TermVectors
    corrector: SpellingCorrector
    prefixes_by_medication: Mapping[str, tuple[str, ...]]
    fingerprint: str


def load_vocabulary(edition: str | None = None, *, progress: Progress | None = None) -> Vocabulary:
    """Load one edition with its axis tables and term index, compiling what is not compiled yet.

    Parameters
    ----------
    edition
        Edition of ICD-10-CM; by default the newest installed.
    progress
        Called with what is being compiled and the share that is done.
    """
    codeset = load_codeset(edition, progress=progress)
    tables = AxisTables.load(codeset, progress=progress)
    normalizer = WordNormalizer.load()
    key = _hash_sources(codeset.fingerprint)
    store = load_or_build(
        f"terms-{codeset.edition}", key=key, build=lambda: (_build_index(codeset, normalizer, progress), {})
    )
    vectors = load_or_build(
        f"vectors-{codeset.edition}",
        key=_hash_embedding(key),
        build=lambda: (_build_vectors(store, codeset, progress), {}),
    )
    english = load_english()
    corrector = SpellingCorrector(store.texts("vocabulary"), english["hashes"])
    index = TermIndex(codeset, normalizer, store)
    fingerprint = hashlib.sha256(f"{key} {tables.fingerprint} {english.key}".encode()).hexdigest()
    return Vocabulary(
        codeset, tables, index, TermVectors(vectors["vectors"]), corrector, _read_medications(), fingerprint
    )


def _build_index(codeset: CodeSet, normalizer: WordNormalizer, progress: Progress | None) -> Arrays:
    doing, tell = f"term index of edition {codeset.edition}", progress or _tell_nobody
    tell(doing, 0.0)
    arrays = build_term_index(codeset, normalizer)
    tell(doing, 1.0)
    return arrays


def _build_vectors(terms: CompiledStore, codeset: CodeSet, progress: Progress | None) -> Arrays:
    doing = f"term vectors of edition {codeset.edition}"
    return build_vectors(terms, load_embedding(), tell=progress or _tell_nobody, doing=doing)


def _tell_nobody(_doing: str, _share: float) -> None:
    return None


def _hash_sources(codeset_fingerprint: str) -> str:
    files = (*lexicon_files(), *_COMPILERS)
    digest = hashlib.sha256(codeset_fingerprint.encode())
    for path in files:
        digest.update(f"{path.name}:{hash_file(path)}".encode())
    return digest.hexdigest()


def _hash_embedding(key: str) -> str:
    files = (find_asset(f"{MODEL_FOLDER}/manifest.json"), Path(str(embedding.__file__)))
    return hashlib.sha256(" ".join((key, *map(hash_file, files))).encode()).hexdigest()


def _read_medications() -> Mapping[str, tuple[str, ...]]:
    prefixes: dict[str, list[str]] = defaultdict(list)
    for row in read_table(find_asset(f"{LEXICON_FOLDER}/medication_hints.tsv"), _MEDICATION_COLUMNS):
        prefixes[row["medication"].lower()].append(row["code"])
    return {medication: tuple(codes) for medication, codes in prefixes.items()}
