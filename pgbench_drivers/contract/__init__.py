"""The language-neutral contract between orchestrator and runners.

`canonical` is also imported by the Python runner, so this package and its
`__init__` import nothing outside the standard library.
"""

CONTRACT_VERSION = 3
