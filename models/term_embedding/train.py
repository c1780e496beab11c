"""Fits the vectors of words that search retrieves by, and writes model, manifest and card.

usage: PYTHONPATH=models python models/term_embedding/train.py --gold PATH

A wording is to lie near the title of its code and far from the titles of 511 others (InfoNCE over a batch). The pairs
are the terms of the index with the titles of their codes, and four fifths of the Alphabetic Index of 2017. The vector
of a wording is a sum of rows of one table, so that forward and backward pass are products of sparse matrices, and no
deep learning library is needed. Run twice on one machine, it writes the same bytes.

Every size of `SIZES` is fitted and measured; the smallest table is written whose phrases, none of them trained on, are
answered as well as by the best, give or take `TOLERANCE`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import scipy
import scipy.sparse as sp
from onnx import TensorProto, helper, numpy_helper
from phrases import INDEX, INDEX_PARTS, SETS, Phrase, count_hits, hash_phrases, read_phrases, split_phrases
from threadpoolctl import threadpool_limits

import codeassist
from codeassist.linking.retrieval import Retrieved, TermFinder, WordRetriever
from codeassist.terminology.embedding import TermVectors, WordEmbedding, build_vectors, hash_grams
from codeassist.terminology.term_index import SHIELD
from codeassist.terminology.vocabulary import Vocabulary, load_vocabulary
from codeassist.terminology.wordings import strip_silent

FOLDER = Path(__file__).resolve().parent / "1"
SEED = 20260401
EPOCHS = 6
BATCH = 512
RATE = 3e-3
WARM_UP = 0.3
SHARPNESS = 20.0
MOMENTUM, VARIANCE = 0.9, 0.999
START = 0.1
OPSET = 17
IR_VERSION = 8
# Held-out phrases of a set that are measured: enough for one point of accuracy.
MEASURED = 1000
TOLERANCE = 0.005
# How near wording and vector count in the measurement; search has a ranking of its own.
MIX = 0.6
SIMILAR, NEAR = 40, 60


@dataclass(frozen=True, order=True)
class Size:
    """This is how many rows and columns the table has."""

    buckets: int
    dimensions: int

    @property
    def weight(self) -> int:
        """How many numbers the table holds."""
        return self.buckets * self.dimensions


SIZES = (Size(16384, 32), Size(16384, 48), Size(16384, 64), Size(32768, 64), Size(32768, 128))


@dataclass(frozen=True)
class Texts:
    """This is every wording of the pairs: its words, and the pairs as two columns of wording numbers."""

    words: tuple[str, ...]
    bags: sp.csr_matrix
    pairs: np.ndarray


def read_pairs(vocabulary: Vocabulary, phrases: Sequence[Phrase]) -> list[tuple[str, str]]:
    """Return wordings with the titles of their codes, in a fixed order."""
    index, codeset = vocabulary.index, vocabulary.codeset
    terms = (index.get(number) for number in range(len(index.store["code"])))
    wordings = [(term.text, term.code) for term in terms if term.pedigree != SHIELD]
    wordings += [(phrase.text, code) for phrase in phrases for code in sorted(phrase.codes) if code in codeset]
    return sorted({(text, codeset.title(code)) for text, code in wordings if text != codeset.title(code)})


def read_texts(pairs: Sequence[tuple[str, str]], vocabulary: Vocabulary) -> Texts:
    """Return the wordings of the pairs as bags of words."""
    texts = sorted({text for pair in pairs for text in pair})
    split = {text: tuple(dict.fromkeys(vocabulary.index.normalizer.split(text))) for text in texts}
    texts = [text for text in texts if split[text]]
    number = {text: place for place, text in enumerate(texts)}
    words = sorted({word for text in texts for word in split[text]})
    place = {word: column for column, word in enumerate(words)}
    bags = to_rows([[place[word] for word in split[text]] for text in texts], len(words))
    known = [(number[a], number[b]) for a, b in pairs if a in number and b in number]
    return Texts(tuple(words), bags, np.array(known))


def to_rows(columns: Sequence[Sequence[int]], width: int) -> sp.csr_matrix:
    """Return a matrix of counts from the columns of each row."""
    ends = np.cumsum([0, *map(len, columns)])
    flat = np.concatenate([np.array(each, np.int32) for each in columns])
    rows = sp.csr_matrix((np.ones(len(flat), np.float32), flat, ends), shape=(len(columns), width))
    rows.sum_duplicates()
    return rows


def fit(texts: Texts, size: Size) -> np.ndarray:
    """Return the table of a size, fitted by Adam on the rows that each batch touches."""
    grams = to_rows([hash_grams(word, buckets=size.buckets) for word in texts.words], size.buckets)
    rng = np.random.default_rng(SEED)
    table = rng.normal(0, START, (size.buckets, size.dimensions)).astype(np.float32)
    mean, square = np.zeros_like(table), np.zeros_like(table)
    batches = len(texts.pairs) // BATCH
    for epoch in range(EPOCHS):
        order = rng.permutation(len(texts.pairs))
        for batch in range(batches):
            pairs = texts.pairs[order[batch * BATCH : (batch + 1) * BATCH]]
            rows, gradient = differentiate(texts, grams, table, pairs)
            step = epoch * batches + batch + 1
            mean[rows] += (1 - MOMENTUM) * (gradient - mean[rows])
            square[rows] += (1 - VARIANCE) * (gradient * gradient - square[rows])
            direction = mean[rows] / (1 - MOMENTUM**step)
            spread = np.sqrt(square[rows] / (1 - VARIANCE**step)) + 1e-8
            table[rows] -= np.float32(schedule(step / (EPOCHS * batches))) * (direction / spread).astype(np.float32)
    return table


def differentiate(
    texts: Texts, grams: sp.csr_matrix, table: np.ndarray, pairs: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the table that a batch touches, and the loss's gradient in them."""
    used, places = np.unique(pairs.ravel(), return_inverse=True)
    places = places.reshape(-1, 2)
    bags = texts.bags[used]
    words = np.unique(bags.indices)
    bags, grams = bags[:, words], grams[words]
    rows = np.unique(grams.indices)
    grams = grams[:, rows]
    sums = bags @ (grams @ table[rows])
    lengths = np.sqrt((sums * sums).sum(axis=1, keepdims=True)) + 1e-9
    unit = sums / lengths
    pull = contrast(unit, places)
    pull = (pull - unit * (pull * unit).sum(axis=1, keepdims=True)) / lengths
    return rows, grams.T @ (bags.T @ pull)


