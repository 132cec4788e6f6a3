"""connect(): its arguments, and what follows from them."""

from __future__ import annotations

import asyncio
import inspect
import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from pgstride.aio.connect_context import Connecting
from pgstride.aio.connection import Connection
from pgstride.aio.deadline import within
from pgstride.aio.establish import establish
from pgstride.aio.tracing import ConnectStarted, Tracer, default_tracer, traced
from pgstride.connecting import (
    DEFAULT_CONNECT_TIMEOUT_SECONDS,
    ChannelBinding,
    JsonFunctions,
    LoadBalanceHosts,
    PasswordFactory,
    Resolved,
    SessionAttribute,
    SSLArgument,
    SSLNegotiation,
    resolve,
)
from pgstride.core.rows import Record
from pgstride.core.statement import check_record_class
from pgstride.exceptions import ClientConfigurationError

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from pgstride.aio.connect_arguments import ConnectArguments


def connect(
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
    loop: asyncio.AbstractEventLoop | None = None,
    timeout: float | None = DEFAULT_CONNECT_TIMEOUT_SECONDS,
    statement_cache_size: int = 100,
    max_cached_statement_lifetime: int = 300,
    max_cacheable_statement_size: int = 15 * 1024,
    command_timeout: float | None = None,
    ssl: SSLArgument = None,
    direct_tls: bool | None = None,
    connection_class: type[Connection] = Connection,
    record_class: type[Record] = Record,
    server_settings: dict[str, str] | None = None,
    target_session_attrs: str | SessionAttribute | None = None,
    krbsrvname: str | None = None,
    gsslib: str | None = None,
    channel_binding: str | ChannelBinding | None = None,
    require_auth: str | None = None,
    sslnegotiation: str | SSLNegotiation | None = None,
    load_balance_hosts: str | LoadBalanceHosts | None = None,
    keepalives: bool | int | None = None,
    keepalives_idle: int | None = None,
    keepalives_interval: int | None = None,
    keepalives_count: int | None = None,
    tcp_user_timeout: int | None = None,
    min_protocol_version: str | None = None,
    max_protocol_version: str | None = None,
    json: JsonFunctions | None = None,
    implicit_pipelining: bool = False,
    tracer: Tracer | None = None,
) -> Connecting:
    """Connect to a PostgreSQL server: await it, or `async with` it.

    Awaiting gives the connection, which is yours to close; so does `async with
    connect(...) as connection`, which closes it at the end of the block.

    What an argument does not say is taken from the DSN, then from the service
    file, then from libpq's environment variables, then it is the default.
    `docs/connecting.md` explains files, TLS and several hosts at length.

    Where to:
        dsn: `postgresql://user:password@host:port/database?option=value`, or
            libpq's `option=value` pairs. Options are libpq's; those that
            libpq does not know are settings for the server.
        host: A name or address, a directory of Unix-domain sockets (it begins
            with "/"), or a sequence of these, which are tried in this order.
            Default: PGHOST, else the usual directories, then `localhost`.
        port: A number, or a sequence with one for each host. Default: PGPORT,
            else 5432.
        database: Default: PGDATABASE, else the user's name.
        service, servicefile: The name of a service, and the file that
            describes it. Default: PGSERVICE, PGSERVICEFILE or
            `~/.pg_service.conf`.
        target_session_attrs: Which of several hosts will do: "any" (the
            default), "primary", "standby", "prefer-standby", "read-write" or
            "read-only".
        load_balance_hosts: "random" tries the hosts, and the addresses that a
            name stands for, in random order; "disable" in the given one.
            Default: PGLOADBALANCEHOSTS, else "disable".

    As whom:
        user: Default: PGUSER, else the operating system's name of the user.
        password: Text, or a function, which may be asynchronous, that is called
            for each connection. Default: PGPASSWORD, else what `passfile` has.
        passfile: Default: PGPASSFILE, else `~/.pgpass`.
        krbsrvname: Kerberos' name of the service. Default: PGKRBSRVNAME, else
            "postgres".
        gsslib: "gssapi" or "sspi", for Kerberos: the optional package `gssapi`
            or, on Windows, `sspilib`. Default: PGGSSLIB, else "sspi" on Windows
            and "gssapi" elsewhere.

    Encryption:
        ssl: False or "disable"; "allow" or "prefer" (the default over TCP),
            which go on without encryption where there is none; "require";
            "verify-ca"; "verify-full"; True, which is verify-full with the
            certificates that the system trusts; or an `ssl.SSLContext`.
        sslnegotiation: "postgres" asks the server before TLS begins; "direct"
            begins with TLS, which saves a round trip and takes a PostgreSQL 17
            and an `ssl` of at least "require". A context of your own needs
            `set_alpn_protocols(["postgresql"])` for it. Default:
            PGSSLNEGOTIATION, else "postgres".
        direct_tls: True is "direct", and does not demand ALPN of the server;
            False is "postgres".
        channel_binding: Whether the password's proof by SCRAM holds on this very
            TLS connection only: "disable"; "prefer" (the default), where both
            sides can; "require", which refuses all else. Default:
            PGCHANNELBINDING.
        require_auth: The only methods of authentication that are taken part in,
            separated by commas: "scram-sha-256", "md5", "password", "none"
            (the server asks for nothing), "gss", "sspi", "oauth"; or, each with
            a "!" before it, those that are not. Nothing that depends on the
            password is sent to a server that asks for another. Default:
            PGREQUIREAUTH, else all.

    The connection:
        timeout: Seconds for connecting, all hosts together, or None for no
            limit. Default: `connect_timeout` of the DSN or PGCONNECT_TIMEOUT,
            else 60.
        command_timeout: Seconds for each statement that is given no `timeout`
            of its own. Default: None, no limit.
        statement_cache_size: How many prepared statements are kept for reuse;
            0 keeps none.
        max_cached_statement_lifetime: Seconds that a statement is kept; 0 is
            without limit.
        max_cacheable_statement_size: Characters of the longest statement that
            is kept; 0 is without limit.
        keepalives: Whether the system finds out that the server has gone, when
            nothing comes from it. Default: True. On TCP only, as are:
        keepalives_idle: Seconds of silence after which it asks the server.
        keepalives_interval: Seconds after which it asks again.
        keepalives_count: How often it asks in vain before the connection is
            lost. Default of these three: None or 0, which is the system's.
        tcp_user_timeout: Milliseconds that what was sent may remain without
            acknowledgement before the connection is lost (on Linux). Default:
            None or 0, the system's.
        min_protocol_version, max_protocol_version: "3.0", "3.2" or "latest".
            3.2, which PostgreSQL 18 speaks, has longer keys for cancelling.
            Default: PGMINPROTOCOLVERSION and PGMAXPROTOCOLVERSION, else 3.0.
        server_settings: Settings of the server for this session, by name, such
            as {"application_name": "shop"}.
        json: Any object with `loads` and `dumps`, such as the module json, to
            decode and encode json and jsonb. Default: None, they are text.
        implicit_pipelining: Whether several tasks may use the connection at the
            same time, without transactions: see `docs/beyond-asyncpg.md`.
        connection_class, record_class: Subclasses of `Connection` and `Record`
            to make the connection and its rows of.
        tracer: Is told of connecting, and of what the connection does. Default:
            None, which is the one that was set for all.
        loop: The event loop. Default: the one that runs.

    Raises:
        ClientConfigurationError: Arguments, or what stands in for them, cannot
            be understood or contradict each other. Also a ValueError.
        asyncio.TimeoutError: `timeout` seconds were not enough.
        OSError: No host could be reached; the last one's error.
        InvalidAuthorizationSpecificationError, InvalidPasswordError,
            InvalidCatalogNameError, another PostgresError: What the server has
            against the user, the password, the database or the session.
        InterfaceError: The server asks for what the client does not do.
        ProtocolError: It does not speak PostgreSQL's protocol.
        TargetServerAttributeNotMatched: No host is of the wanted kind.
    """
    return Connecting(
        _connect(
            loop,
            connection_class,
            record_class,
            tracer,
            dsn=dsn,
            host=host,
            port=port,
            user=user,
            password=password,
            passfile=passfile,
            service=service,
            servicefile=servicefile,
            database=database,
            timeout=timeout,
            statement_cache_size=statement_cache_size,
            max_cached_statement_lifetime=max_cached_statement_lifetime,
            max_cacheable_statement_size=max_cacheable_statement_size,
            command_timeout=command_timeout,
            ssl=ssl,
            direct_tls=direct_tls,
            server_settings=server_settings,
            target_session_attrs=target_session_attrs,
            krbsrvname=krbsrvname,
            gsslib=gsslib,
            channel_binding=channel_binding,
            require_auth=require_auth,
            sslnegotiation=sslnegotiation,
            load_balance_hosts=load_balance_hosts,
            keepalives=keepalives,
            keepalives_idle=keepalives_idle,
            keepalives_interval=keepalives_interval,
            keepalives_count=keepalives_count,
            tcp_user_timeout=tcp_user_timeout,
            min_protocol_version=min_protocol_version,
            max_protocol_version=max_protocol_version,
            json=json,
            implicit_pipelining=implicit_pipelining,
        )
    )


