"""A layer imports only from those below it; compiled modules are held to it too.

import-linter would see the Python modules only.
"""

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "pgstride"
IMPORT = re.compile(r"^\s*(?:from|import|cimport)\s+pgstride\.([\w.]+)", re.MULTILINE)

# What each layer may import, itself and single modules beside the layers apart.
BELOW = {
    "exceptions": set(),
    "authentication": {"exceptions"},
    "connecting": {"exceptions"},
    "core": {"authentication", "exceptions"},
    "codecs": {"core", "exceptions"},
    "aio": {"authentication", "codecs", "connecting", "core", "exceptions"},
}
LAYERS = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}

# The row loop decodes times in place.
EXCEPTIONS = {("core/rows.pyx", "codecs.datetimes")}


def test_every_folder_is_a_layer() -> None:
    assert {name for name in LAYERS if (PACKAGE / name / "__init__.py").exists()} == set(BELOW)


@pytest.mark.parametrize("layer", BELOW)
def test_a_layer_imports_from_below_only(layer: str) -> None:
    allowed = {layer, *BELOW[layer]}
    found = {
        (path.relative_to(PACKAGE).as_posix(), module)
        for path in (PACKAGE / layer).rglob("*")
        if path.suffix in {".py", ".pyi", ".pyx", ".pxd"}
        for module in IMPORT.findall(path.read_text(encoding="utf-8"))
        if module.partition(".")[0] in set(BELOW) - allowed
    }
    assert found - EXCEPTIONS == set()


@pytest.mark.parametrize("layer", ["core", "codecs", "connecting", "authentication"])
def test_what_does_no_input_and_output_knows_no_event_loop(layer: str) -> None:
    known = re.compile(r"^\s*(?:from|import)\s+(?:asyncio|socket|uvloop)\b", re.MULTILINE)
    users = [
        path.name
        for path in (PACKAGE / layer).rglob("*")
        if path.suffix in {".py", ".pyx"} and known.search(path.read_text(encoding="utf-8"))
    ]
    assert users == []
