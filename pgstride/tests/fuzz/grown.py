"""Inputs that fuzzing has found to reach what the seeds do not; in one file, for there are many.

`python grown.py DIRECTORY` keeps those of a directory that libFuzzer has filled.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

FILE = Path(__file__).with_name("grown.zip")
# A file of the same inputs is the same to the byte: zip knows no earlier time.
WHEN = (1980, 1, 1, 0, 0, 0)


def grown() -> list[bytes]:
    """The inputs of `target.run_one` that were kept."""
    with zipfile.ZipFile(FILE) as archive:
        return [archive.read(name) for name in archive.namelist()]


def keep(directory: Path) -> int:
    """Keep the inputs of a directory, and return their number."""
    inputs = sorted(path.read_bytes() for path in directory.iterdir())
    with zipfile.ZipFile(FILE, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for number, data in enumerate(inputs):
            archive.writestr(zipfile.ZipInfo(f"{number:05}", WHEN), data, zipfile.ZIP_DEFLATED)
    return len(inputs)


if __name__ == "__main__":
    print(f"kept {keep(Path(sys.argv[1]))} inputs in {FILE}")
