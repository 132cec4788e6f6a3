from pgstride.core.rows import Record

class Operation:
    """What the frontend waits for until ReadyForQuery."""

    @property
    def failed(self) -> bool: ...
    @property
    def rows(self) -> list[Record]: ...

class ExtendedQuery(Operation):
    """Parse, Describe, Bind, Execute, Close in any combination, then Sync."""

    @property
    def tag(self) -> bytes | None: ...
    @property
    def suspended(self) -> bool: ...
    @property
    def parameter_oids(self) -> list[int]: ...
    @property
    def columns(self) -> list[tuple[str, int]] | None: ...

class SimpleQuery(Operation):
    """Query: any number of statements in one text."""

    @property
    def tag(self) -> bytes: ...
