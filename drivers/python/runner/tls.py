"""The job's `connection.tls`, as libpq and as the ssl module want it."""

from __future__ import annotations

import ssl
from typing import Any


def ssl_context(connection: dict[str, Any]) -> ssl.SSLContext | None:
    """One that verifies the server's chain and name; None for plaintext."""
    tls = connection["tls"]
    return ssl.create_default_context(cafile=tls["ca_file"]) if tls else None


def libpq_arguments(connection: dict[str, Any]) -> dict[str, Any]:
    """What libpq calls it."""
    tls = connection["tls"]
    if tls is None:
        return {"sslmode": "disable"}
    return {"sslmode": "verify-full", "sslrootcert": tls["ca_file"]}
