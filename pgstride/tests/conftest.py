"""What the tests share: coroutine functions are tests too, and one embedded server."""

import asyncio
import inspect

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run a coroutine function in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    asyncio.run(pyfuncitem.obj(**arguments))
    return True


@pytest.fixture(scope="session")
def server():
    """A pip-installed PostgreSQL over TCP, for the whole session; the toolbench starts it."""
    servers = pytest.importorskip("pgbench_drivers.server", reason="the toolbench is not here")
    with servers.choose_server(
        "embedded", pg_version="18", transport="tcp", connections=100, say=print
    ) as started:
        yield started
