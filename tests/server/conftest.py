"""Servers of every kind, for real."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import docker
import docker.errors
import pytest

from tests.containers import stand_in
from tests.containers.compose import compose_command
from tests.containers.engine import NotHereError, engine


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Prints past pytest's capture: who runs the tests should know what they install."""
    reporter = request.config.pluginmanager.getplugin("terminalreporter")

    capture = request.config.pluginmanager.getplugin("capturemanager")

    def write(text: str) -> None:
        with capture.global_and_fixture_disabled():
            reporter.write_line(f"\n{text}")

    return write


@pytest.fixture(scope="session")
def docker_host(say: Callable[[str], None]) -> Iterator[str]:
    """An engine that has an image postgres:18, pulled or stood in for."""
    with pytest.MonkeyPatch.context() as patch:
        try:
            with engine(say) as host:
                patch.setenv("DOCKER_HOST", host)
                with _image(say):
                    yield host
        except NotHereError as error:
            pytest.skip(f"the Docker backend was not tested: {error}")


@pytest.fixture(scope="session")
def compose(docker_host: str, say: Callable[[str], None]) -> list[str]:
    """The command that reads docker-compose.yml."""
    try:
        return compose_command(say)
    except NotHereError as error:
        pytest.skip(f"docker-compose.yml was read but not started: {error}")


@contextlib.contextmanager
def _image(say: Callable[[str], None]) -> Iterator[None]:
    """The image, for as long as the tests run if it is only a stand-in."""
    client = docker.from_env()
    try:
        if _is_here(client) or _was_pulled(client):
            yield
            return
        say(f"no registry: {stand_in.IMAGE} is a STAND-IN made of the pip-installed PostgreSQL")
        stand_in.build(client)
        try:
            yield
        finally:
            client.images.remove(stand_in.IMAGE, force=True)
    finally:
        client.close()


def _is_here(client: docker.DockerClient) -> bool:
    try:
        client.images.get(stand_in.IMAGE)
    except docker.errors.ImageNotFound:
        return False
    return True


def _was_pulled(client: docker.DockerClient) -> bool:
    try:
        client.images.pull(stand_in.IMAGE)
    except docker.errors.DockerException:
        return False
    return True
