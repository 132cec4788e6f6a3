"""What the process' surroundings say: variables, home directory, user name, system."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pgstride.connecting.source import Source
from pgstride.exceptions import ClientConfigurationError

VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
    "servicefile": "PGSERVICEFILE",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "sslmode": "PGSSLMODE",
    "sslnegotiation": "PGSSLNEGOTIATION",
    "channel_binding": "PGCHANNELBINDING",
    "require_auth": "PGREQUIREAUTH",
    "load_balance_hosts": "PGLOADBALANCEHOSTS",
    "min_protocol_version": "PGMINPROTOCOLVERSION",
    "max_protocol_version": "PGMAXPROTOCOLVERSION",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcrl": "PGSSLCRL",
    "ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION",
    "ssl_max_protocol_version": "PGSSLMAXPROTOCOLVERSION",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "krbsrvname": "PGKRBSRVNAME",
    "gsslib": "PGGSSLIB",
}


@dataclass(frozen=True)
class Environment:
    """The surroundings as values, so that tests bring their own.

    `user_name` is asked only where nothing else names a user; it may raise.
    """

    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    home: Path | None = None
    user_name: Callable[[], str] = getpass.getuser
    windows: bool = sys.platform == "win32"

    @classmethod
    def current(cls) -> Environment:
        """Those of this process."""
        try:
            home = Path.home()
        except (RuntimeError, KeyError):
            home = None
        return cls(variables=os.environ, home=home)

    @property
    def configuration_directory(self) -> Path | None:
        """Where the default password and service files are."""
        if not self.windows:
            return self.home
        application_data = self.variables.get("APPDATA")
        return Path(application_data, "postgresql") if application_data else None

    @property
    def tls_directory(self) -> Path | None:
        """Where the default certificates and keys are."""
        return None if self.home is None else self.home / ".postgresql"

    def source(self) -> Source:
        """What the variables say. An empty one says nothing."""
        found = {
            keyword: value
            for keyword, variable in VARIABLES.items()
            if (value := self.variables.get(variable))
        }
        return Source("the environment", found, names=VARIABLES)

    def require_user_name(self) -> str:
        """The operating system's name of the user.

        Raises `ClientConfigurationError` when the system knows none.
        """
        try:
            return self.user_name()
        # By Python's version: KeyError, ImportError or OSError.
        except (KeyError, ImportError, OSError) as error:
            msg = "could not determine user name to connect with"
            hint = "Pass user to connect(), or set PGUSER."
            raise ClientConfigurationError(msg, hint=hint) from error
