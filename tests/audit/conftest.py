"""What the tests of audits share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgbench_drivers.results.audit import Sent


@pytest.fixture
def sent(audits) -> Callable[[str, str], Sent]:
    """What a driver sent for a query, by the module's `audits`."""

    def look(driver: str, query: str) -> Sent:
        audited = audits[driver, query]
        assert audited.sent is not None, audited.failure
        return audited.sent

    return look
