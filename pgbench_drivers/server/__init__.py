"""The PostgreSQL that is measured against: one interface, four backends.

`docker`, `embedded` (pip-installed), `installed` (the system's programs) and
`dsn` (yours); `choose_server` picks. May import `errors`, `signals`,
`transports` and libraries only.
"""

from pgbench_drivers.server.base import Endpoint, Probe, Server, ServerError, ServerInfo
from pgbench_drivers.server.choose import (
    automatic,
    check_transport,
    choose_server,
    probe_servers,
    probe_tls,
    shown_spec,
)

__all__ = [
    "Endpoint",
    "Probe",
    "Server",
    "ServerError",
    "ServerInfo",
    "automatic",
    "check_transport",
    "choose_server",
    "probe_servers",
    "probe_tls",
    "shown_spec",
]
