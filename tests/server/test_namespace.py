"""A server in a network of its own: reached, described, and gone at the end."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from pgbench_drivers.server import choose_server, embedded
from pgbench_drivers.server.admin import connect
from pgbench_drivers.server.base import DELAY
from pgbench_drivers.server.namespace import (
    NAMESPACES,
    PREFIX,
    Namespace,
    NamespaceError,
    delaying,
    remove_leftovers,
)

# Every kernel has this one, and it delays nothing: netem's line is all that differs.
QDISC = ("pfifo", "limit", "1000")
NOBODY = f"{PREFIX}4194304-1-abcdef01"


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    made = Namespace(QDISC)
    try:
        made.make()
    except NamespaceError as error:
        made.remove()
        pytest.skip(f"no network namespace may be made here: {error}")
    yield made
    made.remove()


def cards() -> str:
    return subprocess.run(["ip", "link"], capture_output=True, text=True, check=True).stdout


@pytest.mark.usefixtures("namespace")
def test_a_server_in_a_namespace_is_reached_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(embedded, "delaying", lambda _: QDISC)
    before, cards_before = set(NAMESPACES.iterdir()), cards()
    with choose_server(
        "embedded", pg_version="18", transport="tcp+1ms", connections=5, say=print
    ) as server:
        assert server.endpoint.host.startswith("198.")
        assert server.info.details[DELAY] == "1 ms per round trip, by netem in a namespace"
        assert len(set(NAMESPACES.iterdir()) - before) == 1
        with connect(server.endpoint) as connection:
            client = connection.execute("SELECT host(inet_client_addr())").fetchone()
            assert client is not None
            assert client[0].rpartition(".")[0] == server.endpoint.host.rpartition(".")[0]
        assert server.cpu_seconds()
    assert set(NAMESPACES.iterdir()) == before
    assert cards() == cards_before


def test_where_netem_is_missing_the_reason_is_kept_and_nothing_is_left(
    namespace: Namespace,
) -> None:
    before = set(NAMESPACES.iterdir())
    with choose_server(
        "embedded", pg_version="18", transport="tcp+1ms", connections=5, say=print
    ) as server:
        if DELAY in server.info.details:
            pytest.skip("this kernel has netem")
        assert server.endpoint.host == "127.0.0.1"
        assert server.info.details["netem"].startswith("not used: tc")
        assert set(NAMESPACES.iterdir()) == before


def test_a_namespace_of_a_dead_orchestrator_is_removed(namespace: Namespace) -> None:
    subprocess.run(["ip", "netns", "add", NOBODY], check=True)
    remove_leftovers()
    names = {path.name for path in NAMESPACES.iterdir()}
    assert NOBODY not in names
    assert namespace.name in names


def test_each_direction_is_delayed_by_half() -> None:
    assert delaying(1)[:3] == ("netem", "delay", "500us")
    assert delaying(0.5)[:3] == ("netem", "delay", "250us")
