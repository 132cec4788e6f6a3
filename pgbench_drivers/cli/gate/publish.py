"""A judgement to where people and machines look for it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pgbench_drivers.analysis.gating import Judgement
from pgbench_drivers.export import judgement as words
from pgbench_drivers.export.junit import write_junit


def publish(judgement: Judgement, junit: Path | None, summary: Path | None) -> None:
    """Print it, write the files that are asked for, and tell GitHub Actions where it runs."""
    click.echo(words.text(judgement))
    text = words.markdown(judgement)
    if junit:
        write_junit(judgement, junit)
    if summary:
        summary.write_text(text, encoding="utf-8")
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(page).open("a", encoding="utf-8") as file:
            file.write(text)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in words.workflow_commands(judgement):
            click.echo(line)
