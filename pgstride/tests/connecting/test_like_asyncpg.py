"""The same arguments and environment give what asyncpg makes of them.

Deliberate differences are at the end, each with its reason.
"""

import inspect
import itertools
import os

import pytest
from asyncpg import connect_utils
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgstride.connecting import resolve
from pgstride.exceptions import ClientConfigurationError

DEFAULTS = {
    **dict.fromkeys(
        name for name in inspect.signature(connect_utils._parse_connect_arguments).parameters
    ),
    "statement_cache_size": 100,
    "max_cached_statement_lifetime": 300,
    "max_cacheable_statement_size": 15 * 1024,
}


def asyncpgs(**arguments):
    addresses, parameters, options = connect_utils._parse_connect_arguments(
        **(DEFAULTS | arguments)
    )
    return {
        "addresses": addresses,
        "user": parameters.user,
        # The server takes an empty name for the user's own.
        "database": parameters.database or parameters.user,
        "password": parameters.password,
        "mode": parameters.sslmode.name,
        "direct": parameters.ssl_negotiation.value == "direct",
        "settings": parameters.server_settings or {},
        "attribute": parameters.target_session_attrs.value,
        "krbsrvname": parameters.krbsrvname,
        "gsslib": parameters.gsslib,
        "options": tuple(options),
    }


def ours(dsn=None, **arguments):
    resolved = resolve(dsn, **arguments)
    parameters, options = resolved.parameters, resolved.options
    return {
        "addresses": [endpoint.address for endpoint in resolved.endpoints],
        "user": parameters.user,
        "database": parameters.database,
        "password": None if parameters.password is None else parameters.password.reveal(),
        "mode": parameters.tls.mode.name,
        "direct": parameters.direct_tls,
        "settings": parameters.server_settings,
        "attribute": parameters.target_session_attrs.value,
        "krbsrvname": parameters.krbsrvname,
        "gsslib": parameters.gsslib,
        "options": (
            options.command_timeout,
            options.statement_cache_size,
            options.max_cached_statement_lifetime,
            options.max_cacheable_statement_size,
        ),
    }


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory):
    """A home with every file, and a process without any PG variable."""
    home = tmp_path_factory.mktemp("home")
    passfile = home / ".pgpass"
    passfile.write_text(
        "arg-host:*:*:*:for arg-host\nlocalhost:*:*:*:local\n*:*:db1:*:for db1\n"
        "escaped:*:*:*:with\\:colon\n"
    )
    passfile.chmod(0o600)
    (home / ".pg_service.conf").write_text(
        "[one]\nhost=service-host\nport=7000\nuser=service-user\ndbname=service-db\n"
        "sslmode=disable\n[two]\ndatabase=service-db\npassword=service-password\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("PG")]:
            patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("USER", "os-user")
        patch.delenv("LOGNAME", raising=False)
        yield


def result_or_error(function, arguments):
    try:
        return function(**arguments), None
    except Exception as error:  # noqa: BLE001 - compared with the other's
        return None, error


def both(arguments, environment):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        theirs, their_error = result_or_error(asyncpgs, arguments)
        mine, my_error = result_or_error(ours, arguments)
    if their_error is None:
        assert mine == theirs, (arguments, environment, my_error)
    # Of other kinds are its accidents, such as a tuple of ports it cannot read;
    # from Python 3.14 on, urllib refuses IPv6 addresses in lists of hosts.
    elif isinstance(their_error, ValueError) and "IPv6" not in str(their_error):
        kinds = [kind.__name__ for kind in type(my_error).__mro__]
        assert type(their_error).__name__ in kinds, (arguments, environment, mine, their_error)


DSNS = [
    None,
    "",
    "postgresql://",
    "postgres://dsn-host",
    "postgresql:///dsn-db",
    "postgresql://dsn-host/",
    "postgresql://dsn-user:dsn%20password@dsn-host:7001/dsn%2Fdb",
    "postgresql://a,b:7001,[::1]:7002/db1",
    "postgresql://%2Ftmp:7001/db1",
    "postgresql://?host=/tmp&port=7001&user=u&password=p&dbname=d",
    "postgresql://?host=a,b&port=7001,7002",
    "postgresql://dsn-user@?host=a:7001,b",
    "postgresql://dsn-host/db?database=x&application_name=app&search_path=a%2Cb",
    "postgresql://dsn-host?sslmode=require&krbsrvname=k&gsslib=sspi&target_session_attrs=standby",
    "postgresql://dsn-host?sslnegotiation=direct&sslmode=require",
    "postgresql://dsn-user@?service=one",
    "postgresql://?service=one",
    "postgresql://?service=two",
    "postgresql://dsn-host?sslmode=&user=",
    # and what cannot be
    "mysql://dsn-host",
    "dsn-host",
    "postgresql://?port=x",
    "postgresql://[::1",
    "postgresql://?host=a,b,c&port=1,2",
    "postgresql://dsn-host?sslmode",
    "postgresql://dsn-host?sslmode=x",
    "postgresql://dsn-host?sslnegotiation=x",
    "postgresql://dsn-host?sslnegotiation=direct",
    "postgresql://dsn-host?target_session_attrs=x",
    "postgresql://dsn-host?gsslib=x",
    "postgresql://dsn-host?ssl_min_protocol_version=SSLv3",
    "postgresql://dsn-host?ssl_max_protocol_version=x",
]
ARGUMENTS = {
    "host": ["arg-host", ["arg-host", "/tmp"], ("a", "b"), "/run/x", "/x/.s.PGSQL.1", "", []],
    "port": [8000, "8000", [8000], [8000, 8001], (8000, 8001), 0, "x"],
    "user": ["arg-user"],
    "password": ["arg-password", ""],
    "database": ["arg-db", ""],
    "ssl": ["prefer", "require", "disable", False, True, "x", ""],
    "direct_tls": [True, False],
    "server_settings": [{}, {"a": "b"}, {"search_path": "c"}, {"a": 1}, "a"],
    "target_session_attrs": ["any", "read-write", "x"],
    "krbsrvname": ["arg-krb"],
    "gsslib": ["gssapi", "sspi", "x"],
    "command_timeout": [1, 1.5, "2", 0, -1, True, "x"],
    "statement_cache_size": [0, -1, None, True],
    "max_cached_statement_lifetime": [0, -1, None, False],
    "max_cacheable_statement_size": [0, -1, None, False],
}
ENVIRONMENT = {
    "PGHOST": ["env-host", "a:9000,b", "/tmp", ""],
    "PGPORT": ["9001", "9001,9002", "", "x"],
    "PGUSER": ["env-user", ""],
    "PGPASSWORD": ["env-password"],
    "PGDATABASE": ["env-db", "db1"],
    "PGSSLMODE": ["allow", "x"],
    "PGSSLNEGOTIATION": ["direct", "postgres", "x"],
    "PGTARGETSESSIONATTRS": ["primary", "x"],
    "PGKRBSRVNAME": ["env-krb"],
    "PGGSSLIB": ["sspi", "x"],
}


def each_alone(choices):
    return [{name: value} for name, values in choices.items() for value in values]


@pytest.mark.usefixtures("surroundings")
@pytest.mark.parametrize("dsn", DSNS)
def test_each_dsn_alone_and_with_one_more_thing(dsn):
    both({"dsn": dsn}, {})
    for arguments in each_alone(ARGUMENTS):
        both({"dsn": dsn, **arguments}, {})
    for environment in each_alone(ENVIRONMENT):
        both({"dsn": dsn}, environment)


@pytest.mark.usefixtures("surroundings")
def test_each_argument_with_each_variable():
    for arguments, environment in itertools.product(each_alone(ARGUMENTS), each_alone(ENVIRONMENT)):
        both(arguments, environment)


def some_of(choices):
    return st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(values) for name, values in choices.items()}
    )


