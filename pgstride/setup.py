"""Builds the extension modules; everything else is in pyproject.toml.

PGSTRIDE_DEBUG=1 builds for tests: with assertions, with all of Cython's
checks, and without optimisation. PGSTRIDE_SANITIZE=1 builds with gcc's or
clang's sanitizers of addresses and undefined behaviour (see docs/testing.md).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

PACKAGE = Path("src/pgstride")
DEBUG = os.environ.get("PGSTRIDE_DEBUG") == "1"
SANITIZE = os.environ.get("PGSTRIDE_SANITIZE") == "1"
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]

# C sources that are compiled into the extension of the same package's module.
C_SOURCES = {
    "pgstride.core.rows": ["src/pgstride/core/record.c", "src/pgstride/core/kept_values.c"]
}

DIRECTIVES = {
    "language_level": 3,
    # Bounds and wraparound are checked as Cython does by default; hot loops go
    # over C pointers, after checks of their own.
    "boundscheck": True,
    "wraparound": True,
    "initializedcheck": DEBUG,
    "nonecheck": DEBUG,
    "overflowcheck": False,
    "cdivision": True,
    "embedsignature": True,
    "freethreading_compatible": False,
}


def compile_arguments() -> list[str]:
    """The compiler's options, after Python's own."""
    if sys.platform == "win32":
        return ["/Od", "/UNDEBUG"] if DEBUG else ["/O2"]
    if SANITIZE:
        # clang also counts which code was reached, for libFuzzer.
        coverage = ["-fsanitize=fuzzer-no-link"] if "clang" in os.environ.get("CC", "") else []
        return ["-O1", "-g", "-fno-omit-frame-pointer", "-UNDEBUG", *SANITIZERS, *coverage]
    return ["-O0", "-g", "-UNDEBUG"] if DEBUG else ["-O2", "-fno-strict-aliasing", "-g0"]


def macros() -> list[tuple[str, str]]:
    """What the C sources find defined."""
    if SANITIZE:
        return [("PGSTRIDE_SANITIZE", "1")]
    return [] if DEBUG else [("CYTHON_WITHOUT_ASSERTIONS", "1")]


def extension(source: Path) -> Extension:
    """The extension module that a .pyx file is the source of."""
    name = ".".join(source.relative_to("src").with_suffix("").parts)
    return Extension(
        name,
        [str(source), *C_SOURCES.get(name, [])],
        include_dirs=[str(PACKAGE / folder) for folder in ("core", "codecs", "aio")],
        depends=[str(header) for header in sorted(PACKAGE.rglob("*.h"))],
        extra_compile_args=compile_arguments(),
        extra_link_args=SANITIZERS if SANITIZE else [],
        define_macros=macros(),
    )


class BuildExtensions(build_ext):
    """Translates to C only when it compiles: a source distribution has no C of Cython's."""

    def run(self) -> None:
        """Translate what has changed, then compile it."""
        translated = cythonize(
            list(self.extensions),
            include_path=["src"],
            compiler_directives=DIRECTIVES,
            build_dir=self.build_temp,
            nthreads=os.cpu_count() or 1,
        )
        for ours, theirs in zip(self.extensions, translated, strict=True):
            assert ours.name == theirs.name
            ours.sources = theirs.sources
        super().run()


# Where processes are not forked, each that translates reads this file.
if __name__ == "__main__":
    setup(
        cmdclass={"build_ext": BuildExtensions},
        ext_modules=[extension(source) for source in sorted(PACKAGE.rglob("*.pyx"))],
        options={"build_ext": {"parallel": os.cpu_count()}},
    )
