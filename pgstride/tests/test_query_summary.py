"""What a query is about, and its text without the values in it."""

import pytest

from pgstride._query_summary import LONGEST_SUMMARY, summary, without_values


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT 1", "SELECT"),
        ("select * from orders where id = $1", "SELECT orders"),
        ("SELECT * FROM ONLY a.b o JOIN customers c USING (id)", "SELECT a.b customers"),
        ('SELECT * FROM "Odd ""name"" " . x', 'SELECT "Odd""name""".x'),
        ("INSERT INTO item (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = 1", "INSERT item"),
        ("INSERT INTO archive SELECT * FROM item", "INSERT archive SELECT item"),
        ("UPDATE item SET a = 'from nowhere' WHERE b = 1", "UPDATE item"),
        ("DELETE FROM item -- from here\n WHERE a = 1", "DELETE item"),
        ("SELECT * FROM item FOR UPDATE SKIP LOCKED", "SELECT item"),
        ("WITH g AS (DELETE FROM item RETURNING *) SELECT * FROM g", "DELETE item SELECT g"),
        ("WITH x AS (SELECT 1) UPDATE item SET a = 1", "SELECT UPDATE item"),
        ("EXPLAIN ANALYZE SELECT * FROM item", "EXPLAIN SELECT item"),
        ("CREATE TABLE IF NOT EXISTS item (a int REFERENCES b ON DELETE SET NULL)", "CREATE item"),
        ("/* SELECT x FROM y */ TRUNCATE TABLE item", "TRUNCATE item"),
        ("BEGIN; SELECT * FROM a; COMMIT", "BEGIN SELECT a COMMIT"),
        ("SELECT * FROM (SELECT 1 FROM inside) x", "SELECT SELECT inside"),
        ('COPY "item" TO STDOUT', 'COPY "item"'),
        ("COPY (SELECT 1) TO STDOUT", "COPY SELECT"),
        ("TRUNCATE item", "TRUNCATE item"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_summary(query, expected):
    assert summary(query) == expected


def test_a_summary_is_short():
    query = " UNION ".join(f"SELECT * FROM table_{number}" for number in range(1000))
    found = summary(query)
    assert len(found) <= LONGEST_SUMMARY
    assert found.startswith("SELECT table_0 SELECT table_1")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT 'secret', 12, 1.5e10, .5, 0xff, -3", "SELECT ?, ?, ?, ?, ?, -?"),
        ("SELECT 'it''s', E'it\\'s', U&'x', b'01', $$a'b$$, $x$ $$ $x$", "SELECT ?, ?, ?, ?, ?, ?"),
        ("SELECT a1, \"b'2\", c.d3 -- it's 5", "SELECT a1, \"b'2\", c.d3 -- it's 5"),
        ("SELECT $1 /* 'x' */ WHERE a=2", "SELECT $1 /* 'x' */ WHERE a=?"),
        ("SELECT 'never ends", "SELECT ?"),
        ("SELECT $$never ends", "SELECT ?"),
        ('SELECT 1 AS "a""b", \'é\'', 'SELECT ? AS "a""b", ?'),
    ],
)
def test_without_values(query, expected):
    assert without_values(query) == expected
