"""Where the service file is, and what it may say."""

import pytest

from pgstride.connecting.servicefile import parse_service
from pgstride.exceptions import ClientConfigurationError


def test_a_section_ends_where_the_next_begins():
    text = "host=before\n[a]\nhost=1\n\n # comment\n; comment\n[b]\nhost=2\n[a]\nhost=3\n"
    assert parse_service(text, "a", "f") == {"host": "1"}
    assert parse_service(text, "b", "f") == {"host": "2"}
    assert parse_service(text, "c", "f") is None


def test_values_are_taken_as_they_are():
    text = "[a]\npassword = p%w=x # no comment\nHOST = h\ndatabase=db\nhost=second\n"
    assert parse_service(text, "a", "f") == {
        "password": "p%w=x # no comment",
        "host": "h",
        "dbname": "db",
    }


def test_a_line_that_is_no_setting_is_named_by_its_number():
    with pytest.raises(ClientConfigurationError, match='line 3 of service file "f"') as info:
        parse_service("[a]\nhost=h\npassword hunter2\n", "a", "f")
    assert "hunter2" not in str(info.value)
    assert parse_service("[b]\nnonsense\n[a]\n", "a", "f") == {}


@pytest.mark.parametrize("named_by", ["argument", "path", "dsn", "environment", "home", "system"])
def test_where_the_file_is_looked_for(world, named_by):
    name = {"home": ".pg_service.conf", "system": "etc/pg_service.conf"}.get(named_by, "services")
    file = world.write(name, "[mine]\nhost=h\n")
    dsn, arguments = None, {"service": "mine"}
    if named_by == "argument":
        arguments["servicefile"] = str(file)
    elif named_by == "path":
        arguments["servicefile"] = file
    elif named_by == "dsn":
        dsn = f"servicefile='{file}'"
    elif named_by == "environment":
        world.variables(PGSERVICEFILE=str(file))
    elif named_by == "system":
        world.variables(PGSYSCONFDIR=str(file.parent))
    assert world.addresses(dsn, **arguments) == [("h", 5432)]


def test_the_argument_names_the_service_before_the_dsn(world):
    world.write(".pg_service.conf", "[a]\nhost=a\n[b]\nhost=b\n")
    assert world.addresses("postgresql://?service=a", service="b") == [("b", 5432)]


def test_a_service_that_no_file_knows_is_an_error_that_says_where_it_was_looked_for(world):
    file = world.write(".pg_service.conf", "[other]\n")
    world.variables(PGSERVICE="mine")
    with pytest.raises(ClientConfigurationError, match='"mine" not found') as info:
        world.resolve()
    assert "PGSERVICE in the environment" in str(info.value)
    assert str(file) in str(info.value)


def test_a_services_ports_go_with_the_hosts_of_others(world):
    world.write(".pg_service.conf", "[mine]\nport=7\n")
    world.variables(PGHOST="a:8")
    assert world.addresses(service="mine") == [("a", 7)]
    assert world.addresses("postgresql://h", service="mine") == [("h", 7)]
