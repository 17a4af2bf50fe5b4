import sqlite3


def total(rows):
    """
    >>> total([("a", 1), ("b", 2)])
    3
    """
    with sqlite3.connect(":memory:") as base:
        base.execute("create table t (name text, n integer)")
        base.executemany("insert into t values (?, ?)", rows)
        return base.execute("select sum(n) from t").fetchone()[0]
