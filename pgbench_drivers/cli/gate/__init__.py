"""`pgbench-drivers gate`: something became slower, or nothing did, or nobody knows.

`command` is what is typed, `arrangement` what is held against what,
`measuring` takes the figures, `publish` tells the verdict.
"""

from __future__ import annotations

from pgbench_drivers.cli.gate.command import gate

__all__ = ["gate"]
