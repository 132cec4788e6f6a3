"""Whom Kerberos is asked about."""

import sys
import types

import pytest

from pgstride.authentication import GssService
from pgstride.exceptions import InternalClientError


@pytest.mark.parametrize(("library", "module"), [("gssapi", "gssapi"), ("sspi", "sspilib")])
def test_a_socket_has_no_name_that_kerberos_could_know(monkeypatch, library, module):
    monkeypatch.setitem(sys.modules, module, types.ModuleType(module))
    with pytest.raises(InternalClientError, match="only supported for TCP/IP"):
        GssService(library, host=None).start(negotiates=False)
