"""Servers of every kind, for real."""

from __future__ import annotations

from collections.abc import Iterator

import docker
import docker.errors
import pytest

from tests.docker import stand_in
from tests.docker.engine import NoEngineError, engine


@pytest.fixture(scope="session")
def docker_host() -> Iterator[str]:
    """An engine that has an image postgres:18, pulled or stood in for."""
    with pytest.MonkeyPatch.context() as patch:
        try:
            with engine() as host:
                patch.setenv("DOCKER_HOST", host)
                _provide_image()
                yield host
        except NoEngineError as error:
            pytest.skip(f"the Docker backend was not tested: {error}")


def _provide_image() -> None:
    client = docker.from_env()
    try:
        client.images.get(stand_in.IMAGE)
    except docker.errors.ImageNotFound:
        try:
            client.images.pull(stand_in.IMAGE)
        except docker.errors.DockerException:
            print(f"no registry: {stand_in.IMAGE} is a STAND-IN of the pip-installed PostgreSQL")
            stand_in.build(client)
    finally:
        client.close()
