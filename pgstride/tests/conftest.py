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
    pytest.importorskip("pgbench_drivers", reason="the toolbench is not here")
    # Whatever it cannot import itself is an error, no reason to skip.
    from pgbench_drivers.server import choose_server  # noqa: PLC0415 it may not be here

    with choose_server(
        "embedded", pg_version="18", transport="tcp", connections=100, say=print
    ) as started:
        yield started
