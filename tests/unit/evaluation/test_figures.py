from collections.abc import Iterator
from threading import Thread

import pytest
from tests.unit.evaluation.searches import searches, table

from holdfast.core.errors import UserError
from holdfast.evaluation.database import Database, open_database
from holdfast.evaluation.figures import Figures, figures


@pytest.fixture
def database() -> Iterator[Database]:
    with open_database(table(), [record for _, _, record in searches()]) as opened:
        yield opened


@pytest.fixture
def found(database: Database) -> Figures:
    return figures(database)


def test_the_five_counts(found: Figures) -> None:
    counts = found.counts
    assert (counts.total_records, counts.positive, counts.negative) == (10, 5, 3)
    assert (counts.unique_theorems, counts.proved_theorems) == (2, 1)


def test_what_came_of_steps_and_searches(found: Figures) -> None:
    assert found.statuses == {"not_found": 1, "proved": 1}
    assert found.verdicts == {"refused": 3, "advanced": 2, "proved": 2, "root": 2, "undecided": 1}
    assert found.refusals == {"not_applicable": 1, "syntax": 1, "unknown_name": 1}
    assert (found.lengths, found.found_nodes, found.found_cpu_s) == ({4: 1}, [7], [0.07])


def test_the_shape_of_the_search(found: Figures) -> None:
    shape = [(each.depth, each.goals, each.tried, each.held, each.positive) for each in found.depths]
    assert shape == [(0, 2, 4, 1, 1), (1, 1, 2, 1, 1), (2, 2, 2, 2, 2)]
    assert [each.branching for each in found.depths] == [0.5, 1.0, 1.0]
    assert [(each.source, each.tried, each.positive) for each in found.sources] == [
        ("knn", 7, 3),
        ("automation", 1, 1),
    ]


def test_where_the_time_went(found: Figures) -> None:
    parts = {part.part: part for part in found.parts}
    assert parts.keys() == {"proposer", "checker", "overhead"}, "no value was asked"
    assert (parts["checker"].total_s, parts["checker"].p50_ms) == (pytest.approx(0.08), 10.0)
    # 7 steps at 1/50 s each, and one more.
    assert found.wall_s == pytest.approx(0.16)
    assert parts["overhead"].total_s == pytest.approx(0.16 - 0.08 - 0.016)


def test_tables_without_rows() -> None:
    with open_database(table().slice(0, 0), []) as empty:
        counts = figures(empty).counts
    assert (counts.total_records, counts.unique_theorems) == (0, 0)


def test_queries_of_others_read_the_tables(database: Database) -> None:
    answer = database.select("SELECT theorem, steps FROM theorems ORDER BY theorem")
    assert list(answer.records()) == [
        {"theorem": "a", "steps": ["intro", "split", "auto", "auto"]},
        {"theorem": "b", "steps": []},
    ]
    joined = "SELECT count(*) FROM trajectories JOIN theorems USING (search) WHERE verdict = 'refused'"
    assert database.select(joined).rows == ((3,),)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "COPY theorems TO 'out.csv'",
        "ATTACH 'other.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "CREATE TABLE more AS SELECT 1",
        "DROP VIEW trajectories",
        "SELECT 1; SELECT 2",
        "WITH gone AS (DELETE FROM trajectories RETURNING *) SELECT * FROM gone",
        "EXPLAIN ANALYZE DELETE FROM trajectories",
        "SELECT * FROM database",  # a variable of this program, not a table
        "SELEC 1",
        "",
    ],
)
def test_queries_of_others_do_nothing_else(database: Database, query: str) -> None:
    with pytest.raises(UserError, match="query"):
        database.select(query)
    assert database.ask("SELECT count(*) FROM trajectories").rows == ((10,),)


def test_a_query_that_takes_for_ever_can_be_ended(database: Database) -> None:
    ended = []

    def ask() -> None:
        with pytest.raises(UserError, match="query fails"):
            database.select("SELECT count(*) FROM range(10000000000) a, range(10000000000) b")
        ended.append("query")

    asking = Thread(target=ask)
    asking.start()
    while asking.is_alive():
        database.interrupt()
        asking.join(0.05)
    assert ended == ["query"]
