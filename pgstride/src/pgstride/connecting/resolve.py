"""From `connect()`'s arguments to the endpoints to try and the parameters to try them with."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pgstride.connecting.choices import (
    ChannelBinding,
    LoadBalanceHosts,
    SSLNegotiation,
    parse_choice,
)
from pgstride.connecting.dsn import parse_dsn
from pgstride.connecting.environment import Environment
from pgstride.connecting.hosts import (
    Server,
    SessionAttribute,
    TcpEndpoint,
    argument_hosts,
    argument_ports,
    find_servers,
)
from pgstride.connecting.options import (
    DEFAULT_CONNECT_TIMEOUT_SECONDS,
    JsonFunctions,
    client_options,
)
from pgstride.connecting.parameters import ConnectionParameters, PasswordFactory, Resolved
from pgstride.connecting.passfile import find_password
from pgstride.connecting.protocol_version import protocol_versions
from pgstride.connecting.require_auth import parse_require_auth
from pgstride.connecting.secret import Secret
from pgstride.connecting.servicefile import read_service
from pgstride.connecting.source import Source, Sources
from pgstride.connecting.tcp import number_argument, tcp_options
from pgstride.connecting.tls import SSLArgument, plan_tls
from pgstride.exceptions import ClientConfigurationError


def resolve(
    dsn: str | None = None,
    *,
    host: str | Sequence[str] | None = None,
    port: int | str | Sequence[int | str] | None = None,
    user: str | None = None,
    password: str | PasswordFactory | None = None,
    passfile: str | os.PathLike[str] | None = None,
    service: str | None = None,
    servicefile: str | os.PathLike[str] | None = None,
    database: str | None = None,
    command_timeout: float | None = None,
    timeout: float | None = DEFAULT_CONNECT_TIMEOUT_SECONDS,
    statement_cache_size: int = 100,
    max_cached_statement_lifetime: int = 300,
    max_cacheable_statement_size: int = 15 * 1024,
    ssl: SSLArgument = None,
    direct_tls: bool | None = None,
    server_settings: Mapping[str, str] | None = None,
    target_session_attrs: str | SessionAttribute | None = None,
    krbsrvname: str | None = None,
    gsslib: str | None = None,
    channel_binding: str | ChannelBinding | None = None,
    require_auth: str | None = None,
    sslnegotiation: str | SSLNegotiation | None = None,
    load_balance_hosts: str | LoadBalanceHosts | None = None,
    keepalives: bool | int | str | None = None,
    keepalives_idle: int | str | None = None,
    keepalives_interval: int | str | None = None,
    keepalives_count: int | str | None = None,
    tcp_user_timeout: int | str | None = None,
    min_protocol_version: str | None = None,
    max_protocol_version: str | None = None,
    json: JsonFunctions | None = None,
    implicit_pipelining: bool = False,
    environment: Environment | None = None,
) -> Resolved:
    """Combine arguments, DSN, service file, environment and defaults, in this precedence.

    The arguments are those of `connect()`. `timeout` and `command_timeout`
    are seconds; a `timeout` that is not given leaves it to `connect_timeout`
    in the DSN and to PGCONNECT_TIMEOUT.

    Raises `ClientConfigurationError`, which is also a `ValueError`, for
    whatever cannot be understood or contradicts itself.
    """
    environment = Environment.current() if environment is None else environment
    texts = {
        "port": argument_ports(port),
        "user": user,
        "dbname": database,
        "passfile": passfile,
        "service": service or None,
        "servicefile": servicefile,
        "target_session_attrs": target_session_attrs,
        "krbsrvname": krbsrvname,
        "gsslib": gsslib,
        "channel_binding": channel_binding,
        "require_auth": require_auth,
        "sslnegotiation": sslnegotiation,
        "load_balance_hosts": load_balance_hosts,
        "keepalives": number_argument(keepalives),
        "keepalives_idle": number_argument(keepalives_idle),
        "keepalives_interval": number_argument(keepalives_interval),
        "keepalives_count": number_argument(keepalives_count),
        "tcp_user_timeout": number_argument(tcp_user_timeout),
        "min_protocol_version": min_protocol_version,
        "max_protocol_version": max_protocol_version,
    }
    arguments = _arguments(texts, host)
    from_dsn = parse_dsn(dsn) if dsn else Source("no DSN")
    from_environment = environment.source()
    from_service = read_service(Sources((arguments, from_dsn, from_environment)), environment)
    sources = Sources((arguments, from_dsn, from_service, from_environment))

    servers = find_servers(sources, windows=environment.windows)
    endpoints = tuple(server.endpoint for server in servers)
    user_name = sources.get("user")
    if user_name is None:
        user_name = environment.require_user_name()
    database_name = sources.get("dbname") or user_name
    parameters = ConnectionParameters(
        user=user_name,
        database=database_name,
        password=_password(
            password, sources, environment, servers, database=database_name, user=user_name
        ),
        server_settings=_server_settings(from_dsn.server_settings, server_settings),
        tls=plan_tls(
            ssl,
            _direct_tls(direct_tls, sslnegotiation),
            sources,
            environment,
            over_tcp=any(isinstance(endpoint, TcpEndpoint) for endpoint in endpoints),
        ),
        channel_binding=parse_choice(sources.find("channel_binding"), ChannelBinding.prefer),
        require_auth=parse_require_auth(sources.find("require_auth")),
        target_session_attrs=parse_choice(
            sources.find("target_session_attrs"), SessionAttribute.any
        ),
        load_balance_hosts=parse_choice(
            sources.find("load_balance_hosts"), LoadBalanceHosts.disable
        ),
        tcp=tcp_options(sources),
        protocol_versions=protocol_versions(sources),
        krbsrvname=sources.get("krbsrvname"),
        gsslib=_gsslib(sources, environment),
    )
    options = client_options(
        sources,
        timeout=timeout,
        command_timeout=command_timeout,
        statement_cache_size=statement_cache_size,
        max_cached_statement_lifetime=max_cached_statement_lifetime,
        max_cacheable_statement_size=max_cacheable_statement_size,
        json=json,
        implicit_pipelining=implicit_pipelining,
    )
    return Resolved(endpoints, parameters, options)


def _direct_tls(
    direct_tls: bool | None, sslnegotiation: str | SSLNegotiation | None
) -> bool | None:
    """asyncpg's argument, which goes before other places but not before libpq's argument."""
    if direct_tls is not None and sslnegotiation is not None:
        if bool(direct_tls) != (sslnegotiation == "direct"):
            raise ClientConfigurationError("direct_tls and sslnegotiation contradict each other")
        return None
    return direct_tls


def _arguments(texts: Mapping[str, Any], host: str | Sequence[str] | None) -> Source:
    names = {"dbname": "database"}
    values = {}
    for keyword, given in texts.items():
        if given is None:
            continue
        value = os.fspath(given) if isinstance(given, os.PathLike) else given
        if not isinstance(value, str):
            name = names.get(keyword, keyword)
            msg = f"{name} is expected to be a string, got {type(given).__name__}"
            raise ClientConfigurationError(msg)
        values[keyword] = value
    hosts = argument_hosts(host)
    return Source("the arguments of connect()", values, names=names, hosts=hosts)


def _password(
    argument: str | PasswordFactory | None,
    sources: Sources,
    environment: Environment,
    servers: Sequence[Server],
    *,
    database: str,
    user: str,
) -> Secret[str] | Secret[PasswordFactory] | None:
    if isinstance(argument, str):
        return Secret(argument)
    if callable(argument):
        return Secret(argument)
    if argument is not None:
        msg = f"password is expected to be a string or a function, got {type(argument).__name__}"
        raise ClientConfigurationError(msg)
    password = sources.get("password")
    if password is None:
        passfile = _passfile(sources, environment)
        if passfile is not None:
            password = find_password(passfile, servers, database, user, windows=environment.windows)
    return None if password is None else Secret(password)


def _passfile(sources: Sources, environment: Environment) -> Path | None:
    named = sources.get("passfile")
    if named:
        return Path(named)
    directory = environment.configuration_directory
    name = "pgpass.conf" if environment.windows else ".pgpass"
    return None if directory is None else directory / name


def _server_settings(
    from_dsn: Mapping[str, str], argument: Mapping[str, str] | None
) -> Mapping[str, str]:
    if argument is None:
        return dict(from_dsn)
    # asyncpg's rule, which also keeps the values out of the message.
    if not isinstance(argument, dict) or not all(
        isinstance(text, str) for pair in argument.items() for text in pair
    ):
        raise ClientConfigurationError("server_settings is expected to be None or a Dict[str, str]")
    return {**from_dsn, **argument}


def _gsslib(sources: Sources, environment: Environment) -> str:
    setting = sources.find("gsslib")
    if setting is None:
        return "sspi" if environment.windows else "gssapi"
    if setting.value not in {"gssapi", "sspi"}:
        msg = f"{setting.origin}: gsslib must be either 'gssapi' or 'sspi', got {setting.value!r}"
        raise ClientConfigurationError(msg)
    return setting.value
