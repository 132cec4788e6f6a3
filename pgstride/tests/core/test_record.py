"""Record as asyncpg's users know it: each test runs with asyncpg's rows and with ours."""

from __future__ import annotations

import asyncio
import collections.abc
import copy
import operator
import pickle

import pytest

ROW = "SELECT 1 AS a, 'x'::text AS b, NULL::int AS c, ARRAY[1, 2] AS d"
ATOMIC = "SELECT 1 AS a, 'x'::text AS b, NULL::int AS c"
DOUBLE = "SELECT 1 AS a, 2 AS b, 3 AS a"
NONE = "SELECT"


@pytest.fixture(scope="module", params=["asyncpg", "pgstride"])
def driver(request):
    return pytest.importorskip(request.param)


@pytest.fixture(scope="module")
def row(driver, server):
    """Fetches one row, as a record of `record_class`."""

    async def fetch(query, record_class):
        endpoint = server.endpoint
        connection = await driver.connect(
            host=endpoint.host,
            port=endpoint.port,
            user=endpoint.user,
            password=endpoint.password,
            database=endpoint.database,
            ssl=False,
        )
        try:
            return (await connection.fetch(query, record_class=record_class))[0]
        finally:
            await connection.close()

    def fetch_row(query, record_class=None):
        return asyncio.run(fetch(query, record_class))

    return fetch_row


@pytest.fixture(scope="module", params=[ROW, ATOMIC], ids=["with-container", "atomic"])
def record(request, row):
    return row(request.param)


def test_is_a_record(driver, record):
    assert isinstance(record, driver.Record)
    assert not isinstance(record, tuple)


def test_has_values_by_position(record):
    assert (record[0], record[1], record[2]) == (1, "x", None)
    assert record[-len(record)] == 1


@pytest.mark.parametrize("position", [4, 100, -5, 2**62, 2**100])
def test_positions_beyond_its_ends_are_refused(record, position):
    with pytest.raises(IndexError):
        record[position]


def test_positions_are_whatever_has_an_index(record):
    class One:
        def __index__(self):
            return 1

    assert record[One()] == "x"
    assert record[True] == "x"


def test_has_values_by_name(record):
    assert (record["a"], record["b"], record["c"]) == (1, "x", None)


@pytest.mark.parametrize("name", ["", "A", "z", "a "])
def test_names_that_it_does_not_have_are_refused(record, name):
    with pytest.raises(KeyError) as caught:
        record[name]
    assert caught.value.args == (name,)


@pytest.mark.parametrize("key", [None, 1.5, b"a", (0,), frozenset()])
def test_keys_of_other_types_are_not_found(record, key):
    with pytest.raises(KeyError):
        record[key]


def test_a_key_that_cannot_be_hashed_is_refused(record):
    with pytest.raises((TypeError, KeyError)):
        record[[]]


def test_a_name_may_be_of_a_subclass_of_str(record):
    class Name(str):
        __slots__ = ()

    assert record[Name("b")] == "x"


@pytest.mark.parametrize(
    "part",
    [
        slice(None),
        slice(1),
        slice(1, None),
        slice(None, None, -1),
        slice(0, 9, 2),
        slice(5, 2),
        slice(-2, None),
        slice(2**100),
    ],
)
def test_a_slice_is_a_tuple(record, part):
    assert record[part] == tuple(record)[part]
    assert type(record[part]) is tuple


def test_a_slice_with_step_zero_is_refused(record):
    with pytest.raises(ValueError, match="zero"):
        record[::0]


def test_has_a_length(row, record):
    assert len(record) == len(list(record))
    assert len(row(NONE)) == 0


def test_of_equal_names_the_last_counts(row):
    record = row(DOUBLE)
    assert record["a"] == 3
    assert list(record.keys()) == ["a", "b", "a"]
    assert list(record.values()) == [1, 2, 3]
    assert list(record.items()) == [("a", 1), ("b", 2), ("a", 3)]
    assert dict(record) == {"a": 3, "b": 2}
    assert repr(record) == "<Record a=1 b=2 a=3>"


def test_get_has_a_default(record):
    assert record.get("b") == "x"
    assert record.get("z") is None
    assert record.get("z", 5) == 5
    assert record.get("c", 5) is None
    assert record.get(0) is None


@pytest.mark.parametrize("arguments", [(), ("a", 1, 2)])
def test_get_takes_one_or_two_arguments(record, arguments):
    with pytest.raises(TypeError):
        record.get(*arguments)


def test_contains_names_not_values(record):
    assert "a" in record
    assert "x" not in record
    assert 1 not in record
    assert None not in record


def test_keys_values_and_items_are_iterators(record):
    for make in (record.keys, record.values, record.items):
        iterator = make()
        assert iter(iterator) is iterator
        assert len(list(iterator)) == len(record)
        assert list(iterator) == []


def test_items_are_pairs(record):
    assert list(record.items())[:2] == [("a", 1), ("b", "x")]


def test_iterates_over_its_values(record):
    a, b, *_ = record
    assert (a, b) == (1, "x")
    assert tuple(record)[:3] == (1, "x", None)
    assert list(iter(record)) == list(record)


def test_dict_makes_a_dictionary_of_it(record):
    assert dict(record)["b"] == "x"
    assert {**record}["a"] == 1


