"""An SSLContext from certificate files, named or in `~/.postgresql`."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pgstride.connecting.secret import Secret
from pgstride.connecting.source import Setting
from pgstride.exceptions import ClientConfigurationError

# PostgreSQL 17 and later demand it of connections that begin with TLS.
ALPN_PROTOCOLS = ["postgresql"]
# libpq's word for the certificates that the operating system trusts.
SYSTEM = "system"


@dataclass(frozen=True)
class TlsFiles:
    """The files' paths as they were named, `None` for the default in `directory`."""

    directory: Path | None = None
    root_certificates: str | None = None
    revocations: str | None = None
    certificate: str | None = None
    key: str | None = None
    key_password: Secret[str] | None = None
    minimum_version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    maximum_version: ssl.TLSVersion | None = None
    key_log: str | None = None

    @property
    def trusts_system(self) -> bool:
        """Whether the operating system says which certificates to trust."""
        return self.root_certificates == SYSTEM

    def default(self, name: str) -> Path | None:
        """A default file, if it is there, and in a directory that may be looked into."""
        path = None if self.directory is None else self.directory / name
        try:
            return path if path is not None and path.exists() else None
        except OSError:
            return None


def parse_tls_version(setting: Setting) -> ssl.TLSVersion:
    """A TLS version by its name, such as "TLSv1.2".

    Raises `ClientConfigurationError` for other names, and for SSL versions.
    """
    if setting.value.startswith("SSL"):
        raise ClientConfigurationError(f"{setting.origin}: unsupported TLS version {setting.value}")
    try:
        return ssl.TLSVersion[setting.value.replace(".", "_")]
    except KeyError:
        msg = f"{setting.origin}: no such TLS version: {setting.value}"
        hint = "Known are TLSv1, TLSv1.1, TLSv1.2 and TLSv1.3."
        raise ClientConfigurationError(msg, hint=hint) from None


def default_context() -> ssl.SSLContext:
    """The context of `ssl=True`: Python's default, which verifies all there is to verify."""
    context = ssl.create_default_context()
    _announce_protocol(context)
    return context


def context_from_files(
    files: TlsFiles, *, check_hostname: bool, verify_if_possible: bool, verify_always: bool
) -> ssl.SSLContext:
    """A context that verifies the server as far as demanded, and has the client's certificate.

    Raises `ClientConfigurationError` for files that are missing or cannot be
    used, naming them.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = check_hostname
    if not verify_always:
        context.verify_mode = ssl.CERT_NONE
    if verify_if_possible:
        _load_root_certificates(context, files, required=verify_always)
        _load_revocations(context, files)
    _load_client_certificate(context, files)
    if files.key_log is not None and not sys.flags.ignore_environment:
        context.keylog_filename = files.key_log
    context.minimum_version = files.minimum_version
    if files.maximum_version is not None:
        context.maximum_version = files.maximum_version
    _announce_protocol(context)
    return context


def _announce_protocol(context: ssl.SSLContext) -> None:
    if ssl.HAS_ALPN:
        context.set_alpn_protocols(ALPN_PROTOCOLS)


def _load_root_certificates(context: ssl.SSLContext, files: TlsFiles, *, required: bool) -> None:
    if files.trusts_system:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    else:
        path = files.root_certificates or files.default("root.crt")
        if path is None and not required:
            return
        if path is None:
            expected = "~/.postgresql/root.crt"
            detail = None
            if files.directory is None:
                detail = "The home directory is not known."
            else:
                expected = str(files.directory / "root.crt")
            raise ClientConfigurationError(
                f'root certificate file "{expected}" does not exist or cannot be accessed',
                detail=detail,
                hint="Name the file by sslrootcert, or choose an sslmode that does not verify.",
            )
        with _using("root certificate file", path):
            context.load_verify_locations(cafile=path)
    context.verify_mode = ssl.CERT_REQUIRED


def _load_revocations(context: ssl.SSLContext, files: TlsFiles) -> None:
    path = files.revocations or files.default("root.crl")
    if path is not None:
        with _using("certificate revocation list", path):
            context.load_verify_locations(cafile=path)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN


def _load_client_certificate(context: ssl.SSLContext, files: TlsFiles) -> None:
    certificate = files.certificate or files.default("postgresql.crt")
    if certificate is None:
        return
    # Without a file of its own, the key is in the certificate's.
    key = files.key or files.default("postgresql.key")
    password = "" if files.key_password is None else files.key_password.reveal()
    what = f'client certificate file with key file "{key or certificate}"'
    hint = "If the key is encrypted, pass its password by sslpassword."
    with _using(what, certificate, hint=hint):
        # A password that is a function: without one, OpenSSL would ask on the terminal.
        context.load_cert_chain(certificate, keyfile=key, password=lambda: password)


@contextmanager
def _using(what: str, path: str | Path, *, hint: str | None = None) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # ssl.SSLError is one
        reason = error.strerror or str(error)
        msg = f'{what} "{path}" could not be used: {reason}'
        raise ClientConfigurationError(msg, hint=hint) from error
