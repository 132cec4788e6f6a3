from pgstride.core.codec import Codec
from pgstride.core.rows import Record, RowDecoder

class Statement:
    """A statement that the server has parsed under `name` (b'': the unnamed one)."""

    closed: bool
    references: int

    def __init__(
        self,
        query: str,
        name: bytes,
        parameter_codecs: tuple[Codec, ...],
        decoder: RowDecoder | None,
    ) -> None: ...
    @property
    def query(self) -> str: ...
    @property
    def name(self) -> bytes: ...
    @property
    def parameter_codecs(self) -> tuple[Codec, ...]: ...
    @property
    def decoder(self) -> RowDecoder | None: ...
    def close(self) -> None: ...

def check_record_class(record_class: type[Record]) -> None: ...
def check_argument_count(count: int) -> None: ...
