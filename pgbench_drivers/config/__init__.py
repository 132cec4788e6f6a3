"""What the user writes: query files, the driver registry, `bench.toml`.

Pure apart from reading the files. May import `contract`.
"""
