"""Tables of plain text and of Markdown."""

from __future__ import annotations

from collections.abc import Collection, Sequence

Row = Sequence[str]


def aligned(rows: Sequence[Row], text_columns: Collection[int]) -> str:
    """The rows with columns of one width; text to the left, numbers to the right."""
    lined = [[" ".join(text.splitlines()) for text in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lined, strict=True)]
    lines = [
        "  ".join(
            text.ljust(width) if place in text_columns else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in lined
    ]
    return "\n".join(lines)


def markdown_table(rows: Sequence[Row], text_columns: Collection[int]) -> str:
    """A table of GitHub-flavoured Markdown; the first row is its head."""
    head, *body = (f"| {' | '.join(markdown_text(text) for text in row)} |" for row in rows)
    rule = "".join(":--|" if place in text_columns else "--:|" for place in range(len(rows[0])))
    return "\n".join((head, f"|{rule}", *body))


def markdown_text(value: str) -> str:
    """`value` as plain text of Markdown: nothing in it is markup."""
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for character in "\\`*_[]|":
        escaped = escaped.replace(character, f"\\{character}")
    return " ".join(escaped.split())
