"""inet and cidr are addresses, interfaces and networks of `ipaddress`; macaddr is text."""

from __future__ import annotations

import ipaddress
from types import ModuleType
from typing import Any

import pytest

from family_outcomes import (
    REGISTRY,
    Wire,
    check_both_ways,
    check_lengths,
    check_refused,
    check_same_outcome,
    check_same_value,
)

INET, CIDR = 869, 650
ONE = "00000000000000000000000000000001"

WIRES = [
    Wire("inet", INET, ipaddress.IPv4Address("1.2.3.4"), "0220000401020304"),
    Wire("inet", INET, ipaddress.IPv4Address("255.255.255.255"), "02200004ffffffff"),
    Wire("inet", INET, ipaddress.IPv4Address("0.0.0.0"), "0220000400000000"),
    Wire("inet", INET, ipaddress.IPv6Address("::1"), "03800010" + ONE),
    Wire("inet", INET, ipaddress.IPv6Address(2**128 - 1), "03800010" + "ff" * 16),
    Wire("cidr", CIDR, ipaddress.IPv4Network("1.2.3.0/24"), "0218010401020300"),
    Wire("cidr", CIDR, ipaddress.IPv4Network("0.0.0.0/0"), "0200010400000000"),
    Wire("cidr", CIDR, ipaddress.IPv4Network("1.2.3.4/32"), "0220010401020304"),
    Wire("cidr", CIDR, ipaddress.IPv6Network("::1/128"), "03800110" + ONE),
    Wire("cidr", CIDR, ipaddress.IPv6Network("ff00::/8"), "03080110ff" + "00" * 15),
]


def named(wire: Wire) -> str:
    return f"{wire.type} {wire.value}"


@pytest.mark.parametrize("wire", WIRES, ids=named)
def test_bytes_and_values(wire: Wire) -> None:
    check_both_ways(wire)


@pytest.mark.parametrize("wire", WIRES, ids=named)
def test_other_lengths_are_refused(wire: Wire) -> None:
    check_lengths(wire)


@pytest.mark.parametrize("prefix", range(32))
def test_a_host_of_a_network_is_an_interface(prefix: int) -> None:
    value = REGISTRY.decode(INET, bytes([2, prefix, 0, 4, 1, 2, 3, 4]))

    assert type(value) is ipaddress.IPv4Interface
    assert value == ipaddress.ip_interface(f"1.2.3.4/{prefix}")


@pytest.mark.parametrize("prefix", range(128))
def test_so_it_is_in_version_6(prefix: int) -> None:
    value = REGISTRY.decode(INET, bytes([3, prefix, 0, 16]) + bytes.fromhex(ONE))

    assert type(value) is ipaddress.IPv6Interface
    assert value == ipaddress.ip_interface(f"::1/{prefix}")


@pytest.mark.parametrize("oid", [INET, CIDR])
@pytest.mark.parametrize(
    ("hexadecimal", "words"),
    [
        ("0120000401020304", "family"),
        ("0420000401020304", "family"),
        ("ff20000401020304", "family"),
        ("0220001001020304", "address of 4 bytes"),
        ("02200004" + ONE, "address of 16 bytes"),
        ("0380000401020304", "address of 4 bytes"),
        ("03800004" + ONE, "address of 16 bytes"),
        ("022000ff01020304", "address of 4 bytes"),
        ("0221000401020304", "33 bits"),
        ("02ff000401020304", "255 bits"),
        ("03810010" + ONE, "129 bits"),
        ("03ff0010" + ONE, "255 bits"),
        ("02200000", "address of 0 bytes"),
    ],
)
def test_what_is_no_address_is_refused(oid: int, hexadecimal: str, words: str) -> None:
    check_refused(oid, hexadecimal, words)


def test_a_network_with_host_bits_is_no_value() -> None:
    with pytest.raises(ValueError, match="has host bits set"):
        REGISTRY.decode(CIDR, bytes.fromhex("0218010401020304"))


