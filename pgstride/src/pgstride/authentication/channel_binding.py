"""Channel binding data of the type `tls-server-end-point` (RFC 5929, section 4)."""

from __future__ import annotations

import hashlib

from pgstride.exceptions import InterfaceError

_SEQUENCE = 0x30
_OBJECT_IDENTIFIER = 0x06
_CONTEXT_0 = 0xA0

# By the DER encoding of the signature algorithm's object identifier. RFC 5929
# has MD5 and SHA-1 replaced by SHA-256.
_HASH_OF_SIGNATURE = {
    bytes.fromhex(identifier): name
    for identifier, name in {
        "2a864886f70d010104": "sha256",  # md5WithRSAEncryption
        "2a864886f70d010105": "sha256",  # sha1WithRSAEncryption
        "2a864886f70d01010e": "sha224",  # sha224WithRSAEncryption
        "2a864886f70d01010b": "sha256",  # sha256WithRSAEncryption
        "2a864886f70d01010c": "sha384",  # sha384WithRSAEncryption
        "2a864886f70d01010d": "sha512",  # sha512WithRSAEncryption
        "2a8648ce3d0401": "sha256",  # ecdsa-with-SHA1
        "2a8648ce3d040301": "sha224",  # ecdsa-with-SHA224
        "2a8648ce3d040302": "sha256",  # ecdsa-with-SHA256
        "2a8648ce3d040303": "sha384",  # ecdsa-with-SHA384
        "2a8648ce3d040304": "sha512",  # ecdsa-with-SHA512
        "2a8648ce380403": "sha256",  # id-dsa-with-sha1
        "608648016503040301": "sha224",  # id-dsa-with-sha224
        "608648016503040302": "sha256",  # id-dsa-with-sha256
    }.items()
}
_RSASSA_PSS = bytes.fromhex("2a864886f70d01010a")
_HASH = {
    bytes.fromhex(identifier): name
    for identifier, name in {
        "2b0e03021a": "sha256",  # sha1
        "608648016503040204": "sha224",
        "608648016503040201": "sha256",
        "608648016503040202": "sha384",
        "608648016503040203": "sha512",
    }.items()
}


def server_end_point(certificate: bytes) -> bytes:
    """The hash of the server's certificate (DER), by its own signature's hash function.

    Raises `InterfaceError` when the certificate is malformed or its signature
    has no single hash function (Ed25519), for which the binding is undefined.
    """
    try:
        name = _hash_name(certificate)
    except IndexError:
        name = None
    if name is None:
        raise InterfaceError(
            "channel binding is not possible with the server's certificate",
            detail="The hash function of its signature is not known.",
        )
    return hashlib.new(name, certificate).digest()


def _hash_name(certificate: bytes) -> str | None:
    # Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }
    body, _ = _element(certificate, _SEQUENCE)
    _, rest = _element(body, _SEQUENCE)
    algorithm, _ = _element(rest, _SEQUENCE)
    identifier, parameters = _element(algorithm, _OBJECT_IDENTIFIER)
    if identifier != _RSASSA_PSS:
        return _HASH_OF_SIGNATURE.get(identifier)
    # RSASSA-PSS-params ::= SEQUENCE { [0] hashAlgorithm DEFAULT sha1, ... }
    fields, _ = _element(parameters, _SEQUENCE)
    if not fields or fields[0] != _CONTEXT_0:
        return "sha256"
    explicit, _ = _element(fields, _CONTEXT_0)
    hash_algorithm, _ = _element(explicit, _SEQUENCE)
    return _HASH.get(_element(hash_algorithm, _OBJECT_IDENTIFIER)[0])


def _element(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the first DER element, and what follows it; `IndexError` if it is not one."""
    if data[0] != tag:
        raise IndexError(tag)
    length, start = data[1], 2
    if length >= 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    end = start + length
    if end > len(data):
        raise IndexError(end)
    return data[start:end], data[end:]
