"""Checks that a wheel holds what it should, and nothing else: `python check_wheel.py WHEEL…`."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

SOURCES = Path(__file__).parents[1] / "src"
EXTENSIONS = (".so", ".pyd")
COPIED = (".pxd", ".py", ".pyi", ".typed")


def problems(members: Iterable[str]) -> list[str]:
    """What is wrong with a wheel of these members."""
    paths = [PurePosixPath(name) for name in members]
    package = [path for path in paths if not path.parts[0].endswith(".dist-info")]
    extensions = {module(path) for path in package if path.suffix in EXTENSIONS}
    wanted_extensions = {module(path) for path in sources("pyx")}
    copied = {str(path) for path in package if path.suffix in COPIED}
    wanted = {str(path) for suffix in COPIED for path in sources(suffix[1:])}
    odd = [str(path) for path in package if path.suffix not in (*EXTENSIONS, *COPIED)]
    licences = [path for path in paths if path.name == "LICENSE"]
    return [
        *(
            f"the extension module {name} is missing"
            for name in sorted(wanted_extensions - extensions)
        ),
        *(
            f"the extension module {name} has no source"
            for name in sorted(extensions - wanted_extensions)
        ),
        *(f"{name} is missing" for name in sorted(wanted - copied)),
        *(f"{name} does not belong into it" for name in sorted({*(copied - wanted), *odd})),
        *(["the licence is missing"] if not licences else []),
    ]


def sources(ending: str) -> list[PurePosixPath]:
    """The package's files with this ending, relative to the sources."""
    found = SOURCES.glob(f"pgstride/**/*.{ending}")
    return [PurePosixPath(path.relative_to(SOURCES).as_posix()) for path in found]


def module(path: PurePosixPath) -> str:
    """The module's name: cython's `rows.pyx`, and `rows.cpython-312-x86_64-linux-gnu.so`."""
    return ".".join([*path.parent.parts, path.name.partition(".")[0]])


def main(wheels: list[str]) -> int:
    """The exit code: 0 when all wheels are right."""
    found = []
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
        found += [f"{Path(wheel).name}: {problem}" for problem in problems(names)]
    print("\n".join(found) or f"{len(wheels)} wheel(s) hold what they should")
    return 1 if found or not wheels else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
