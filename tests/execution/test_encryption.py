"""A cell that was to be encrypted and is not has no figure."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from pgbench_drivers.contract.messages import Tls
from pgbench_drivers.execution.cell import run_step
from pgbench_drivers.execution.encryption import encryption_since, server_time
from pgbench_drivers.server import Server
from pgbench_drivers.server.admin import admin_connection, connect
from tests.execution.test_cell import context


def test_sessions_in_plaintext_are_seen_from_their_beginning(embedded_server: Server) -> None:
    with admin_connection(embedded_server.endpoint) as admin, connect(embedded_server.endpoint):
        began = server_time(admin)
        assert encryption_since(admin, began) == []
        with connect(embedded_server.endpoint), connect(embedded_server.endpoint):
            assert encryption_since(admin, began) == [None]


def test_a_runner_without_an_encrypted_connection_has_no_figure(embedded_server: Server) -> None:
    good = context("good")
    by_tls = msgspec.structs.replace(good.connection, tls=Tls("/nowhere/root.crt"))
    with admin_connection(embedded_server.endpoint) as admin:
        record = run_step(replace(good, admin=admin, connection=by_tls))
    assert record.round is None
    assert record.failure is not None
    assert record.failure.reason == "connected in plaintext, although the job says TLS"