@pytest.mark.usefixtures("surroundings")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(DSNS), some_of(ARGUMENTS), some_of(ENVIRONMENT))
def test_combinations(dsn, arguments, environment):
    both({"dsn": dsn, **arguments}, environment)


DIFFERENCES = {
    "a URL's host without a port takes the port named elsewhere, as in libpq": (
        {"dsn": "postgresql://h?port=7001"},
        {},
        ("addresses", [("h", 5432)], [("h", 7001)]),
    ),
    "and the service's": (
        {"dsn": "postgresql://h?service=one"},
        {},
        ("addresses", [("h", 5432)], [("h", 7000)]),
    ),
    "a service needs no DSN": (
        {"service": "one"},
        {},
        ("user", "os-user", "service-user"),
    ),
    "and may be named by PGSERVICE": (
        {"dsn": "postgresql://"},
        {"PGSERVICE": "one"},
        ("user", "os-user", "service-user"),
    ),
    "an unknown service is an error, rather than a connection to somewhere else": (
        {"dsn": "postgresql://?service=three"},
        {},
        ("mode", "prefer", ClientConfigurationError),
    ),
    "what is no value for ssl is an error, rather than no encryption": (
        {"host": "h", "ssl": 1},
        {},
        ("mode", "disable", ClientConfigurationError),
    ),
    "an empty option in a URL's path does not hide one that is not": (
        {"dsn": "postgresql://h/?dbname=db", "user": "u"},
        {},
        ("database", "u", "db"),
    ),
    "DSNs may have libpq's other form": (
        {"dsn": "host=h user=u"},
        {},
        ("user", ClientConfigurationError, "u"),
    ),
    "an address needs brackets only before a port": (
        {"dsn": "postgresql://?host=::1"},
        {},
        ("addresses", ValueError, [("::1", 5432)]),
    ),
    "backslashes in the password file are removed, as libpq does": (
        {"host": "escaped", "user": "u"},
        {},
        ("password", r"with\:colon", "with:colon"),
    ),
    "a fragment is most likely a part of a password that was not encoded": (
        {"dsn": "postgresql://h/db#x"},
        {},
        ("database", "db", ClientConfigurationError),
    ),
}


@pytest.mark.usefixtures("surroundings")
@pytest.mark.parametrize("difference", DIFFERENCES.values(), ids=DIFFERENCES.keys())
def test_deliberate_differences(monkeypatch, difference):
    arguments, environment, (fact, *expected) = difference
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for function, result in zip((asyncpgs, ours), expected, strict=True):
        if isinstance(result, type):
            with pytest.raises(ValueError, match=r".") as info:
                function(**arguments)
            assert result.__name__ in [kind.__name__ for kind in type(info.value).__mro__]
        else:
            assert function(**arguments)[fact] == result
