#!/usr/bin/env python
"""Fuzzes the core with libFuzzer; needs atheris. See docs/testing.md.

libFuzzer executes this file itself, to merge.
"""

from __future__ import annotations

import logging
import random
import sys
from pathlib import Path

import atheris

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "core")]

from mutations import mutate  # noqa: E402
from target import run_one  # noqa: E402


def mutator(data: bytes, most: int, seed: int) -> bytes:
    """Now our own mutations, which keep messages whole, now libFuzzer's."""
    chance = random.Random(seed)
    ours = chance.randrange(3) > 0
    mutated = mutate(data, chance) if ours else atheris.Mutate(data, len(data))
    return mutated[:most]


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    atheris.Setup(sys.argv, run_one, custom_mutator=mutator)
    atheris.Fuzz()
