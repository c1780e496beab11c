import pytest

from codeassist.core.suggestions import Contribution
from codeassist.errors import AssetError
from codeassist.linking import ranking
from codeassist.linking.ranking import Ranking

RANKING = Ranking({"words": 0.5, "vectors": 0.25, "left_out": -0.125, "sense": 0.0})


def test_the_score_is_the_sum_of_the_contributions():
    features = {"words": 0.5, "vectors": 1.0, "left_out": 2.0, "sense": 1.0, "unknown": 9.0}

    parts = RANKING.explain(features)

    assert parts == (
        Contribution("left_out", -0.25),
        Contribution("vectors", 0.25),
        Contribution("words", 0.25),
    )
    assert RANKING.score(features) == sum(part.points for part in parts)


def test_nothing_scores_nothing():
    assert RANKING.score({}) == 0.0
    assert RANKING.explain({}) == ()


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"weights": 7}', b'{"weights": {"words": "much"}}'])
def test_a_file_without_weights_is_refused(monkeypatch, content):
    monkeypatch.setattr(ranking, "read_model", lambda _: {"model.json": content})

    with pytest.raises(AssetError, match="holds no weights of named features; reinstall the package"):
        Ranking.load()


def test_shared_words_and_near_vectors_both_count_in_the_fitted_order():
    fitted = Ranking.load()

    assert fitted.score({"words": 1.0}) > 0
    assert fitted.score({"vectors": 1.0}) > 0
    assert fitted.score({"words": 1.0, "covered": 1.0, "vectors": 1.0, "exact": 1.0}) == pytest.approx(1.0, abs=1e-3)
