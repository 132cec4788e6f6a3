"""Writes the JSON Schema files of the contract and of the result document.

`python -m pgbench_drivers.contract.schema` renews both; a test asserts that
they agree with the classes that they are generated from.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from pgbench_drivers.contract import CONTRACT_VERSION, messages
from pgbench_drivers.results import model

PACKAGE = Path(__file__).parent.parent
CONTRACT_SCHEMA = PACKAGE / "contract" / "runner-contract.schema.json"
RESULT_SCHEMA = PACKAGE / "results" / "result.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def contract_schema() -> dict[str, Any]:
    """`$defs/Job` describes the job, `$defs/Event` any one event."""
    (job, event), definitions = msgspec.json.schema_components(
        (messages.Job, messages.Event), ref_template="#/$defs/{name}"
    )
    return {
        "$schema": DIALECT,
        "title": f"pgbench-drivers runner contract, version {CONTRACT_VERSION}",
        "description": "Validates a job (sent on stdin) or an event (a line of stdout).",
        "anyOf": [job, {"$ref": "#/$defs/Event"}],
        "$defs": {**definitions, "Event": event},
    }


def result_schema() -> dict[str, Any]:
    """The schema of a whole result document."""
    schema = msgspec.json.schema(model.Run, ref_template="#/$defs/{name}")
    return {
        "$schema": DIALECT,
        "title": f"pgbench-drivers result, version {model.FORMAT_VERSION}",
        **schema,
    }


def render(schema: dict[str, Any]) -> str:
    """The text that is checked in."""
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Write both files."""
    CONTRACT_SCHEMA.write_text(render(contract_schema()), encoding="utf-8")
    RESULT_SCHEMA.write_text(render(result_schema()), encoding="utf-8")


if __name__ == "__main__":
    main()
