"""A password's bytes, and what is said of one that has none."""

import traceback

import pytest

from pgstride.authentication import ScramClient, md5_password, password_bytes
from pgstride.exceptions import InterfaceError


def test_bytes_that_are_no_text_come_through():
    from_a_file = b"gehei\xffm \xc3\xa4".decode("utf-8", "surrogateescape")
    assert password_bytes(from_a_file) == b"gehei\xffm \xc3\xa4"


@pytest.mark.parametrize(
    "use",
    [
        password_bytes,
        lambda password: md5_password("ann", password, b"salt"),
        lambda password: ScramClient("ann", password, nonce=b"N").final_message(
            b"r=Nx,s=c2FsdA==,i=1"
        ),
    ],
)
def test_one_that_cannot_be_sent_is_not_shown(use):
    with pytest.raises(InterfaceError, match="surrogates") as caught:
        use("hunter2\ud800")
    error = caught.value
    assert error.__cause__ is error.__context__ is None
    assert "hunter2" not in "".join(traceback.format_exception_only(error)) + repr(error)
