"""Query files: the checked-in ones load, and a bad one is told apart in one sentence."""

from pathlib import Path

import pytest

from pgbench_drivers.config.queries import load_queries, load_query
from pgbench_drivers.errors import UserError
from pgbench_drivers.paths import QUERIES

GOOD = """
title = "t"
description = "d"
stresses = "s"
kind = "fetch"
sql = "SELECT $1"
args = [{ type = "int4", value = 1 }]
columns = [{ name = "a", type = "int4" }]
"""


def write(directory: Path, text: str, name: str = "10-mine.toml") -> Path:
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_announcement_s_four_make_the_headline() -> None:
    specs = load_queries(QUERIES)
    assert [s.name for s in specs if s.file.headline] == [
        "pg_type",
        "generate_series",
        "bytea",
        "int_array",
    ]
    default = [s.name for s in specs if s.file.default]
    assert default[4:] == ["copy", "batch", "one_plus_one"]
    extra = [s.name for s in specs if not s.file.default]
    assert extra == ["int_array_random", "application_rows", "typed_rows", "large_result"]


def test_a_good_file_is_named_after_its_file(tmp_path: Path) -> None:
    assert load_query(write(tmp_path, GOOD)).name == "mine"


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (('kind = "fetch"', 'kind = "fetsch"'), "kind", "fetsch"),
        (('title = "t"', "title = 3"), "title", "Expected `str`, got `int`"),
        (('title = "t"', ""), None, "missing required field `title`"),
        (('title = "t"', 'titel = "t"'), None, "titel"),
        (('"SELECT $1"', '"SELECT $2"'), "sql", "one parameter for each of the 1 args"),
        (('type = "int4" }]', 'type = "int5" }]'), "columns[0].type", "int5"),
        (('kind = "fetch"', 'kind = "copy"'), "target", 'since kind = "copy"'),
        (('kind = "fetch"', "kind = "), None, "not valid TOML"),
        (('kind = "fetch"', 'kind = "fetch"\nheadline = true\ndefault = false'), "default", "true"),
    ],
)
def test_a_bad_file_gets_an_error_with_file_key_and_expectation(
    tmp_path: Path, change: tuple[str, str], key: str | None, said: str
) -> None:
    path = write(tmp_path, GOOD.replace(*change))
    with pytest.raises(UserError) as caught:
        load_query(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert said in message
    if key:
        assert f"key {key}: " in message


def test_a_batch_row_must_have_a_value_per_column(tmp_path: Path) -> None:
    text = GOOD.replace('kind = "fetch"', 'kind = "batch"').replace(
        'args = [{ type = "int4", value = 1 }]\n', ""
    )
    text += '[target]\ntable = "t"\nrow = [1, 2]\nrow_count = 3\nreadback = "SELECT a"\n'
    with pytest.raises(UserError, match=r"key target.row: expected 1 values, one per column"):
        load_query(write(tmp_path, text))


@pytest.mark.parametrize("name", ["Mine.toml", "10-.toml", "10-a b.toml"])
def test_a_bad_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="expected a name like"):
        load_query(write(tmp_path, GOOD, name))


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD, "20-mine.toml")
    with pytest.raises(UserError, match="already has the name mine"):
        load_queries(tmp_path)


def test_an_empty_directory_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no query files"):
        load_queries(tmp_path)
