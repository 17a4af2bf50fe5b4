"""The inverted index: what is added is found at once, and merging changes no answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.models.features import FeatureSet
from holdfast.models.index import FeatureIndex

SPACE = 64
documents = st.lists(st.sets(st.integers(0, 40), min_size=1, max_size=8), min_size=1, max_size=30)


def feature_set(values: set[int]) -> FeatureSet:
    return np.array(sorted(values), dtype=np.uint32)


def filled(sets: list[set[int]]) -> FeatureIndex:
    index = FeatureIndex(space=SPACE)
    for one in sets:
        index.add(feature_set(one))
    return index


def extended(sets: list[set[int]]) -> FeatureIndex:
    index = FeatureIndex(space=SPACE)
    flat = [feature_set(one) for one in sets]
    index.extend([(np.concatenate(flat), np.array([len(one) for one in flat], dtype=np.int64))])
    return index


def answer(index: FeatureIndex, asked: set[int], limit: int = 50) -> list[tuple[int, float]]:
    hits = index.query(feature_set(asked), limit)
    return list(zip(hits.documents.tolist(), hits.scores.tolist(), strict=True))


@given(documents)
def test_a_document_is_found_by_the_very_next_query(sets: list[set[int]]) -> None:
    index = FeatureIndex(space=SPACE)
    for number, one in enumerate(sets):
        assert index.add(feature_set(one)) == number
        best, score = answer(index, one, 1)[0]
        assert (best, len(index)) == (number, number + 1), "the newest of equals comes first"
        assert score == pytest.approx(1.0)


@given(documents, st.sets(st.integers(0, 60), max_size=8))
def test_added_one_by_one_or_all_at_once_the_answers_are_the_same(
    sets: list[set[int]], asked: set[int]
) -> None:
    assert answer(filled(sets), asked) == answer(extended(sets), asked)


@given(documents, st.sets(st.integers(0, 60), max_size=8), st.integers(0, 5))
def test_answers_are_ranked_and_share_something(sets: list[set[int]], asked: set[int], limit: int) -> None:
    hits = answer(filled(sets), asked, limit)
    scores = [score for _number, score in hits]
    assert len(hits) <= limit
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 < score <= 1.0 + 1e-6 for score in scores)
    assert all(sets[number] & asked for number, _score in hits)
    assert len({number for number, _score in hits}) == len(hits)


@given(documents)
def test_documents_keep_their_features(sets: list[set[int]]) -> None:
    for index in (filled(sets), extended(sets)):
        assert [set(index.document(number).tolist()) for number in range(len(index))] == sets


def test_a_rare_feature_weighs_more_than_a_common_one() -> None:
    index = filled([{1, 2}, {1, 3}, {1, 4}, {1, 5}, {9, 6}])
    assert answer(index, {1, 9}, 1)[0][0] == 4


def test_what_only_the_document_has_counts_against_it() -> None:
    index = filled([{1, 2, 3, 4, 5, 6}, {1, 2, 3}, {7}])
    (first, more), (second, less) = answer(index, {1, 2, 3}, 2)
    assert (first, second) == (1, 0)
    assert more > less


def test_what_no_document_has_lowers_the_score() -> None:
    index = filled([{1, 2}, {3}])
    assert answer(index, {1, 2}, 1)[0][1] > answer(index, {1, 2, 30}, 1)[0][1]


@pytest.mark.parametrize("asked", [set(), {50}])
def test_nothing_in_common_finds_nothing(asked: set[int]) -> None:
    assert answer(filled([{1}, {2}]), asked) == []
    assert answer(FeatureIndex(space=SPACE), asked) == []


@settings(max_examples=20)
@given(st.lists(st.sets(st.integers(0, 12), min_size=1, max_size=5), min_size=20, max_size=40), st.data())
def test_merging_in_between_changes_no_answer(sets: list[set[int]], data: st.DataObject) -> None:
    asked = data.draw(st.sets(st.integers(0, 12), min_size=1, max_size=5))
    at = data.draw(st.integers(1, len(sets) - 1))
    merged = extended(sets[:at])
    for one in sets[at:]:
        merged.add(feature_set(one))
    assert answer(merged, asked) == answer(filled(sets), asked)


def test_many_documents_are_merged_while_they_are_added() -> None:
    index = FeatureIndex(fresh=8, space=256)
    for number in range(100):
        index.add(feature_set({number % 7, 100 + number}))
    assert [answer(index, {100 + number}, 1)[0][0] for number in range(100)] == list(range(100))


def test_of_a_frequent_feature_only_the_newest_postings_are_looked_at() -> None:
    index = FeatureIndex(postings=3, space=SPACE)
    sets = [feature_set({1, 10 + number}) for number in range(20)]
    index.extend([(np.concatenate(sets), np.full(20, 2, dtype=np.int64))])
    assert sorted(number for number, _score in answer(index, {1})) == [17, 18, 19]
    for number in range(20, 40):
        index.add(feature_set({1, 10 + number}))
    assert sorted(number for number, _score in answer(index, {1})) == [17, 18, 19, 37, 38, 39]


def test_work_goes_to_the_rarest_features_first() -> None:
    index = FeatureIndex(work=2, space=SPACE)
    for one in ({1}, {1}, {1}, {2}):
        index.add(feature_set(one))
    assert [number for number, _score in answer(index, {1, 2})] == [3]


def test_only_so_many_candidates_are_scored() -> None:
    index = FeatureIndex(candidates=5, space=SPACE)
    for _ in range(20):
        index.add(feature_set({1, 2}))
    assert [number for number, _score in answer(index, {1, 2})] == [19, 18, 17, 16, 15]
