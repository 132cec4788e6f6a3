"""PostgreSQL's types: a module per family of types, and the registry of them by OID.

May import `core.wire`, `core.buffer`, `core.codec`, `core.rows`, `types` and `exceptions`.
"""
