from pgstride.core.operations import Operation

SSL_REQUEST: bytes

class Startup(Operation):
    """From StartupMessage to the first ReadyForQuery."""

def cancel_request(pid: int, key: bytes) -> bytes: ...
