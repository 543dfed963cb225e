"""The database: SQLite by default, PostgreSQL by DATABASE_URL. One connection per thread, kept."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from peewee import Database, DatabaseProxy, DateTimeField, InterfaceError, Model, OperationalError, SqliteDatabase
from playhouse.migrations import Runner
from playhouse.postgres_ext import Psycopg3Database

database: Database = DatabaseProxy()
MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 7483210  # the advisory lock that lets one process at a time migrate PostgreSQL

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "busy_timeout": 5000,
    "foreign_keys": 1,
    "cache_size": -1000,  # KB for each of dozens of threads; the system holds the file in memory as well
    "wal_autocheckpoint": 4000,  # pages, 16 MB: one that checks change again and again is copied once for many times
}
MOMENT = 100  # ms
PATIENCE: dict[str, Any] = {  # with a PostgreSQL server that has vanished: seconds, and milliseconds
    "connect_timeout": 5,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# A process that is put to sleep or vanishes in a transaction keeps others from its rows no longer than a lease lasts.
WAKEFUL = "-c idle_in_transaction_session_timeout=20s"
SQLITE_TROUBLE = ("locked", "full", "unable to open", "disk I/O", "readonly", "no transaction is active")


class Unavailable(Exception):
    """The database is busy, full or gone: nothing was written, trying again may help."""


class UtcDateTimeField(DateTimeField):
    """A moment in UTC: naive in the database, aware in Python."""

    def db_value(self, value: datetime | None) -> Any:
        return value.astimezone(UTC).replace(tzinfo=None) if value else value

    def python_value(self, value: Any) -> datetime | None:
        moment = super().python_value(value)
        return moment.replace(tzinfo=UTC) if moment else moment


class BaseModel(Model):
    id: int

    class Meta:
        database = database
        legacy_table_names = False


def connect(url: str) -> Database:
    """Point `database` at a URL; nothing is opened yet."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        made: Database = SqliteDatabase(unquote(parts.path[1:]), pragmas=PRAGMAS, timeout=5)
    else:
        patience = PATIENCE if "options=" in parts.query else PATIENCE | {"options": WAKEFUL}
        made = Psycopg3Database(url.replace("postgres://", "postgresql://", 1), **patience)
    database.initialize(made)
    return made


def is_sqlite() -> bool:
    return isinstance(database.obj, SqliteDatabase)


T = TypeVar("T")


@contextmanager
def transaction() -> Iterator[None]:
    """Everything or nothing. On SQLite it takes the write lock at once, so it cannot fail half-way by a race."""
    with database.atomic("IMMEDIATE") if is_sqlite() and not database.in_transaction() else database.atomic():
        yield


@contextmanager
def light_transaction() -> Iterator[None]:
    """A transaction whose end waits for no disk: a power cut may take it, though no part of it, and nothing else.

    For what is measured again. What is written later, and lasts, puts it on the disk before itself.
    """
    with pragma("synchronous", "NORMAL"), transaction():
        if not is_sqlite():
            database.execute_sql("SET LOCAL synchronous_commit = off")
        yield


def hurrying() -> AbstractContextManager[None]:
    """What is written within waits for others' transactions on SQLite for a moment only, not for seconds."""
    return pragma("busy_timeout", MOMENT)


@contextmanager
def pragma(name: str, value: object) -> Iterator[None]:
    """Another setting of this thread's connection for a while; PostgreSQL knows none of them."""
    if not is_sqlite():
        yield
        return
    database.execute_sql(f"PRAGMA {name} = {value}")
    try:
        yield
    finally:
        database.execute_sql(f"PRAGMA {name} = {PRAGMAS[name]}")


def locking(query: Any) -> Any:
    """A select whose rows nobody changes until this transaction ends; SQLite's transactions lock everything anyway.

    What refers to such a row can be written meanwhile, so that no two wait for each other.
    """
    return query if is_sqlite() else query.for_update("FOR NO KEY UPDATE")


