"""How often the gate errs, on real runs: `python -m tests.experiments.gate_detection --runs 60`.

Each of so many times it runs the gate twice, as a user does with `--against`:
on a driver and itself, where every alarm is false, and on the driver slowed by
a known share of client CPU and itself, where every pass is a miss. Rates have
exact 95 % intervals (Clopper and Pearson). A gate takes some minutes, so sixty
runs take a night; what else the machine does is part of what is measured. With
`--keep FILE` the gates of several nights are counted together. Options that
this command does not know go to the gate.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from scipy import stats

from pgbench_drivers.analysis.comparison import round_values
from pgbench_drivers.analysis.side_by_side import split
from pgbench_drivers.analysis.summary import metric
from pgbench_drivers.analysis.two_samples import ratio
from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.paths import REGISTRY
from pgbench_drivers.results import storage

PASSED, REGRESSION = 0, 1
CPU = metric("client_cpu_us_per_query")


@dataclass(frozen=True)
class Gate:
    """What one gate said of a slowed driver, in what time, and the slowdown that it measured."""

    share: float
    code: int
    seconds: float
    slowdown: float


def main() -> None:
    """Run the experiment and print its rates."""
    asked, options = _arguments()
    gates = _kept(asked.keep)
    before = sum(gate.share == 0 for gate in gates)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(before, before + asked.runs):
            for share in (0.0, asked.slowed_by):
                found = _gate(asked.driver, share, number, Path(folder), options)
                gates.append(found)
                _keep(found, asked.keep)
                print(
                    f"{number + 1}: slowed by {share:.0%}, exit code {found.code}, "
                    f"measured {found.slowdown - 1:+.1%}, {found.seconds:.0f} s",
                    flush=True,
                )
    print()
    _tell(f"{asked.driver} and itself: false alarms", [g for g in gates if g.share == 0])
    slower = [g for g in gates if g.share == asked.slowed_by]
    _tell(f"slowed by {asked.slowed_by:.0%}: caught", slower)


def _arguments() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=20, help="gates of each kind; default: 20")
    parser.add_argument("--driver", default="pgstride", help="an asynchronous driver of Python")
    parser.add_argument("--slowed-by", type=float, default=0.1, help="share; default: 0.1")
    parser.add_argument("--keep", type=Path, help="file of gates to count too, and to add to")
    return parser.parse_known_args()


def _kept(file: Path | None) -> list[Gate]:
    if file is None or not file.exists():
        return []
    lines = file.read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Gate) for line in lines]


def _keep(gate: Gate, file: Path | None) -> None:
    if file is not None:
        with file.open("ab") as kept:
            kept.write(msgspec.json.encode(gate) + b"\n")


def _gate(driver: str, share: float, seed: int, folder: Path, options: Sequence[str]) -> Gate:
    """Run the gate on the driver slowed by a share, against itself."""
    output = folder / f"{seed}-{share}"
    output.mkdir()
    registry = _registry(driver, share, output / "drivers.toml")
    command = [sys.executable, "-m", "tests.experiments.slowed_bench", "gate", *options]
    command += ["--registry", str(registry), "--drivers", driver, "--against", "slowed==0"]
    command += ["--seed", str(seed), "--output", str(output / "gate")]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    if done.returncode not in (PASSED, REGRESSION):
        sys.exit(f"the gate could not measure:\n{done.stdout}{done.stderr}")
    slowdown = _slowdown(driver, output / "gate" / "result.json")
    return Gate(share, done.returncode, seconds, slowdown)


def _registry(name: str, share: float, path: Path) -> Path:
    """A registry of the driver alone, as `slowed_bench` reads it."""
    known = {d.name: d for d in load_registry(REGISTRY)}
    if name not in known or known[name].entry.language != "python":
        sys.exit(f"{name} is no driver of Python; there are: {', '.join(known)}")
    entry = msgspec.structs.asdict(known[name].entry)
    entry |= {"language": "slowed", "environment": f"{entry['environment']}:{share}"}
    # Strings and numbers are written alike in JSON and TOML.
    options = ", ".join(f"{key} = {json.dumps(v)}" for key, v in entry.pop("options").items())
    lines = [f"{key} = {json.dumps(value)}" for key, value in entry.items()]
    head = ["[languages.slowed]", 'title = "Python, slowed"', f"[drivers.{json.dumps(name)}]"]
    path.write_text("\n".join([*head, *lines, f"options = {{ {options} }}", ""]), encoding="utf-8")
    return path


def _slowdown(driver: str, result: Path) -> float:
    """The geometric mean over all cells of the ratio of client CPU."""
    base, new = split(storage.read(result), {driver: f"{driver}@0"})
    logs = [
        math.log(ratio(round_values(before, CPU) or (), round_values(after, CPU) or ()).value)
        for before, after in zip(base.cells, new.cells, strict=True)
    ]
    return math.exp(statistics.mean(logs))


def _tell(what: str, gates: Sequence[Gate]) -> None:
    found = sum(gate.code == REGRESSION for gate in gates)
    interval = stats.binomtest(found, len(gates)).proportion_ci(method="exact")
    seconds = [gate.seconds for gate in gates]
    print(
        f"{what} {found} of {len(gates)} ({found / len(gates):.0%}, 95 % interval "
        f"{interval.low:.0%} to {interval.high:.0%}); "
        f"seconds per gate: median {statistics.median(seconds):.0f}, most {max(seconds):.0f}"
    )


if __name__ == "__main__":
    main()