def test_repr_shows_names_and_values(row):
    assert repr(row(ROW)) == "<Record a=1 b='x' c=None d=[1, 2]>"
    assert repr(row(NONE)) == "<Record>"
    assert str(row(ATOMIC)) == "<Record a=1 b='x' c=None>"
    assert repr(row('SELECT 1 AS "naïve name"')) == "<Record naïve name=1>"


def test_repr_of_records_within_records(row):
    record = row("SELECT ROW(1, 'x') AS r, ARRAY[ROW(2)] AS s")
    assert repr(record) == "<Record r=(1, 'x') s=[(2,)]>"


def test_equals_tuples_and_records_of_the_same_values(row):
    record = row(ATOMIC)
    assert record == row("SELECT 1 AS other, 'x'::text AS names, NULL::int AS here")
    assert record == (1, "x", None)
    assert record == (1, "x", None)
    assert record != (1, "x")
    assert record != (1, "x", 0)
    assert record != [1, "x", None]
    assert record != "x"
    assert row(NONE) == ()


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_is_ordered_like_a_tuple(row, compare):
    low, high = row("SELECT 1 AS a, 2 AS b"), row("SELECT 1 AS a, 3 AS b")
    for left, right in ((low, high), (high, low), (low, low)):
        assert compare(left, right) == compare(tuple(left), tuple(right))
        assert compare(left, tuple(right)) == compare(tuple(left), tuple(right))
    with pytest.raises(TypeError):
        compare(low, [1, 2])


def test_equal_ones_have_equal_hashes(row):
    assert hash(row(ATOMIC)) == hash(row(ATOMIC))
    assert {row(ATOMIC): 1}[row(ATOMIC)] == 1
    assert len({row(ATOMIC), row(ATOMIC)}) == 1


def test_one_that_holds_a_list_cannot_be_hashed(row):
    with pytest.raises(TypeError):
        hash(row(ROW))


def test_cannot_be_changed(record):
    with pytest.raises(TypeError):
        record[0] = 2
    with pytest.raises(TypeError):
        record["a"] = 2
    with pytest.raises(TypeError):
        del record["a"]
    with pytest.raises(AttributeError):
        record.a = 2


def test_columns_are_not_attributes(record):
    with pytest.raises(AttributeError):
        _ = record.a


def test_cannot_be_added_or_multiplied(record):
    with pytest.raises(TypeError):
        record + record
    with pytest.raises(TypeError):
        record * 2


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_cannot_be_pickled(record, protocol):
    with pytest.raises(Exception):  # noqa: B017, PT011 - each driver has its own
        pickle.dumps(record, protocol)


def test_cannot_be_made_by_calling_its_class(driver):
    for arguments in ((), ((1,),), ({"a": 1},)):
        with pytest.raises(TypeError, match="cannot create"):
            driver.Record(*arguments)
    with pytest.raises(TypeError, match="cannot create"):
        driver.Record.__new__(driver.Record)


# -- subclasses


@pytest.fixture(scope="module")
def dotted(driver):
    class Dotted(driver.Record):
        def __getattr__(self, name):
            try:
                return self[name]
            except KeyError:
                raise AttributeError(name) from None

        def twice(self):
            return self["a"] * 2

    return Dotted


@pytest.mark.parametrize("query", [ROW, ATOMIC])
def test_a_subclass_adds_what_it_likes(row, driver, dotted, query):
    record = row(query, dotted)
    assert type(record) is dotted
    assert isinstance(record, driver.Record)
    assert (record.a, record.b, record.twice()) == (1, "x", 2)
    with pytest.raises(AttributeError):
        _ = record.z


def test_a_subclass_may_override_how_items_are_got(row, driver):
    class Upper(driver.Record):
        def __getitem__(self, key):
            return super().__getitem__(key.lower() if isinstance(key, str) else key)

    assert row(ATOMIC, Upper)["B"] == "x"


def test_a_subclass_without_slots_has_attributes_of_its_own(row, dotted):
    record = row(ATOMIC, dotted)
    record.note = "remember"
    assert record.note == "remember"


def test_a_subclass_with_slots_has_none(row, driver):
    class Slotted(driver.Record):
        __slots__ = ()

    record = row(ROW, Slotted)
    assert record["d"] == [1, 2]
    with pytest.raises(AttributeError):
        record.note = "remember"


def test_the_repr_of_a_subclass_has_its_name(row, dotted):
    assert repr(row(ATOMIC, dotted)) == "<Dotted a=1 b='x' c=None>"


def test_equals_across_classes(row, dotted):
    assert row(ATOMIC, dotted) == row(ATOMIC) == (1, "x", None)
    assert hash(row(ATOMIC, dotted)) == hash(row(ATOMIC))


def test_a_subclass_cannot_be_made_by_calling_it_either(dotted):
    with pytest.raises((TypeError, SystemError)):
        dotted()


def test_is_registered_as_nothing_that_it_is_not(record):
    assert not isinstance(record, collections.abc.Mapping)
    assert not isinstance(record, collections.abc.Sequence)
    assert isinstance(record, collections.abc.Collection)


def test_copying_makes_nothing_that_differs(record):
    for make in (copy.copy, copy.deepcopy):
        try:
            made = make(record)
        except Exception:  # noqa: BLE001 - refused, as pickling is
            continue
        assert made == record
