"""The protocol without input and output: bytes in, rows and events out.

Knows neither sockets nor event loops. May import `exceptions`,
`authentication` and `codecs`, which may import `core.wire`, `core.buffer` and
`core.codec` in turn.
"""
