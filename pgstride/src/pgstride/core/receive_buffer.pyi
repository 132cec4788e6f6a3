class ReceiveBuffer:
    """The buffer that received bytes come into."""

    def get_buffer(self, size_hint: int) -> memoryview: ...
