"""The types that every server has under the same OIDs (pg_type.dat in PostgreSQL's sources).

Built in means that they are not introspected. Pseudo-types whose values never
reach a client are missing, as are the catalogues' row types.
"""

from __future__ import annotations

# OID, OID of its array (0: there is none), name, codec family (see `registry`).
SCALARS = (
    (16, 1000, "bool", "bool"),
    (17, 1001, "bytea", "bytea"),
    (18, 1002, "char", "char"),
    (19, 1003, "name", "text"),
    (20, 1016, "int8", "int8"),
    (21, 1005, "int2", "int2"),
    (23, 1007, "int4", "int4"),
    (24, 1008, "regproc", "as text"),
    (25, 1009, "text", "text"),
    (26, 1028, "oid", "oid"),
    (27, 1010, "tid", "tid"),
    (28, 1011, "xid", "oid"),
    (29, 1012, "cid", "oid"),
    (114, 199, "json", "text"),
    (142, 143, "xml", "text"),
    (194, 0, "pg_node_tree", "as text"),
    (210, 0, "smgr", "as text"),
    (600, 1017, "point", "point"),
    (601, 1018, "lseg", "lseg"),
    (602, 1019, "path", "path"),
    (603, 1020, "box", "box"),
    (604, 1027, "polygon", "polygon"),
    (628, 629, "line", "line"),
    (650, 651, "cidr", "cidr"),
    (700, 1021, "float4", "float4"),
    (701, 1022, "float8", "float8"),
    (702, 1023, "abstime", "as text"),
    (703, 1024, "reltime", "as text"),
    (704, 1025, "tinterval", "as text"),
    (705, 0, "unknown", "text"),
    (718, 719, "circle", "circle"),
    (774, 775, "macaddr8", "as text"),
    (790, 791, "money", "as text"),
    (829, 1040, "macaddr", "as text"),
    (869, 1041, "inet", "inet"),
    (1033, 1034, "aclitem", "as text"),
    (1042, 1014, "bpchar", "text"),
    (1043, 1015, "varchar", "text"),
    (1082, 1182, "date", "date"),
    (1083, 1183, "time", "time"),
    (1114, 1115, "timestamp", "timestamp"),
    (1184, 1185, "timestamptz", "timestamptz"),
    (1186, 1187, "interval", "interval"),
    (1266, 1270, "timetz", "timetz"),
    (1560, 1561, "bit", "bits"),
    (1562, 1563, "varbit", "bits"),
    (1700, 1231, "numeric", "numeric"),
    (1790, 2201, "refcursor", "text"),
    (2202, 2207, "regprocedure", "as text"),
    (2203, 2208, "regoper", "as text"),
    (2204, 2209, "regoperator", "as text"),
    (2205, 2210, "regclass", "as text"),
    (2206, 2211, "regtype", "as text"),
    (2275, 1263, "cstring", "text"),
    (2277, 0, "anyarray", "as text"),
    (2278, 0, "void", "void"),
    (2950, 2951, "uuid", "uuid"),
    (2970, 2949, "txid_snapshot", "snapshot"),
    (3220, 3221, "pg_lsn", "int8"),
    (3361, 0, "pg_ndistinct", "as text"),
    (3402, 0, "pg_dependencies", "as text"),
    (3500, 0, "anyenum", "as text"),
    (3614, 3643, "tsvector", "as text"),
    (3615, 3645, "tsquery", "as text"),
    (3642, 3644, "gtsvector", "as text"),
    (3734, 3735, "regconfig", "as text"),
    (3769, 3770, "regdictionary", "as text"),
    (3802, 3807, "jsonb", "versioned text"),
    (4072, 4073, "jsonpath", "versioned text"),
    (4089, 4090, "regnamespace", "as text"),
    (4096, 4097, "regrole", "as text"),
    (4191, 4192, "regcollation", "as text"),
    (4600, 0, "pg_brin_bloom_summary", "bytea"),
    (4601, 0, "pg_brin_minmax_multi_summary", "bytea"),
    (5017, 0, "pg_mcv_list", "bytea"),
    (5038, 5039, "pg_snapshot", "snapshot"),
    (5069, 271, "xid8", "xid8"),
    (6437, 6438, "oid8", "xid8"),
    (6490, 6491, "regdatabase", "as text"),
)

# OID, name, OID of the elements' type: of one dimension, counted from 0.
VECTORS = (
    (22, 1006, "int2vector", 21),
    (30, 1013, "oidvector", 26),
)

# OID, OID of its array, name, OID of the bounds' type.
RANGES = (
    (3904, 3905, "int4range", 23),
    (3906, 3907, "numrange", 1700),
    (3908, 3909, "tsrange", 1114),
    (3910, 3911, "tstzrange", 1184),
    (3912, 3913, "daterange", 1082),
    (3926, 3927, "int8range", 20),
)

MULTIRANGES = (
    (4451, 6150, "int4multirange", 23),
    (4532, 6151, "nummultirange", 1700),
    (4533, 6152, "tsmultirange", 1114),
    (4534, 6153, "tstzmultirange", 1184),
    (4535, 6155, "datemultirange", 1082),
    (4536, 6157, "int8multirange", 20),
)

# A row of no declared type, and an array of those: what their values consist of
# is only known from the values.
RECORD = (2249, 2287)

# How SQL and asyncpg name some of them otherwise.
ALIASES = {
    "bigint": "int8",
    "bit varying": "varbit",
    "char": "bpchar",
    "character": "bpchar",
    "character varying": "varchar",
    "decimal": "numeric",
    "double precision": "float8",
    "int": "int4",
    "integer": "int4",
    "real": "float4",
    "smallint": "int2",
    "time with timezone": "timetz",
    "time without timezone": "time",
    "timestamp with timezone": "timestamptz",
    "timestamp without timezone": "timestamp",
}


def _oids_by_name() -> dict[str, int]:
    found = {}
    for oid, array_oid, name, *_ in (*SCALARS, *VECTORS, *RANGES, *MULTIRANGES):
        found[name] = oid
        found[f"{name}[]"] = array_oid
    found.update({alias: found[name] for alias, name in ALIASES.items()})
    return found


OID_BY_NAME = _oids_by_name()
