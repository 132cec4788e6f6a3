"""The PostgreSQL that is measured against: one interface, three backends.

`docker`, `embedded` (pip-installed) and `dsn` (yours); `choose_server` picks.
May import `errors`, `signals` and libraries only.
"""

from pgbench_drivers.server.base import Endpoint, Probe, Server, ServerError, ServerInfo
from pgbench_drivers.server.choose import NAMED_SERVERS, choose_server, probe_servers

__all__ = [
    "NAMED_SERVERS",
    "Endpoint",
    "Probe",
    "Server",
    "ServerError",
    "ServerInfo",
    "choose_server",
    "probe_servers",
]
