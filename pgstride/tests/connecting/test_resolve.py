"""Precedence, defaults and validation of everything that `connect()` takes."""

import asyncio
import inspect
import traceback

import pytest

from pgstride.connecting import Environment, Secret, SessionAttribute, SSLMode, resolve
from pgstride.exceptions import ClientConfigurationError

SERVICE = """
# a comment
[other]
host = elsewhere
[mine]
host=service-host
port=5403
user=service-user
dbname=service-db
password=service-password
sslmode=verify-ca
target_session_attrs=standby
krbsrvname=service-krb
gsslib=sspi
unknown=ignored
[another]
host=elsewhere
"""

ENVIRONMENT = {
    "PGHOST": "env-host",
    "PGPORT": "5404",
    "PGUSER": "env-user",
    "PGDATABASE": "env-db",
    "PGPASSWORD": "env-password",
    "PGSSLMODE": "require",
    "PGTARGETSESSIONATTRS": "read-only",
    "PGKRBSRVNAME": "env-krb",
    "PGGSSLIB": "gssapi",
}

DSN = (
    "postgresql://dsn-user:dsn-password@dsn-host:5402/dsn-db?sslmode=allow"
    "&target_session_attrs=primary&krbsrvname=dsn-krb&gsslib=gssapi"
)

ARGUMENTS = {
    "host": "arg-host",
    "port": 5401,
    "user": "arg-user",
    "database": "arg-db",
    "password": "arg-password",
    "ssl": "verify-full",
    "target_session_attrs": "prefer-standby",
    "krbsrvname": "arg-krb",
    "gsslib": "sspi",
}


def facts(resolved):
    parameters = resolved.parameters
    return {
        "addresses": [endpoint.address for endpoint in resolved.endpoints],
        "user": parameters.user,
        "database": parameters.database,
        "password": parameters.current_password(),
        "mode": parameters.tls.mode,
        "attribute": parameters.target_session_attrs.value,
        "krbsrvname": parameters.krbsrvname,
        "gsslib": parameters.gsslib,
    }


def by(place, port, mode, attribute, gsslib):
    return {
        "addresses": [(f"{place}-host", port)],
        "user": f"{place}-user",
        "database": f"{place}-db",
        "password": f"{place}-password",
        "mode": mode,
        "attribute": attribute,
        "krbsrvname": f"{place}-krb",
        "gsslib": gsslib,
    }


FROM_ARGUMENTS = by("arg", 5401, SSLMode.verify_full, "prefer-standby", "sspi")
FROM_DSN = by("dsn", 5402, SSLMode.allow, "primary", "gssapi")
FROM_SERVICE = by("service", 5403, SSLMode.verify_ca, "standby", "sspi")
FROM_ENVIRONMENT = by("env", 5404, SSLMode.require, "read-only", "gssapi")


def test_arguments_come_first(world):
    world.write(".pg_service.conf", SERVICE)
    world.variables(**ENVIRONMENT)
    resolved = world.resolve(f"{DSN}&service=mine", **ARGUMENTS)
    assert facts(resolved) == FROM_ARGUMENTS


def test_then_the_dsn(world):
    world.write(".pg_service.conf", SERVICE)
    world.variables(**ENVIRONMENT)
    assert facts(world.resolve(f"{DSN}&service=mine")) == FROM_DSN


@pytest.mark.parametrize("named_by", ["argument", "dsn", "string", "environment"])
def test_then_the_service_file(world, named_by):
    world.write(".pg_service.conf", SERVICE)
    world.variables(**ENVIRONMENT, **({"PGSERVICE": "mine"} if named_by == "environment" else {}))
    dsn = {"dsn": "postgresql://?service=mine", "string": "service=mine"}.get(named_by)
    service = "mine" if named_by == "argument" else None
    assert facts(world.resolve(dsn, service=service)) == FROM_SERVICE


def test_then_the_environment(world):
    world.variables(**ENVIRONMENT)
    assert facts(world.resolve()) == FROM_ENVIRONMENT


def test_then_the_defaults(world):
    assert facts(world.resolve()) == {
        "addresses": [
            "/run/postgresql/.s.PGSQL.5432",
            "/var/run/postgresql/.s.PGSQL.5432",
            "/tmp/.s.PGSQL.5432",
            "/private/tmp/.s.PGSQL.5432",
            ("localhost", 5432),
        ],
        "user": "os-user",
        "database": "os-user",
        "password": None,
        "mode": SSLMode.prefer,
        "attribute": "any",
        "krbsrvname": None,
        "gsslib": "gssapi",
    }


def test_the_defaults_on_windows():
    environment = Environment(windows=True, user_name=lambda: "someone")
    resolved = resolve(environment=environment)
    assert [endpoint.address for endpoint in resolved.endpoints] == [("localhost", 5432)]
    assert resolved.parameters.gsslib == "sspi"


