"""Builds the extension modules; everything else is in pyproject.toml.

PGSTRIDE_DEBUG=1 builds with bounds and wraparound checks, assertions and
without optimisation, for the tests.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

PACKAGE = Path("src/pgstride")
DEBUG = os.environ.get("PGSTRIDE_DEBUG") == "1"

# C sources that are compiled into the extension of the same package's module.
C_SOURCES = {"pgstride.core.rows": ["src/pgstride/core/record.c"]}

DIRECTIVES = {
    "language_level": 3,
    # Bounds and wraparound are checked as Cython does by default; hot loops go
    # over C pointers, after checks of their own.
    "initializedcheck": DEBUG,
    "nonecheck": DEBUG,
    "cdivision": True,
    "embedsignature": True,
    "freethreading_compatible": False,
}


def compile_arguments() -> list[str]:
    if sys.platform == "win32":
        return ["/Od", "/UNDEBUG"] if DEBUG else ["/O2"]
    return ["-O0", "-g", "-UNDEBUG"] if DEBUG else ["-O2", "-fno-strict-aliasing", "-g0"]


def extension(source: Path) -> Extension:
    name = ".".join(source.relative_to("src").with_suffix("").parts)
    return Extension(
        name,
        [str(source), *C_SOURCES.get(name, [])],
        include_dirs=[str(PACKAGE / "core"), str(PACKAGE / "codecs")],
        extra_compile_args=compile_arguments(),
        define_macros=[] if DEBUG else [("CYTHON_WITHOUT_ASSERTIONS", "1")],
    )


setup(
    ext_modules=cythonize(
        [extension(source) for source in sorted(PACKAGE.rglob("*.pyx"))],
        include_path=["src"],
        compiler_directives=DIRECTIVES,
        build_dir="build/debug" if DEBUG else "build/cython",
        nthreads=os.cpu_count() or 1,
    )
)
