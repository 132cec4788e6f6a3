"""connect()'s keywords as a type, for those who hand them on, such as create_pool()."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypedDict

from pgstride.connecting import (
    ChannelBinding,
    JsonFunctions,
    LoadBalanceHosts,
    PasswordFactory,
    SessionAttribute,
    SSLArgument,
    SSLNegotiation,
)


class ConnectArguments(TypedDict, total=False):
    """What says which server to connect to and how; `pgstride.connect()` explains each."""

    host: str | Sequence[str] | None
    port: int | str | Sequence[int | str] | None
    user: str | None
    password: str | PasswordFactory | None
    passfile: str | os.PathLike[str] | None
    service: str | None
    servicefile: str | os.PathLike[str] | None
    database: str | None
    timeout: float | None
    statement_cache_size: int
    max_cached_statement_lifetime: int
    max_cacheable_statement_size: int
    command_timeout: float | None
    ssl: SSLArgument
    direct_tls: bool | None
    server_settings: dict[str, str] | None
    target_session_attrs: str | SessionAttribute | None
    krbsrvname: str | None
    gsslib: str | None
    channel_binding: str | ChannelBinding | None
    require_auth: str | None
    sslnegotiation: str | SSLNegotiation | None
    load_balance_hosts: str | LoadBalanceHosts | None
    keepalives: bool | int | None
    keepalives_idle: int | None
    keepalives_interval: int | None
    keepalives_count: int | None
    tcp_user_timeout: int | None
    min_protocol_version: str | None
    max_protocol_version: str | None
    json: JsonFunctions | None
    implicit_pipelining: bool
