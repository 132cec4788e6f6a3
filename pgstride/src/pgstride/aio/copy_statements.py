"""The text of COPY statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pgstride.aio.sql import quote_identifier, quote_literal, quote_table

LISTS_OF_COLUMNS = {"force_not_null", "force_null", "force_quote"}
WORDS = {"oids", "freeze", "header"}


def columns_text(columns: Iterable[str] | None) -> str:
    """The list of columns after a table's name, or nothing for all."""
    return f"({', '.join(map(quote_identifier, columns))})" if columns else ""


def copy_to_text(
    table: str,
    schema: str | None,
    columns: Iterable[str] | None,
    options: Mapping[str, Any],
    where: str | None,
) -> str:
    """COPY … FROM STDIN: into a table."""
    condition = f" WHERE {where}" if where else ""
    target = quote_table(table, schema) + columns_text(columns)
    return f"COPY {target} FROM STDIN {options_text(options)}{condition}"


def copy_from_text(
    table: str, schema: str | None, columns: Iterable[str] | None, options: Mapping[str, Any]
) -> str:
    """COPY … TO STDOUT: from a table."""
    source = quote_table(table, schema) + columns_text(columns)
    return f"COPY {source} TO STDOUT {options_text(options)}"


def copy_query_text(query: str, options: Mapping[str, Any]) -> str:
    """COPY (…) TO STDOUT: from a query."""
    return f"COPY ({query}) TO STDOUT {options_text(options)}"


def options_text(options: Mapping[str, Any]) -> str:
    """COPY's options by their names; those that are None are left out."""
    parts = []
    for name, value in options.items():
        if value is None or (name == "force_quote" and value is False):
            continue
        if name == "force_quote" and value is True:
            text = "*"
        elif name in LISTS_OF_COLUMNS:
            text = columns_text(value)
        elif name in WORDS:
            text = str(value)
        else:
            text = quote_literal(value)
        parts.append(f"{name.upper()} {text}")
    return f"({', '.join(parts)})" if parts else ""
