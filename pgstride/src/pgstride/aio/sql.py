"""Texts for the server, quoted."""

from __future__ import annotations


def quote_identifier(name: str) -> str:
    """A name, such as a table's, in SQL."""
    return '"{}"'.format(name.replace('"', '""'))


def quote_literal(text: str) -> str:
    """A string constant in SQL (with standard_conforming_strings on, as it is by default)."""
    return "'{}'".format(text.replace("'", "''"))


def quote_table(name: str, schema: str | None) -> str:
    """A table's name, qualified where its schema is given."""
    quoted = quote_identifier(name)
    return f"{quote_identifier(schema)}.{quoted}" if schema else quoted