async def _connect(
    loop: asyncio.AbstractEventLoop | None,
    connection_class: type[Connection],
    record_class: type[Record],
    tracer: Tracer | None,
    dsn: str | None,
    **arguments: Unpack[ConnectArguments],
) -> Connection:
    loop = loop or asyncio.get_running_loop()
    if not (isinstance(connection_class, type) and issubclass(connection_class, Connection)):
        raise ClientConfigurationError(
            "connection_class is expected to be a subclass of pgstride.Connection, "
            f"got {connection_class!r}"
        )
    check_record_class(record_class)
    resolved = resolve(dsn, **arguments)
    # None is Record too, and saves each statement the look-up of a class's decoder.
    rows_of = None if record_class is Record else record_class
    if tracer is None:
        tracer = default_tracer()
    return await _connect_as_resolved(resolved, loop, connection_class, rows_of, tracer)


async def _connect_as_resolved(
    resolved: Resolved,
    loop: asyncio.AbstractEventLoop,
    connection_class: type[Connection],
    record_class: type[Record] | None,
    tracer: Tracer | None,
) -> Connection:
    establishing = establish(resolved, loop, connection_class, record_class)
    connecting = within(resolved.options.timeout, establishing)
    if tracer is None:
        connection = await connecting
    else:
        connection = await traced(tracer.connect, _connect_started(resolved), connecting)
        connection._trace_with(tracer)
    connection._reopen = partial(
        _connect_as_resolved, resolved, loop, connection_class, record_class, tracer
    )
    return connection


def _connect_started(resolved: Resolved) -> ConnectStarted:
    addresses = tuple(endpoint.address for endpoint in resolved.endpoints)
    return ConnectStarted(addresses, resolved.parameters.user, resolved.parameters.database)


# As Python's warning about a coroutine that was never awaited shows it.
_connect.__qualname__ = "connect"
if sys.version_info >= (3, 12):
    # To those who ask, such as unittest.mock, connect() is as asynchronous as asyncpg's.
    inspect.markcoroutinefunction(connect)
