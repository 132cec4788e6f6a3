from pgstride.core.operations import Operation

SSL_REQUEST: bytes

class Startup(Operation):
    """From StartupMessage to the first ReadyForQuery."""

    @property
    def authenticated(self) -> bool: ...
    @property
    def backend_pid(self) -> int: ...
    @property
    def cancel_key(self) -> bytes | None: ...
    @property
    def protocol_version(self) -> int: ...

def cancel_request(pid: int, key: bytes) -> bytes: ...
