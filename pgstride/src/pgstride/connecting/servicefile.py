"""The connection service file: sections of `keyword=value` lines, each a service's settings."""

from __future__ import annotations

from pathlib import Path

from pgstride.connecting.environment import Environment
from pgstride.connecting.source import KEYWORDS, Source, Sources
from pgstride.exceptions import ClientConfigurationError


def read_service(sources: Sources, environment: Environment) -> Source:
    """What the file says of the service that the sources name; nothing if they name none.

    The file is the one that the sources name, else `.pg_service.conf` in the
    home directory, and then `pg_service.conf` in the directory PGSYSCONFDIR.

    Raises `ClientConfigurationError` when no file knows the service.
    """
    service = sources.find("service")
    if service is None or not service.value:
        return Source("no service")
    paths = _paths(sources, environment)
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            continue
        values = parse_service(text, service.value, path)
        if values is not None:
            known = {k: value for k, value in values.items() if k in KEYWORDS and value}
            return Source(f'service "{service.value}" of {path}', known)
    looked_in = ", ".join(str(path) for path in paths) or "no file, as the home is not known"
    msg = f'definition of service "{service.value}" not found'
    raise ClientConfigurationError(
        msg,
        detail=f"The service is named by {service.origin}; looked in: {looked_in}.",
        hint="Pass servicefile to connect(), or set PGSERVICEFILE.",
    )


def _paths(sources: Sources, environment: Environment) -> list[Path]:
    paths = []
    named = sources.get("servicefile")
    if named:
        paths.append(Path(named))
    elif environment.configuration_directory is not None:
        paths.append(environment.configuration_directory / ".pg_service.conf")
    system = environment.variables.get("PGSYSCONFDIR")
    if system:
        paths.append(Path(system) / "pg_service.conf")
    return paths


def parse_service(text: str, service: str, path: Path) -> dict[str, str] | None:
    """The settings in a service's section, or `None` when there is no such section.

    `path` is for messages only. The first of several values counts.

    Raises `ClientConfigurationError` for a line in the section that is no
    setting, naming its number and not its content.
    """
    values: dict[str, str] | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith(("#", ";")):
            continue
        if line.startswith("[") and line.endswith("]"):
            if values is not None:
                break
            if line[1:-1] == service:
                values = {}
        elif values is not None:
            keyword, equals, value = line.partition("=")
            if not equals:
                msg = f'keyword=value expected in line {number} of service file "{path}"'
                raise ClientConfigurationError(msg)
            name = keyword.strip().lower()
            values.setdefault("dbname" if name == "database" else name, value.strip())
    return values