def addresses(_: ModuleType) -> list[Any]:
    return [
        "1.2.3.4", "1.2.3.4/32", "1.2.3.4/24", "1.2.3.0/24", "0.0.0.0/0", "::1", "::1/128",
        "::1/64",
        "::/0", "fe80::1%eth0", "fe80::1%eth0/64", "::ffff:1.2.3.4", "01.2.3.4", "1.2.3", "/24",
        "1.2.3.4/33", "::/129", "1.2.3.4/255.255.255.0", "1.2.3.0/0.0.0.255", " 1.2.3.4",
        "1.2.3.4/",
        "", "x", b"", b"\1\2\3\4", b"\1\2\3\0", b"\0" * 16, b"\0" * 5, 0, 16909060, -1, 2**32 - 1,
        2**32, 2**128 - 1, 2**128, 1.5, object, (), [], {}, ("1.2.3.4", 24), ("1.2.3.0", 24),
        ["1.2.3.0", 24], (16909056, 24), ("::", 64), ("1.2.3.0", None), ("1.2.3.0",), (1, 2, 3),
        (b"\1\2\3\0", 24), ("1.2.3.4", "255.255.255.0"),
        ipaddress.ip_address("1.2.3.4"), ipaddress.ip_address("::1"),
        ipaddress.ip_address("fe80::1%eth0"), ipaddress.ip_interface("1.2.3.4/24"),
        ipaddress.ip_interface("1.2.3.4/32"), ipaddress.ip_interface("200.1.2.3/31"),
        ipaddress.ip_interface("0.0.0.0/0"), ipaddress.ip_interface("::1/64"),
        ipaddress.ip_interface("::1/128"), ipaddress.ip_interface("fe80::1%eth0/64"),
        ipaddress.ip_network("1.2.3.0/24"), ipaddress.ip_network("1.2.3.4/32"),
        ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"),
        ipaddress.ip_network("::/64"), ipaddress.ip_network("::1/128"),
    ]  # fmt: skip


def hardware(_: ModuleType) -> list[Any]:
    return [
        "08:00:2b:01:02:03", "08-00-2b-01-02-03", "08002b:010203", "08002b010203",
        "08:00:2b:01:02:03:04:05", "", "x", 1, b"\1\2\3\4\5\6", (), 1.5,
    ]  # fmt: skip


@pytest.mark.parametrize("type_name", ["inet", "cidr"])
def test_arguments_have_the_outcomes_of_asyncpg(ours: Any, theirs: Any, type_name: str) -> None:
    check_same_outcome(ours, theirs, type_name, addresses)


@pytest.mark.parametrize("type_name", ["macaddr", "macaddr8"])
def test_hardware_addresses_are_text_as_in_asyncpg(ours: Any, theirs: Any, type_name: str) -> None:
    check_same_outcome(ours, theirs, type_name, hardware)


@pytest.mark.parametrize(
    "expression",
    [
        "'1.2.3.4'::inet", "'1.2.3.4/24'::inet", "'0.0.0.0/0'::inet", "'255.255.255.255/1'::inet",
        "'::1'::inet", "'::1/64'::inet", "'::ffff:1.2.3.4'::inet", "'1.2.3.0/24'::cidr",
        "'1.2.3.4'::cidr", "'::/0'::cidr", "'2001:db8::/32'::cidr", "'08:00:2b:01:02:03'::macaddr",
        "'08:00:2b:01:02:03:04:05'::macaddr8", "ARRAY['1.2.3.4'::inet, NULL, '::1/3']",
        "ARRAY['08:00:2b:01:02:03'::macaddr, NULL]", "ROW('1.2.3.4'::inet, '::/0'::cidr)",
    ],
)  # fmt: skip
def test_values_are_those_of_asyncpg(ours: Any, theirs: Any, expression: str) -> None:
    check_same_value(ours, theirs, expression)
