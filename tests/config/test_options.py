"""Options: file, then quick, then flags; and what is refused."""

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from pgbench_drivers.config.options import Options, load_options, select
from pgbench_drivers.errors import UserError
from pgbench_drivers.paths import ROOT


def test_defaults_are_the_announcement_s() -> None:
    options = Options()
    assert (options.concurrency, options.warmup, options.duration) == ([8], 5.0, 10.0)


def test_the_example_shows_every_option_with_its_default(tmp_path: Path) -> None:
    example = (ROOT / "bench.toml.example").read_text(encoding="utf-8")
    assert load_options(ROOT / "bench.toml.example", {}, quick=False) == Options()
    # None cannot be written in TOML, so these stand with a value; no run has all of them.
    of_either = {"pin_client": [0], "pin_server": [1]}
    of_closed_loops = {"aa": "asyncpg", "precision": 0.02}
    of_open_loops = {"rate": [1000.0], "arrivals": "poisson"}
    for mine, others in ((of_closed_loops, of_open_loops), (of_open_loops, of_closed_loops)):
        shown = load_options(_uncommented(example, others, tmp_path), {}, quick=False)
        without = of_either | mine
        assert {name: getattr(shown, name) for name in without} == without
        assert msgspec.structs.replace(shown, **dict.fromkeys(without)) == Options()
    written = {line[1:].split(" = ")[0] for line in example.splitlines() if " = " in line}
    assert written == set(Options.__struct_fields__)


def _uncommented(example: str, but: Iterable[str], directory: Path) -> Path:
    path = directory / "bench.toml"
    shown = rf"^#(?=\w)(?!{'|'.join(but)})"
    path.write_text(re.sub(shown, "", example, flags=re.MULTILINE), encoding="utf-8")
    return path


def test_flags_override_the_file(tmp_path: Path) -> None:
    config = tmp_path / "bench.toml"
    config.write_text('rounds = 3\nwarmup = 1\ndrivers = ["pgx"]\n')
    options = load_options(config, {"rounds": 7, "warmup": None}, quick=False)
    assert (options.rounds, options.warmup, options.drivers) == (7, 1.0, ["pgx"])


def test_quick_is_overridden_by_flags(tmp_path: Path) -> None:
    options = load_options(None, {"duration": 2.0}, quick=True)
    assert (options.rounds, options.duration) == (1, 2.0)


def test_a_bad_key_of_the_file_is_named(tmp_path: Path) -> None:
    config = tmp_path / "bench.toml"
    config.write_text("rounds = 0\n")
    with pytest.raises(UserError, match=r"bench.toml: key rounds: Expected `int` >= 1"):
        load_options(config, {}, quick=False)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"rounds": 0}, "--rounds"),
        ({"duration": 0.0}, "--duration"),
        ({"concurrency": [8, 8]}, "twice"),
        ({"rate": [100.0, 100.0]}, "--rate names a rate twice"),
        ({"rate": [0.0]}, "--rate"),
        ({"rate": "fast"}, "--rate"),
        ({"rate": [100.0], "precision": 0.02}, "--precision is about throughput, which --rate"),
        ({"rate": "sweep", "aa": "pgx"}, "--aa is about throughput, which --rate"),
        ({"rate": "sweep", "mode": "replay"}, "name the rates for --mode replay"),
        ({"rate": [4.0, 100.0]}, r"--rate 4 gives 8 queries in a window of 2 s, at least 10"),
        ({"arrivals": "constant"}, "--arrivals is of an open loop: give it a --rate"),
    ],
)
def test_a_bad_flag_is_named(flags: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        load_options(None, flags, quick=False)


def test_select_takes_globs_and_exclusions_in_registry_order() -> None:
    names = ["asyncpg", "aiopg", "aiopg-tuples", "pgx"]
    assert select(names, ["pgx", "aio*"], "driver") == ["aiopg", "aiopg-tuples", "pgx"]
    assert select(names, ["!aio*"], "driver") == ["asyncpg", "pgx"]


@pytest.mark.parametrize(
    ("patterns", "selected"),
    [
        (["*"], ["copy", "batch"]),
        (["!batch"], ["copy"]),
        (["extra"], ["extra"]),
        (["*", "extra"], ["copy", "batch", "extra"]),
        (["e*"], ["extra"]),
    ],
)
def test_what_runs_only_if_named_is_not_everything(
    patterns: list[str], selected: list[str]
) -> None:
    assert select(["copy", "batch", "extra"], patterns, "query", {"extra"}) == selected


def test_select_names_what_there_is() -> None:
    with pytest.raises(UserError, match="no driver matches 'foo'; there are: asyncpg, pgx"):
        select(["asyncpg", "pgx"], ["foo"], "driver")
