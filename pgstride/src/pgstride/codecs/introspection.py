"""What is asked of the server about types that are not built in."""

from __future__ import annotations

# One row for each of the types whose OIDs are $1, and for each type that they
# depend on: a domain's base, an array's elements, a composite's attributes, a
# range's bounds. Those that others depend on come first.
#
# Multiranges, and with them the column rngmultitypid, exist since PostgreSQL 14;
# to_jsonb() makes one query do for older servers too. All joins go by indexes:
# its estimated cost stays far below what turns on the just-in-time compiler,
# which would take longer than the query.
INTROSPECTION_QUERY = """\
WITH RECURSIVE needed(oid, depth) AS (
    SELECT given.oid, 0
    FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS given(oid)
  UNION
    SELECT used.oid, needed.depth + 1
    FROM needed
    JOIN pg_catalog.pg_type AS t ON t.oid = needed.oid
    CROSS JOIN LATERAL (
        SELECT t.typbasetype WHERE t.typtype = 'd'
      UNION ALL
        SELECT t.typelem WHERE t.typlen = -1 AND t.typelem <> 0
      UNION ALL
        SELECT a.atttypid
        FROM pg_catalog.pg_attribute AS a
        WHERE t.typtype = 'c' AND a.attrelid = t.typrelid
            AND a.attnum > 0 AND NOT a.attisdropped
      UNION ALL
        SELECT r.rngsubtype
        FROM pg_catalog.pg_range AS r
        WHERE t.typtype = 'r' AND r.rngtypid = t.oid
            OR t.typtype = 'm'
            AND (pg_catalog.to_jsonb(r) ->> 'rngmultitypid')::pg_catalog.oid = t.oid
    ) AS used(oid)
)
SELECT
    t.oid,
    n.nspname AS schema,
    t.typname AS name,
    t.typtype AS kind,
    t.typbasetype AS base,
    CASE WHEN t.typlen = -1 THEN t.typelem ELSE 0 END AS element,
    t.typdelim AS delimiter,
    (
        SELECT r.rngsubtype
        FROM pg_catalog.pg_range AS r
        WHERE t.typtype = 'r' AND r.rngtypid = t.oid
            OR t.typtype = 'm'
            AND (pg_catalog.to_jsonb(r) ->> 'rngmultitypid')::pg_catalog.oid = t.oid
    ) AS subtype,
    ARRAY(
        SELECT a.attname::pg_catalog.text
        FROM pg_catalog.pg_attribute AS a
        WHERE t.typtype = 'c' AND a.attrelid = t.typrelid
            AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
    ) AS attribute_names,
    ARRAY(
        SELECT a.atttypid
        FROM pg_catalog.pg_attribute AS a
        WHERE t.typtype = 'c' AND a.attrelid = t.typrelid
            AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
    ) AS attribute_types
FROM (
    SELECT oid, pg_catalog.max(depth) AS depth FROM needed GROUP BY oid
) AS needed
JOIN pg_catalog.pg_type AS t ON t.oid = needed.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
ORDER BY needed.depth DESC
"""

# What kind of type has this name, so that it is known whether a codec can be set for it.
TYPE_BY_NAME_QUERY = """\
SELECT t.oid, t.typtype AS kind, t.typelem AS element
FROM pg_catalog.pg_type AS t
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
WHERE t.typname = $1 AND n.nspname = $2
"""
