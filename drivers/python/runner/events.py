"""Writing the contract's events to stdout, one JSON object a line."""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def emit(event: str, **fields: Any) -> None:
    """Write one event; ends the process quietly when nobody reads any more."""
    try:
        sys.stdout.write(json.dumps({"event": event, **fields}, separators=(",", ":")) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os._exit(1)