def test_windows_keeps_its_files_elsewhere(tmp_path):
    directory = tmp_path / "postgresql"
    directory.mkdir()
    (directory / "pgpass.conf").write_text("*:*:*:*:secret")
    variables = {"APPDATA": str(tmp_path)}
    environment = Environment(variables, windows=True, user_name=lambda: "someone")
    assert resolve(environment=environment).parameters.current_password() == "secret"


def test_an_empty_variable_says_nothing(world):
    world.variables(**dict.fromkeys([*ENVIRONMENT, "PGPASSFILE", "PGSERVICE"], ""))
    assert facts(world.resolve())["user"] == "os-user"


def test_the_database_is_the_users_where_none_is_named(world):
    assert world.resolve(user="alice").parameters.database == "alice"
    world.variables(PGDATABASE="env-db")
    assert world.resolve(user="alice").parameters.database == "env-db"
    assert world.resolve("postgresql://alice@host/").parameters.database == "alice"


def test_a_user_without_a_name_is_told_what_to_do(world):
    def unknown():
        raise OSError("no such user")

    environment = Environment(user_name=unknown)
    with pytest.raises(ClientConfigurationError, match="set PGUSER"):
        resolve(environment=environment)
    assert resolve(user="alice", environment=environment).parameters.user == "alice"


def test_the_password_file_is_the_last_to_be_asked(world):
    world.write(".pgpass", "h:5432:db:alice:from the file\nlocalhost:*:*:bob:over a socket")
    dsn = "postgresql://alice@h/db"
    assert world.resolve(dsn).parameters.current_password() == "from the file"
    assert world.resolve(dsn, password="x").parameters.current_password() == "x"
    assert world.resolve(user="bob").parameters.current_password() == "over a socket"
    world.variables(PGPASSWORD="x")
    assert world.resolve(dsn).parameters.current_password() == "x"


@pytest.mark.parametrize("named_by", ["argument", "path", "dsn", "environment", "service"])
def test_the_password_file_may_be_named(world, named_by):
    file = world.write("my passwords", "*:*:*:*:secret")
    world.write(".pg_service.conf", f"[mine]\npassfile={file}\n")
    dsn, arguments = None, {}
    if named_by == "argument":
        arguments = {"passfile": str(file)}
    elif named_by == "path":
        arguments = {"passfile": file}
    elif named_by == "dsn":
        dsn = f"passfile='{file}'"
    elif named_by == "environment":
        world.variables(PGPASSFILE=str(file))
    else:
        arguments = {"service": "mine"}
    assert world.resolve(dsn, **arguments).parameters.current_password() == "secret"


def test_a_password_function_is_called_for_each_connection(world):
    passwords = iter(["one", "two"])
    parameters = world.resolve(password=lambda: next(passwords)).parameters
    assert [parameters.current_password(), parameters.current_password()] == ["one", "two"]


def test_a_password_function_may_be_asynchronous(world):
    async def password():
        return "secret"

    pending = world.resolve(password=password).parameters.current_password()
    assert inspect.isawaitable(pending)
    assert asyncio.run(pending) == "secret"


def test_server_settings_are_the_arguments_over_the_dsns(world):
    resolved = world.resolve("postgresql://?a=1&b=2", server_settings={"b": "3", "c": "4"})
    assert resolved.parameters.server_settings == {"a": "1", "b": "3", "c": "4"}


@pytest.mark.parametrize("settings", ["a", [("a", "b")], {"a": 1}, {1: "a"}, {"a": None}])
def test_server_settings_are_text(world, settings):
    with pytest.raises(ClientConfigurationError, match="server_settings is expected"):
        world.resolve(server_settings=settings)


@pytest.mark.parametrize("attribute", list(SessionAttribute))
def test_session_attributes_are_given_as_text_or_enumeration(world, attribute):
    for given in (attribute, attribute.value):
        resolved = world.resolve(target_session_attrs=given)
        assert resolved.parameters.target_session_attrs is attribute


CHOICES = {
    "channel_binding": ["prefer", "disable", "require"],
    "load_balance_hosts": ["disable", "random", "disable"],
    "target_session_attrs": ["any", "standby", "read-only"],
}
VARIABLES = {
    "channel_binding": "PGCHANNELBINDING",
    "load_balance_hosts": "PGLOADBALANCEHOSTS",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}