@contextmanager
def one_at_a_time(what: str) -> Iterator[None]:
    """A transaction that waits for every other about the same thing: what is read stays true until it is written."""
    with transaction():
        if not is_sqlite():
            database.execute_sql("SELECT pg_advisory_xact_lock(hashtext(%s))", (what,))
        yield


def rows(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Plain tuples of one hand-written statement with `?` for its values."""
    return list(database.execute_sql(marked(sql), tuple(params)).fetchall())


def gather(sql: str, params: Sequence[Any], width: int, by: str = "") -> str:
    """All rows of a statement with so many columns as the text of a JSON list of lists: equal texts mean equal rows.

    It is for the list pages: SQLite lets another thread in at every row that is fetched, and this is a single one.
    `by` ("c0, c1") is by what PostgreSQL sorts where the statement does not: it gives another order when it likes.
    """
    names = ", ".join(f"c{number}" for number in range(width))
    row, table = in_json()
    sorted_rows = row.format(names) + (f" ORDER BY {by}" if by and not is_sqlite() else "")
    sql = f"WITH found({names}) AS ({sql}) SELECT {table.format(sorted_rows)} FROM found"  # noqa: S608  (names of our own)
    return str(database.execute_sql(marked(sql), tuple(params)).fetchone()[0])


JSON = {
    "sqlite": ("json_array({})", "json_group_array({})"),
    "postgresql": ("json_build_array({})", "COALESCE(json_agg({}), '[]')::text"),
}


def in_json() -> tuple[str, str]:
    """How columns become the text of a list, and rows a list of lists: each to be formatted with what goes in."""
    return JSON["sqlite" if is_sqlite() else "postgresql"]


def marked(sql: str) -> str:
    """With the database's own marks for values; a percent sign is one."""
    return sql if is_sqlite() else sql.replace("%", "%%").replace("?", "%s")


def moment(value: Any) -> datetime | None:
    """What `rows` gives for a UtcDateTimeField (text on SQLite), as an aware datetime."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value else None


def open_connection() -> None:
    """This thread's connection, kept from the last request or opened. Raises Unavailable."""
    try:
        if not database.is_closed() and getattr(database.connection(), "closed", False):
            database.close()
        database.connect(reuse_if_open=True)
    except (OperationalError, InterfaceError) as error:
        raise Unavailable(str(error)) from error


def is_trouble(error: BaseException) -> bool:
    """Whether an error is the database's own trouble (busy, full, gone), not a bug of ours."""
    if isinstance(error, OperationalError) and is_sqlite():
        return any(word in str(error) for word in SQLITE_TROUBLE)  # it says "no such column" by the same class
    return isinstance(error, Unavailable | OperationalError | InterfaceError)


def drop_broken_connection() -> None:
    """After trouble: the next request of this thread begins with a fresh connection."""
    if not database.is_closed() and not database.in_transaction():
        database.close()


def migrate() -> list[str]:
    """Bring the schema up to date; gives the names of what was applied. One process at a time."""
    with alone(), database.connection_context() if database.is_closed() else nullcontext():
        if is_sqlite():
            return list(Runner(database.obj, str(MIGRATIONS)).up())
        database.execute_sql("SELECT pg_advisory_lock(%s)", (MIGRATING,))
        try:
            return list(Runner(database.obj, str(MIGRATIONS)).up())
        finally:
            database.execute_sql("SELECT pg_advisory_unlock(%s)", (MIGRATING,))


@contextmanager
def alone() -> Iterator[None]:
    """On SQLite, wait for other processes that migrate; not by a transaction, which foreign keys cannot be off in."""
    if not is_sqlite():
        yield
        return
    folder = os.open(Path(database.database).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def pending_migrations() -> list[str]:
    """Names of migrations that are not applied yet."""
    return [item.name for item in Runner(database.obj, str(MIGRATIONS)).status() if not item.applied]


def in_connection(deed: Callable[[], T]) -> T:
    """Run a deed of a background thread with a connection of its own."""
    open_connection()
    try:
        return deed()
    finally:
        database.close()
