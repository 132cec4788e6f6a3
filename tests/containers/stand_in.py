"""A stand-in for the image postgres:18, built from the pip-installed PostgreSQL.

For machines where no image registry can be reached. `image/entrypoint.sh`
keeps the official image's environment contract as far as the toolbench uses
it; the root file system holds the few programs of this host that it calls.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pgbench_drivers.server.embedded import binaries_directory

IMAGE = "postgres:18"
SOURCES = Path(__file__).with_name("image")
SOFTWARE = Path("opt/postgresql")
PROGRAMS = ("bash", "cat", "chmod", "chown", "mkdir", "rm", "setpriv")
DIRECTORIES = (
    "bin", "docker-entrypoint-initdb.d", "etc", "opt", "var", "var/lib", "var/lib/postgresql",
    "var/run",
)  # fmt: skip
PASSWD = b"root:x:0:0::/:/bin/bash\npostgres:x:999:999::/:/bin/bash\n"
GROUP = b"root:x:0:\npostgres:x:999:\n"


def build(client: Any) -> None:
    """Build the image and tag it `postgres:18`."""
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as tar:
        _add(tar, "Dockerfile", (SOURCES / "Dockerfile").read_bytes(), 0o644)
        _add(tar, "rootfs.tar", _root_file_system(), 0o644)
    context.seek(0)
    client.images.build(fileobj=context, custom_context=True, tag=IMAGE, rm=True)


def _root_file_system() -> bytes:
    package = binaries_directory().parent.parent
    libraries = package.parent / f"{package.name}.libs"
    programs = {name: _found(name) for name in PROGRAMS}
    programs["sh"] = programs["bash"]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for directory in DIRECTORIES:
            _add_directory(tar, directory, 0o755)
        _add_directory(tar, "tmp", 0o1777)
        entrypoint = (SOURCES / "entrypoint.sh").read_bytes()
        # The second is where the official image has it in its PATH.
        for name in ("entrypoint.sh", "bin/docker-entrypoint.sh"):
            _add(tar, name, entrypoint, 0o755)
        _add(tar, "etc/passwd", PASSWD, 0o644)
        _add(tar, "etc/group", GROUP, 0o644)
        for name, program in programs.items():
            _add(tar, f"bin/{name}", program.read_bytes(), 0o755)
        postgresql = (package / "pginstall" / "bin").iterdir()
        for library in _libraries([*programs.values(), *postgresql]):
            _add(tar, str(library).lstrip("/"), library.resolve().read_bytes(), 0o755)
        for source in (package / "pginstall", libraries):
            tar.add(source, SOFTWARE / source.relative_to(package.parent), filter=_readable)
    return out.getvalue()


def _found(name: str) -> Path:
    path = shutil.which(name)
    assert path, f"the stand-in image needs the program {name}"
    return Path(path).resolve()


def _libraries(programs: Iterable[Path]) -> list[Path]:
    found: set[Path] = set()
    for program in programs:
        listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        found |= {Path(path) for path in re.findall(r"(/\S+\.so\S*)", listed)}
    # PostgreSQL's own come with its package, at the place where it looks.
    return sorted(path for path in found if binaries_directory().parents[2] not in path.parents)


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
