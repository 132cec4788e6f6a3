"""How clients reach the server: a unix socket, TCP, TLS, or TCP with a delay.

A transport is written as users give it: `unix`, `tcp`, `tls`, or `tcp+1ms`, in
which each round trip takes a millisecond longer.
"""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta

PATTERN = r"^(unix|tcp|tls|tcp\+(?!0+(\.0+)?ms)[0-9]{1,4}(\.[0-9]{1,3})?ms)$"
Transport = Annotated[str, Meta(pattern=PATTERN)]

_DELAYED = re.compile(r"tcp\+([0-9.]+)ms")


def is_known(transport: str) -> bool:
    """Whether it is written as one of the transports."""
    return re.fullmatch(PATTERN, transport) is not None


def delay_ms(transport: str) -> float:
    """By how many milliseconds each round trip is longer."""
    delayed = _DELAYED.fullmatch(transport)
    return float(delayed[1]) if delayed else 0.0


def in_words(transport: str) -> str:
    """For a heading."""
    if delay_ms(transport):
        return f"TCP, round trips {delay_ms(transport):g} ms longer"
    return {"unix": "unix socket", "tcp": "TCP", "tls": "TCP with TLS"}[transport]