def contrast(unit: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the gradient of InfoNCE in the unit vectors: each wording against all titles of its batch."""
    # Two wordings of one title are no negatives of each other.
    titles, targets = np.unique(places[:, 1], return_inverse=True)
    queries, keys = unit[places[:, 0]], unit[titles]
    scores = SHARPNESS * (queries @ keys.T)
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    scores /= scores.sum(axis=1, keepdims=True)
    scores[np.arange(len(places)), targets] -= 1.0
    scores *= SHARPNESS / len(places)
    gradient = np.zeros_like(unit)
    np.add.at(gradient, places[:, 0], scores @ keys)
    gradient[titles] += scores.T @ queries
    return gradient


def schedule(share: float) -> float:
    """Return the learning rate at a share of the training: a straight rise, then half a cosine down to 0."""
    if share < WARM_UP:
        return RATE * share / WARM_UP
    return RATE * 0.5 * (1 + float(np.cos(np.pi * (share - WARM_UP) / (1 - WARM_UP))))


def make_graph(table: np.ndarray) -> bytes:
    """Return the ONNX graph: whole numbers of one byte a row with the row's scale, gathered and added up."""
    scales = np.abs(table).max(axis=1, keepdims=True) / 127 + 1e-12
    empty = np.zeros((1, table.shape[1]))
    whole = np.vstack([np.round(table / scales), empty]).astype(np.int8)
    scales = np.vstack([scales, [[0.0]]]).astype(np.float32)
    nodes = [
        helper.make_node("Gather", ["table", "buckets"], ["whole"]),
        helper.make_node("Cast", ["whole"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["scales", "buckets"], ["factors"]),
        helper.make_node("Mul", ["numbers", "factors"], ["rows"]),
        helper.make_node("ReduceSum", ["rows", "axis"], ["sums"], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "term_embedding",
        [helper.make_tensor_value_info("buckets", TensorProto.INT64, ["words", "width"])],
        [helper.make_tensor_value_info("sums", TensorProto.FLOAT, ["words", table.shape[1]])],
        [
            numpy_helper.from_array(whole, "table"),
            numpy_helper.from_array(scales, "scales"),
            numpy_helper.from_array(np.array([1], np.int64), "axis"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="codeassist")
    model.ir_version = IR_VERSION
    helper.set_model_props(model, {"buckets": str(len(table))})
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


class Ruler:
    """This measures tables on phrases that none was fitted on."""

    def __init__(self, vocabulary: Vocabulary, phrases: Mapping[str, Sequence[Phrase]]) -> None:
        self._vocabulary = vocabulary
        self._by_words = WordRetriever(vocabulary.index, vocabulary.corrector)
        self._phrases = phrases

    def measure(self, model: bytes) -> dict[str, dict[str, dict[str, float]]]:
        """Return for each set what shared words alone give, and what they give beside the vectors."""
        vocabulary = self._vocabulary
        embedding = WordEmbedding.read(model)
        arrays = build_vectors(vocabulary.index.store, embedding, tell=lambda *_: None)
        find = TermFinder(vocabulary.index, self._by_words, TermVectors(arrays["vectors"], load=lambda: embedding))
        return {name: self._measure_set(phrases, find) for name, phrases in self._phrases.items()}

    def _measure_set(self, phrases: Sequence[Phrase], find: TermFinder) -> dict[str, dict[str, float]]:
        hits = np.zeros((2, 2))
        for phrase in phrases:
            words = self._vocabulary.index.normalizer.split(strip_silent(phrase.text))
            found = list(find(words, similar=SIMILAR, near=NEAR))
            for row, mix in enumerate((0.0, MIX)):
                hits[row] += count_hits(phrase, self._order(found, words, mix))
        top = (hits / len(phrases)).round(4).tolist()
        return {
            kind: {"top1": first, "top5": five} for kind, (first, five) in zip(("words", "vectors"), top, strict=True)
        }

    def _order(self, found: Sequence[Retrieved], words: Sequence[str], mix: float) -> list[str]:
        tables, codeset = self._vocabulary.tables, self._vocabulary.codeset
        stated = tables.wordings.read(words)
        best: dict[str, float] = {}
        for each in found:
            if mix or each.similarity:
                code = tables.select(each.term.code, stated).code
                code = code if codeset.is_billable(code) else tables.find_nearest(code).code
                best[code] = max(best.get(code, 0.0), (1 - mix) * each.similarity + mix * each.cosine)
        return sorted(best, key=lambda code: (-best[code], code))


def average(figures: Mapping[str, Mapping[str, Mapping[str, float]]], kind: str = "vectors") -> float:
    """Return the mean of top-1 and top-5 accuracy over the sets."""
    return float(np.mean([value for both in figures.values() for value in both[kind].values()]))


def choose(figures: Mapping[Size, Mapping[str, Any]]) -> Size:
    """Return the smallest size that is as good as the best, give or take the tolerance."""
    best = max(map(average, figures.values()))
    return min((size for size in figures if average(figures[size]) >= best - TOLERANCE), key=lambda size: size.weight)


def write(name: str, content: bytes) -> str:
    """Write one file of the model folder and return its sha256."""
    (FOLDER / name).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def to_json(content: Mapping[str, Any]) -> bytes:
    """Return JSON with sorted keys."""
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def main() -> None:
    """Fit every size, measure, and write the model folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    gold = parser.parse_args().gold
    FOLDER.mkdir(exist_ok=True)
    if not (FOLDER / "manifest.json").exists():
        # The vocabulary is compiled with a table, whatever it holds.
        write("manifest.json", to_json({"files": {"model.onnx": write("model.onnx", make_graph(np.zeros((8, 8))))}}))
    vocabulary = load_vocabulary()
    train, kept = split_phrases(read_phrases(gold, INDEX), parts=INDEX_PARTS)
    pairs = read_pairs(vocabulary, train)
    texts = read_texts(pairs, vocabulary)
    held_out = {name: (kept if name == INDEX else read_phrases(gold, name))[:MEASURED] for name in SETS}
    ruler = Ruler(vocabulary, held_out)
    models, figures = {}, {}
    # Sums in another order differ in their last bits, so there is one thread.
    with threadpool_limits(1):
        for size in SIZES:
            models[size] = make_graph(fit(texts, size))
            figures[size] = ruler.measure(models[size])
            print(size, round(average(figures[size]), 4), json.dumps(figures[size]), flush=True)
    chosen = choose(figures)
    files = {"model.onnx": write("model.onnx", models[chosen])}
    manifest = make_manifest(gold, pairs, chosen, files=files, figures=figures)
    written = to_json(manifest)
    write("manifest.json", written)
    write("card.md", make_card(json.loads(written)).encode())


def make_manifest(
    gold: Path,
    pairs: Sequence[tuple[str, str]],
    chosen: Size,
    *,
    files: Mapping[str, str],
    figures: Mapping[Size, Any],
) -> dict[str, Any]:
    """Return what the model was made from, and how good it is."""
    return {
        "name": "term_embedding",
        "version": FOLDER.name,
        "files": dict(files),
        "training_data": {
            **hash_phrases(gold, [INDEX]),
            "pairs": hashlib.sha256("\n".join("\t".join(pair) for pair in pairs).encode()).hexdigest(),
        },
        "pairs": len(pairs),
        "seed": SEED,
        "epochs": EPOCHS,
        "batch": BATCH,
        "learning_rate": RATE,
        "sharpness": SHARPNESS,
        "buckets": chosen.buckets,
        "dimensions": chosen.dimensions,
        "packages": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "onnx": onnx.__version__,
            "codeassist": codeassist.__version__,
        },
        "measured_on": f"the first {MEASURED} phrases of each set by hash; of {INDEX} the fifth that is not trained on",
        "held_out": figures[chosen],
        "sizes": [
            {"buckets": size.buckets, "dimensions": size.dimensions, "mean": round(average(figures[size]), 4)}
            for size in figures
        ],
        "input": "buckets of codeassist.terminology.embedding.hash_grams, int64, one row a word, padded",
        "output": "the sums of the table's rows; the vector of a wording is the sum of its words, of length 1",
    }


def make_card(manifest: Mapping[str, Any]) -> str:
    """Return the model card, written from the manifest."""
    rows = "\n".join(
        f"| {name} | "
        + " | ".join(f"{both[kind][top]:.3f}" for top in ("top1", "top5") for kind in ("words", "vectors"))
        + " |"
        for name, both in manifest["held_out"].items()
    )
    sizes = "\n".join(
        f"| {each['buckets']} | {each['dimensions']} | {each['mean']:.4f} |" for each in manifest["sizes"]
    )
    return (
        "# Term embedding\n\n"
        "A table of vectors for words and for their character 3- to 5-grams. A wording's vector is the sum of its\n"
        "words'; search compares it with those of all terms, and so finds names that share no word with any term.\n\n"
        f"Fitted on {manifest['pairs']} pairs of a wording and the title of its code by\n"
        f"`models/term_embedding/train.py`, seed {manifest['seed']}: terms of the index, and four fifths of the\n"
        "Alphabetic Index of 2017.\n\n"
        "Measured on phrases that it was not fitted on, ordered by shared words alone, and with the cosine beside\n"
        "them: share of phrases whose code comes first, and among the first five. Search orders by fitted weights\n"
        "([search ranking](../../search_ranking/1/card.md)).\n\n"
        "| set | first, words | first, vectors | five, words | five, vectors |\n|---|---|---|---|---|\n"
        f"{rows}\n\n"
        f"Sizes tried, on these same phrases; written is the smallest within {TOLERANCE} of the best mean.\n\n"
        f"| buckets | dimensions | mean |\n|---|---|---|\n{sizes}\n\n"
        "Limits: it knows the vocabulary of the classification and of its index, in English. Near is not the same:\n"
        'the vectors of opposites ("with" and "without") lie close, so the cosine never decides alone.\n'
    )


if __name__ == "__main__":
    main()
