"""The checked-in JSON Schemas are those of the classes."""

import json

import jsonschema
import pytest

from pgbench_drivers.contract import schema


@pytest.mark.parametrize(
    ("path", "make"),
    [
        (schema.CONTRACT_SCHEMA, schema.contract_schema),
        (schema.RESULT_SCHEMA, schema.result_schema),
    ],
)
def test_schema_file_is_current(path, make) -> None:
    assert path.read_text(encoding="utf-8") == schema.render(make()), (
        "the classes changed: renew the schema files with `make schema`"
    )


@pytest.mark.parametrize("path", [schema.CONTRACT_SCHEMA, schema.RESULT_SCHEMA])
def test_schema_is_valid_json_schema(path) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))
