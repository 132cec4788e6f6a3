"""Where things are in the repository that this toolbench runs from."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DRIVERS = ROOT / "drivers"
QUERIES = ROOT / "queries"
REGISTRY = DRIVERS / "drivers.toml"
BENCH_TOML = ROOT / "bench.toml"
RESULTS = ROOT / "results"
TOOLCHAINS = ROOT / ".toolchains"
