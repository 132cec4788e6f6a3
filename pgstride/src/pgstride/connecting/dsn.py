"""The two forms of a DSN: URLs, and libpq's `keyword=value` strings.

Messages never quote what they complain about: where a password holds a
character that should have been encoded, any part of a URL may be a part of it.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote

from pgstride.connecting.hosts import parse_host_list
from pgstride.connecting.source import KEYWORDS, HostSpec, Source
from pgstride.exceptions import ClientConfigurationError

ORIGIN = "the DSN"
ALIASES = {"database": "dbname"}

# Not urllib's urlsplit(): newer versions of it refuse lists of hosts with IPv6 addresses.
_URL = re.compile(
    r"""(?P<scheme>[a-z][a-z0-9+.\-]*)://
        (?:(?P<user>[^/?\#]*?)(?::(?P<password>[^/?\#]*))?@)?
        (?P<hosts>[^/?\#@]*)
        (?P<path>/[^?\#]*)?
        (?:\?(?P<query>[^\#]*))?
        (?P<fragment>\#.*)?""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*)://", re.IGNORECASE)
_PAIR = re.compile(
    r"""\s*(?P<keyword>[^\s=]+)\s*=\s*
        (?:'(?P<quoted>(?:[^'\\]|\\.)*)'|(?!')(?P<plain>(?:[^\s\\]|\\.)*\\?))\s*""",
    re.VERBOSE | re.DOTALL,
)
_ENCODE = "Percent-encode the characters : / ? # @ % in user names and passwords."


def parse_dsn(dsn: str) -> Source:
    """What a DSN says, in either form.

    Raises `ClientConfigurationError` when it is neither.
    """
    scheme = _SCHEME.match(dsn)
    if scheme is None and "=" in dsn:
        return _parse_keywords(dsn)
    name = "" if scheme is None else scheme[1].lower()
    if name not in {"postgresql", "postgres"}:
        msg = (
            'invalid DSN: scheme is expected to be either "postgresql" or "postgres", '
            f'got "{name}"; or keyword=value pairs'
        )
        hint = f'Write "{name.partition("+")[0]}://" instead.' if "+" in name else None
        raise ClientConfigurationError(msg, hint=hint)
    return _parse_url(dsn)


def _parse_url(dsn: str) -> Source:
    url = _URL.fullmatch(dsn)
    if url is None or url["fragment"]:
        msg = "invalid DSN: not a URL of the form postgresql://user:password@host:port/database"
        raise ClientConfigurationError(msg, hint=_ENCODE)
    values = _parse_query(url["query"]) if url["query"] else {}
    hosts: tuple[HostSpec, ...] = ()
    if url["hosts"].startswith(":"):
        values["port"] = unquote(url["hosts"][1:])
    elif url["hosts"]:
        hosts = parse_host_list(url["hosts"], ORIGIN, percent_encoded=True)
    for keyword in ("user", "password"):
        if url[keyword]:
            values[keyword] = unquote(url[keyword])
    # A path of "/" alone names the user's own database, and so outranks PGDATABASE.
    if url["path"] and (url["path"] != "/" or "dbname" not in values):
        values["dbname"] = unquote(url["path"][1:])
    return _source(values, hosts)


def _parse_query(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        msg = "invalid DSN: options after ? are expected as keyword=value, separated by &"
        raise ClientConfigurationError(msg, hint=_ENCODE) from None
    return _named_as_libpq_does([pair for pair in pairs if pair[1]])


def _parse_keywords(dsn: str) -> Source:
    pairs = []
    position = 0
    while position < len(dsn.rstrip()):
        pair = _PAIR.match(dsn, position)
        if pair is None:
            msg = f"invalid DSN: keyword=value expected at character {position + 1}"
            hint = "Quote values with spaces by ', and put \\ before each \\ and ' in them."
            raise ClientConfigurationError(msg, hint=hint)
        value = pair["plain"] if pair["quoted"] is None else pair["quoted"]
        value = re.sub(r"\\(.?)", r"\1", value, flags=re.DOTALL)
        if value:
            pairs.append((pair["keyword"], value))
        position = pair.end()
    return _source(_named_as_libpq_does(pairs), ())


def _named_as_libpq_does(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """The last value of each keyword counts, and a keyword's own name before its alias."""
    values = dict(pairs)
    for alias, keyword in ALIASES.items():
        if alias in values:
            values.setdefault(keyword, values.pop(alias))
    return values


def _source(values: dict[str, str], hosts: tuple[HostSpec, ...]) -> Source:
    return Source(
        ORIGIN,
        {keyword: value for keyword, value in values.items() if keyword in KEYWORDS},
        hosts=hosts,
        server_settings={k: value for k, value in values.items() if k not in KEYWORDS},
    )
