"""What a query is about, and its text without the values in it."""

from __future__ import annotations

import re

LONGEST_SUMMARY = 255

# How much of a query's text a summary is made from.
SUMMARISED_CHARACTERS = 10_000

_LITERALS = r"""
    (?P<text> [eE] ' (?: [^'\\] | \\. | '' )* (?: '|\Z )      # with backslashes
        | (?: [uU]& | [bBxXnN] )? ' (?: [^'] | '' )* (?: '|\Z )
        | (?P<dollars> \$ (?: [^\W\d] \w* )? \$ ) .*? (?: (?P=dollars) |\Z ) )
    | (?P<number> (?<! [\w$.] ) (?: 0[xX][0-9a-fA-F_]+ | 0[oO][0-7_]+ | 0[bB][01_]+
        | (?: \d[\d_]* \.? [\d_]* | \.\d[\d_]* ) (?: [eE][+-]?\d+ )? ) (?! \w ) )
    | (?P<comment> --[^\n]* | /\* .*? (?: \*/ |\Z ) )
"""
_NAME = r"""
    (?P<name> (?: "(?: [^"] | "" )*" | [^\W\d] [\w$]* )
        (?: \s* \. \s* (?: "(?: [^"] | "" )*" | [^\W\d] [\w$]* ) )* )
"""
_LITERAL_OR_NAME = re.compile(f"{_LITERALS} | {_NAME}", re.VERBOSE | re.DOTALL)
_TOKEN = re.compile(rf"{_LITERALS} | {_NAME} | (?P<other> \S )", re.VERBOSE | re.DOTALL)

# What a statement begins with.
STATEMENTS = {
    "ALTER", "ANALYZE", "BEGIN", "CALL", "CLOSE", "COMMIT", "COPY", "CREATE", "DELETE", "DO",
    "DROP", "EXPLAIN", "GRANT", "INSERT", "LISTEN", "LOCK", "MERGE", "NOTIFY", "REFRESH",
    "RELEASE", "RESET", "REVOKE", "ROLLBACK", "SAVEPOINT", "SELECT", "SET", "SHOW", "START",
    "TABLE", "TRUNCATE", "UNLISTEN", "UPDATE", "VACUUM", "VALUES",
}  # fmt: skip

# Those that may stand in or after a WITH clause, or after EXPLAIN; SELECT may stand anywhere.
NESTED = {"DELETE", "INSERT", "MERGE", "UPDATE"}
BEFORE_NESTED = {"(", ")", "AS", "ANALYZE", "EXPLAIN", "VERBOSE"}

# What a table's name stands after, also where it begins a statement, and what may stand between.
BEFORE_TABLE = {"FROM", "INTO", "JOIN", "TABLE", "UPDATE"}
NAMING_TABLE = {"COPY", "TRUNCATE"}
BETWEEN = {"EXISTS", "IF", "LATERAL", "NOT", "ONLY"}


def without_values(query: str) -> str:
    """The query with `?` for each string and number in it."""

    def shown(found: re.Match[str]) -> str:
        return "?" if found["text"] or found["number"] else found[0]

    return _LITERAL_OR_NAME.sub(shown, query)


def summary(query: str) -> str:
    """The operations and tables of a query, such as 'SELECT orders customers'; '' without any.

    It is meant to group queries by, and no parser: names that a WITH clause
    gives are tables to it.
    """
    words: list[str] = []
    previous = ";"
    expects_table = False
    for found in _TOKEN.finditer(query[:SUMMARISED_CHARACTERS]):
        if found["comment"]:
            continue
        name = found["name"]
        word = found["other"] or (name or "").upper()
        if _begins_statement(word, previous):
            words.append(word)
            expects_table = word in BEFORE_TABLE | NAMING_TABLE
        elif word in BEFORE_TABLE:
            # FOR UPDATE and DO UPDATE name no table.
            expects_table = word != "UPDATE"
        elif expects_table and name and word not in BETWEEN:
            words.append(re.sub(r"\s", "", name))
            expects_table = False
        elif word not in BETWEEN:
            expects_table = False
        previous = word
        if sum(map(len, words)) + len(words) > LONGEST_SUMMARY:
            words.pop()
            break
    return " ".join(words)


def _begins_statement(word: str, previous: str) -> bool:
    return word == "SELECT" or (
        word in STATEMENTS and (previous == ";" or (word in NESTED and previous in BEFORE_NESTED))
    )
