"""Where fuzzing starts from: recorded exchanges, written ones, and a value of each type.

`python seeds.py DIRECTORY` writes them as files, for libFuzzer, with what it has found before.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "core"), str(HERE.parent / "codecs")]

import backend as b  # noqa: E402
from codec_samples import SAMPLES  # noqa: E402
from exchanges import EXCHANGES  # noqa: E402
from grown import grown  # noqa: E402
from target import PHASES, TYPES  # noqa: E402

RECORDED = HERE / "corpus"

# The phases (see `target`) whose operations resemble those of the written exchanges.
PHASES_OF_EXCHANGES = {
    "start-up": 1,
    "describe": 3,
    "fetch": 13,
    "an error": 13,
    "an empty": 14,
    "a pipeline": 12,
    "reset": 10,
    "many": 5,
    "a simple": 4,
    "COPY": 7,
}


def seeds() -> dict[str, bytes]:
    """Inputs of `target.run_one`, by names."""
    found = {path.name: path.read_bytes() for path in sorted(RECORDED.iterdir())}
    for exchange in EXCHANGES:
        for start, phase in PHASES_OF_EXCHANGES.items():
            if exchange.name.startswith(start):
                found[exchange.name.replace(" ", "-")] = bytes([phase, 7]) + exchange.answer
    first = len(PHASES) - len(TYPES)
    for i, sample in enumerate(SAMPLES):
        if sample.oid in TYPES:
            phase = first + TYPES.index(sample.oid)
            answer = b.bind_complete() + b.data_row(sample.data)
            answer += b.command_complete("SELECT 1") + b.ready_for_query()
            found[f"{sample.type}-{i}"] = bytes([phase, 3]) + answer
    return found


if __name__ == "__main__":
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for name, data in seeds().items():
        (directory / "".join(c if c.isalnum() or c == "-" else "_" for c in name)).write_bytes(data)
    for number, data in enumerate(grown()):
        (directory / f"grown-{number:05}").write_bytes(data)
