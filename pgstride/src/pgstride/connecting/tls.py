"""Whether and how a connection is encrypted: modes, their order of attempts, the context."""

from __future__ import annotations

import ssl as ssl_module
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property

from pgstride.connecting.choices import SSLNegotiation, parse_choice
from pgstride.connecting.environment import Environment
from pgstride.connecting.hosts import Endpoint, UnixEndpoint
from pgstride.connecting.secret import Secret
from pgstride.connecting.source import Setting, Sources
from pgstride.connecting.tls_context import (
    SYSTEM,
    TlsFiles,
    context_from_files,
    default_context,
    parse_tls_version,
)
from pgstride.exceptions import ClientConfigurationError


class SSLMode(IntEnum):
    """libpq's `sslmode`; the greater, the stricter."""

    disable = 0
    allow = 1
    prefer = 2
    require = 3
    verify_ca = 4
    verify_full = 5


SSLArgument = bool | str | SSLMode | ssl_module.SSLContext | None


@dataclass(frozen=True)
class TlsPlan:
    """A mode, and the context that connections are encrypted with.

    `direct` is TLS from the first byte. With `demands_alpn`, a server is refused
    that does not say by TLS's ALPN that it speaks PostgreSQL's protocol.

    The files are read when `context` is asked for first, which raises
    `ClientConfigurationError` when one is missing or cannot be used.
    """

    mode: SSLMode = SSLMode.disable
    direct: bool = False
    make_context: Callable[[], ssl_module.SSLContext] | None = field(default=None, repr=False)
    demands_alpn: bool = False

    @cached_property
    def context(self) -> ssl_module.SSLContext | None:
        """The context of all connections of this plan; `None` when none is encrypted."""
        return None if self.make_context is None else self.make_context()

    def attempts(self, endpoint: Endpoint) -> tuple[bool, ...]:
        """Whether to encrypt, for each attempt to connect to an endpoint, in their order.

        The second attempt is for servers that refuse the first, and Unix-domain
        sockets are never encrypted.
        """
        if isinstance(endpoint, UnixEndpoint) or self.mode is SSLMode.disable:
            return (False,)
        if self.mode is SSLMode.allow:
            return (False, True)
        return (True, False) if self.mode is SSLMode.prefer else (True,)


def plan_tls(
    ssl: SSLArgument,
    direct_tls: bool | None,
    sources: Sources,
    environment: Environment,
    *,
    over_tcp: bool,
) -> TlsPlan:
    """The plan for the `ssl` and `direct_tls` arguments and the sources' `ssl…` settings.

    Without any, connections over TCP prefer encryption.

    Raises `ClientConfigurationError` for unknown values, and for direct TLS
    in a mode that allows unencrypted connections.
    """
    # libpq's setting demands ALPN; asyncpg's argument does not.
    demands_alpn = direct_tls is None and _negotiates_directly(sources)
    direct = demands_alpn or bool(direct_tls)
    if ssl is None or isinstance(ssl, str | SSLMode):
        plan = _plan_by_mode(ssl, direct, sources, environment, over_tcp=over_tcp)
    elif ssl is True:
        plan = TlsPlan(SSLMode.verify_full, direct, default_context)
    elif ssl is False:
        plan = TlsPlan(SSLMode.disable, direct)
    elif isinstance(ssl, ssl_module.SSLContext):
        context = ssl
        plan = TlsPlan(SSLMode.require, direct, lambda: context)
    else:
        msg = f"ssl is expected to be a bool, an sslmode or an SSLContext, got {type(ssl).__name__}"
        raise ClientConfigurationError(msg)
    if direct and plan.mode < SSLMode.require:
        msg = "direct TLS requires sslmode=require, verify-ca, or verify-full"
        raise ClientConfigurationError(msg, hint="Pass ssl='require', for instance.")
    return replace(plan, demands_alpn=demands_alpn)


def _plan_by_mode(
    ssl: str | SSLMode | None,
    direct: bool,
    sources: Sources,
    environment: Environment,
    *,
    over_tcp: bool,
) -> TlsPlan:
    trusts_system = sources.get("sslrootcert") == SYSTEM
    setting = sources.find("sslmode") if ssl is None else None
    if isinstance(ssl, SSLMode):
        mode = ssl
    elif ssl is not None:
        mode = _parse_mode(Setting(ssl, "sslmode in the ssl argument of connect()"))
    elif setting is not None:
        mode = _parse_mode(setting)
    elif trusts_system:
        mode = SSLMode.verify_full
    else:
        mode = SSLMode.prefer if over_tcp else SSLMode.disable
    if mode is SSLMode.disable:
        return TlsPlan(mode, direct)
    if trusts_system and mode is not SSLMode.verify_full:
        msg = "sslrootcert=system requires sslmode=verify-full: anyone can have one of its CAs sign"
        raise ClientConfigurationError(msg)
    files = _files(sources, environment)
    return TlsPlan(
        mode,
        direct,
        lambda: context_from_files(
            files,
            check_hostname=mode is SSLMode.verify_full,
            verify_if_possible=mode >= SSLMode.require,
            verify_always=mode >= SSLMode.verify_ca,
        ),
    )


def _parse_mode(setting: Setting) -> SSLMode:
    try:
        return SSLMode[setting.value.replace("-", "_")]
    except KeyError:
        allowed = ", ".join(mode.name.replace("_", "-") for mode in SSLMode)
        msg = f"{setting.origin}: `sslmode` parameter must be one of: {allowed}"
        raise ClientConfigurationError(msg) from None


def _negotiates_directly(sources: Sources) -> bool:
    negotiation = parse_choice(sources.find("sslnegotiation"), SSLNegotiation.postgres)
    return negotiation is SSLNegotiation.direct


def _files(sources: Sources, environment: Environment) -> TlsFiles:
    key_password = sources.get("sslpassword")
    minimum = sources.find("ssl_min_protocol_version")
    maximum = sources.find("ssl_max_protocol_version")
    return TlsFiles(
        directory=environment.tls_directory,
        root_certificates=sources.get("sslrootcert"),
        revocations=sources.get("sslcrl"),
        certificate=sources.get("sslcert"),
        key=sources.get("sslkey"),
        key_password=None if key_password is None else Secret(key_password),
        minimum_version=ssl_module.TLSVersion.TLSv1_2
        if minimum is None
        else parse_tls_version(minimum),
        maximum_version=None if maximum is None else parse_tls_version(maximum),
        key_log=environment.variables.get("SSLKEYLOGFILE") or None,
    )
