"""The toolbench: measures PostgreSQL drivers of several languages, and reports.

Layers, from the top: `cli`, `report`/`export`, `execution`, `plan`/`analysis`,
`config`, and at the bottom `contract`, `results`, `server` and `toolchains`.
"""

__version__ = "0.1.0"