@pytest.mark.parametrize("name", CHOICES)
def test_choices_come_from_everywhere(world, name):
    def chosen(dsn=None, **arguments):
        return getattr(world.resolve(dsn, **arguments).parameters, name)

    default, second, third = CHOICES[name]
    assert chosen() == default
    for form in (f"postgresql://?{name}={second}", f"{name}={second}"):
        assert chosen(form) == second
        assert chosen(form, **{name: third}) == third
        assert chosen(form, **{name: type(chosen())(third)}) == third
    world.variables(**{VARIABLES[name]: second})
    assert chosen() == second
    with pytest.raises(ClientConfigurationError, match=f"{name} in the .* one of .*{third}"):
        chosen(**{name: "x"})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target_session_attrs": "writable"}, "target_session_attrs .* one of any, primary"),
        ({"gsslib": "heimdal"}, "gsslib must be either"),
        ({"user": 1}, "user is expected to be a string, got int"),
        ({"database": b"db"}, "database is expected to be a string, got bytes"),
        ({"password": 1234}, "password is expected to be a string or a function, got int"),
        ({"host": 1}, "host is expected"),
        ({"host": ["a", ""]}, "host is expected"),
        ({"host": ["a", None]}, "host is expected"),
        ({"port": "x"}, "invalid port number in port in the arguments"),
        ({"port": 5432.5}, "invalid port number"),
        ({"port": -1}, "invalid port number"),
        ({"port": 65536}, "invalid port number"),
        ({"host": ["a", "b"], "port": [1, 2, 3]}, "3 port numbers to 2 hosts"),
    ],
)
def test_what_cannot_be_meant_is_refused(world, arguments, message):
    with pytest.raises(ClientConfigurationError, match=message):
        world.resolve(**arguments)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"PGPORT": "x"}, "invalid port number in PGPORT in the environment"),
        ({"PGTARGETSESSIONATTRS": "x"}, "PGTARGETSESSIONATTRS in the environment"),
        ({"PGSSLMODE": "x"}, "PGSSLMODE in the environment"),
        ({"PGSSLNEGOTIATION": "x"}, "PGSSLNEGOTIATION in the environment"),
        ({"PGSSLMINPROTOCOLVERSION": "x"}, "PGSSLMINPROTOCOLVERSION in the environment"),
        ({"PGCONNECT_TIMEOUT": "x"}, "PGCONNECT_TIMEOUT in the environment"),
        ({"PGGSSLIB": "x"}, "PGGSSLIB in the environment"),
        ({"PGCHANNELBINDING": "x"}, "PGCHANNELBINDING in the environment"),
        ({"PGLOADBALANCEHOSTS": "x"}, "PGLOADBALANCEHOSTS in the environment"),
        ({"PGMINPROTOCOLVERSION": "x"}, "PGMINPROTOCOLVERSION in the environment"),
    ],
)
def test_messages_name_the_culprit(world, variables, message):
    world.variables(**variables)
    with pytest.raises(ClientConfigurationError, match=message):
        world.resolve()


@pytest.mark.parametrize("name", ["statement_cache_size", "max_cached_statement_lifetime"])
@pytest.mark.parametrize("value", [None, True, False, -1, "1"])
def test_limits_are_numbers_from_zero(world, name, value):
    with pytest.raises(ValueError, match=f"{name} is expected to be greater or equal to 0"):
        world.resolve(**{name: value})
    assert getattr(world.resolve(**{name: 0}).options, name) == 0


@pytest.mark.parametrize("value", [0, -1, True, "x", "nan", [], float("nan")])
def test_the_command_timeout_is_seconds_above_zero(world, value):
    with pytest.raises(ValueError, match="invalid command_timeout value"):
        world.resolve(command_timeout=value)
    assert world.resolve(command_timeout="1.5").options.command_timeout == 1.5


def test_the_connection_timeout_is_the_arguments_then_the_dsns(world):
    assert world.resolve().options.timeout == 60
    assert world.resolve("connect_timeout=5").options.timeout == 5
    assert world.resolve("connect_timeout=0").options.timeout is None
    assert world.resolve("connect_timeout=5", timeout=7).options.timeout == 7
    assert world.resolve("connect_timeout=5", timeout=None).options.timeout is None
    world.variables(PGCONNECT_TIMEOUT="9")
    assert world.resolve().options.timeout == 9


def test_nothing_shows_a_secret(world):
    world.variables(PGPASSWORD="hunter2", PGUSER="alice")
    arguments = {"ssl": "verify-full"}
    dsn = "postgresql://u:hunter2@h/db?sslpassword=hunter2&sslcert=/none&pasword=hunter2"
    for resolved in (
        world.resolve(dsn, **arguments),
        world.resolve(password="hunter2"),
        world.resolve(),
    ):
        assert "hunter2" not in repr(resolved)
        assert "hunter2" not in str(resolved)
    with pytest.raises(ClientConfigurationError) as info:
        _ = world.resolve(dsn).parameters.tls.context
    assert "hunter2" not in "".join(traceback.format_exception(info.value))
    assert "hunter2" not in repr(world.environment)


def test_a_secret_reveals_itself_only_on_demand():
    secret = Secret("hunter2")
    assert f"{secret} {secret!r}" == "Secret(***) Secret(***)"
    assert secret.reveal() == "hunter2"
    assert secret == Secret("hunter2") != Secret("x")
    assert hash(secret) == hash(Secret("hunter2"))
    assert secret != "hunter2"
