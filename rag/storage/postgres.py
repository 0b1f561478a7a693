"""Libraries on a PostgreSQL server: connections, the write lock, and errors.

The tables are those of `rag.storage.tables`. The only writer holds an advisory lock of the database. A writer that lost
the lock together with its connection is refused by the fencing token, which each write checks. The server's errors
become errors of the library here. No message contains the password.
"""

import os
import socket
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from rag.errors import LibraryBusy, LibraryDamaged, LibraryError, ServerUnavailable, SettingsError, single_line
from rag.storage import tables
from rag.storage.database import RESTORE_ADVICE, process_user

# Key of `meta`: the fencing token. Each new writer stores its own token, so that the previous writer cannot go on.
FENCING_TOKEN = "writer"  # noqa: S105  (the name of a row)
# An advisory lock belongs to a database; two libraries in two schemas of one database do not wait for each other.
_LOCK_KEY = sa.text("SELECT hashtextextended('commentary-rag ' || current_schema(), 0)")
MAX_LOCK_WAIT_MS = 2**31 - 1
# Seconds to make a connection: a running server answers in milliseconds, a server behind a firewall never answers. A
# connection that goes silent later (for example after a cable is cut) is given up after a minute instead of the
# system's two hours.
_CONNECT_OPTIONS = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
# SQLSTATEs: a table or column is missing, or the server finds its own files damaged.
_NOT_AS_CREATED = ("42P01", "42703", "XX001", "XX002")
_LOCK_NOT_AVAILABLE = "55P03"
_INSUFFICIENT_PRIVILEGE = "42501"
# SQLSTATEs with this prefix are for a statement that the server does not accept.
_STATEMENT_ERRORS = "42"


class PostgresDatabase:
    """A PostgreSQL database with one library. Threads may share it."""

    def __init__(self, url: str, *, pool_size: int = 10, max_overflow: int = 30, pool_timeout: float = 5) -> None:
        """Sets up the database at `url`; opens no connection yet.

        An engine keeps `pool_size` connections and opens at most `max_overflow` more: together as many as the web
        server has threads. Where all are in use, a thread waits `pool_timeout` seconds for a connection.

        Raises SettingsError for a `url` that is not the address of a database, or where the driver is not installed.
        """
        self._url = _parse_url(url)
        self._name = self._url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)
        self._pool = {"pool_size": pool_size, "max_overflow": max_overflow, "pool_timeout": pool_timeout}
        self._write_lock = threading.local()
        try:
            # The lock has connections of its own: a lock belongs to its connection, and ends with it.
            self._lock_engine = self._engine(poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
        except ModuleNotFoundError:
            raise SettingsError(
                "RAG_LIBRARY_URL needs PostgreSQL's driver; install it with: pip install 'commentary-rag[postgres]'"
            ) from None

    def __str__(self) -> str:
        return f"on {self._name}"

    def create_engine(self) -> sa.Engine:
        """Creates an engine for readers and writers.

        A reader sees one moment of the library; a writer waits for a row that is locked. A connection that a restart of
        the server broke is detected before it is used, and replaced.
        """
        engine = self._engine(pool_pre_ping=True, isolation_level="REPEATABLE READ", **self._pool)

        @sa.event.listens_for(engine, "engine_connect")
        def _let_writers_wait(connection: sa.Connection) -> None:
            if connection.get_execution_options().get("writing", False):
                connection.execution_options(isolation_level="READ COMMITTED")

        return engine

    def connect(self, engine: sa.Engine) -> sa.Connection:
        """Opens a connection of `engine`.

        Raises ServerUnavailable where the server does not answer or all connections are in use.
        """
        try:
            return engine.connect()
        except exc.TimeoutError as error:
            raise ServerUnavailable(
                f"all connections to the library {self} are taken; ask again, or start another `rag serve`"
            ) from error

    def exists(self) -> bool:
        """Whether the database has the tables of a library.

        Raises ServerUnavailable or LibraryError.
        """
        with self._lock_engine.connect() as connection:
            return _has_tables(connection)

    def damage_error(self, cause: str, advice: str = RESTORE_ADVICE) -> LibraryDamaged:
        """The error for a library that is not as it was written."""
        return LibraryDamaged(f"the library {self} is damaged ({single_line(cause)}); {advice}")

    @contextmanager
    def write_lock(self, timeout: float) -> Iterator[None]:
        """Holds the library's write lock. A thread that holds it may take it again.

        The server releases the lock when the connection ends, for any reason. Raises LibraryBusy after `timeout`
        seconds, naming the process that holds the lock.
        """
        if self._fencing_token:
            yield
            return
        with self._lock_engine.connect() as connection:
            connection.execute(
                sa.text("SELECT set_config('application_name', :name, false)"), {"name": _this_process()}
            )
            key = connection.execute(_LOCK_KEY).scalar_one()
            if not _acquire(connection, key, timeout):
                raise LibraryBusy(
                    f"{_describe_holder(connection, key)} is writing to the library {self} and did not finish in "
                    f"{timeout:g} s; wait for it, or allow more with RAG_LOCK_TIMEOUT"
                )
            token = uuid.uuid4().hex
            if _has_tables(connection):
                write = tables.meta.update().where(tables.meta.c.key == FENCING_TOKEN).values(value=token)
                if not connection.execute(write).rowcount:
                    connection.execute(tables.meta.insert().values(key=FENCING_TOKEN, value=token))
            self._write_lock.token = token
            try:
                yield
            finally:
                self._write_lock.token = None
                with suppress(LibraryError):  # a broken connection has already released the lock
                    connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": key})

    def check_fencing_token(self, connection: sa.Connection) -> None:
        """Checks inside a write that the thread has not lost its write lock.

        Raises LibraryBusy where the thread had the write lock and has lost it.
        """
        if not self._fencing_token:
            return
        query = sa.select(tables.meta.c.value).where(tables.meta.c.key == FENCING_TOKEN).with_for_update()
        stored = connection.execute(query).scalar_one_or_none()
        if stored not in (None, self._fencing_token):
            raise LibraryBusy(
                f"the connection to the library {self} broke and another process writes now; what was finished is "
                "kept; repeat the rest"
            )

    # -- private -------------------------------------------------------------------------------------------------------

    @property
    def _fencing_token(self) -> str | None:
        """The token of this thread's write lock, None where the thread has none."""
        token: str | None = getattr(self._write_lock, "token", None)
        return token

    def _engine(self, **options: Any) -> sa.Engine:
        engine = sa.create_engine(self._url, connect_args=_CONNECT_OPTIONS, hide_parameters=True, **options)

        @sa.event.listens_for(engine, "handle_error")
        def _translate(context: sa.engine.ExceptionContext) -> LibraryError | None:
            # SQLAlchemy itself deals with a failed test of a pooled connection: it replaces the broken connection.
            if context.is_pre_ping or context.sqlalchemy_exception is None:
                return None
            return self._translated(context.sqlalchemy_exception, is_disconnect=context.is_disconnect)

        return engine

    def _translated(self, error: exc.StatementError, *, is_disconnect: bool) -> LibraryError | None:
        """Translates an error that the server reports; None for an error of the caller."""
        state = getattr(error.orig, "sqlstate", None) or ""
        cause = single_line(error.orig)
        if state in _NOT_AS_CREATED:
            return self.damage_error(cause)
        if state == _LOCK_NOT_AVAILABLE:
            return None
        if is_disconnect or isinstance(error, exc.OperationalError | exc.InterfaceError):
            return ServerUnavailable(
                f"the library {self} cannot be reached ({cause}); see that the server runs and RAG_LIBRARY_URL is "
                "right, then repeat; what was finished is kept"
            )
        if isinstance(error, exc.IntegrityError | exc.DataError | exc.NotSupportedError):
            return None
        if state != _INSUFFICIENT_PRIVILEGE and (not state or state.startswith(_STATEMENT_ERRORS)):
            return None
        return LibraryError(f"the library {self} cannot be used ({cause}); what was finished is kept")


def _parse_url(text: str) -> sa.URL:
    try:
        url = sa.make_url(text.strip())
    except (exc.ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() not in ("postgresql", "postgres") or not url.database:
        raise SettingsError(
            "RAG_LIBRARY_URL is not the address of a PostgreSQL database; write it as "
            "postgresql+psycopg://user:password@127.0.0.1:5432/commentary"
        )
    return url.set(drivername="postgresql+psycopg")


def _has_tables(connection: sa.Connection) -> bool:
    return connection.execute(sa.text("SELECT to_regclass('meta')")).scalar_one() is not None


def _acquire(connection: sa.Connection, key: int, timeout: float) -> bool:
    """Whether the advisory lock was acquired within `timeout` seconds."""
    if timeout <= 0:
        return bool(connection.execute(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one())
    wait_ms = int(min(max(timeout * 1000, 1), MAX_LOCK_WAIT_MS))
    connection.execute(sa.text("SELECT set_config('lock_timeout', :wait, false)"), {"wait": str(wait_ms)})
    try:
        connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": key})
    except exc.OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def _describe_holder(connection: sa.Connection, key: int) -> str:
    """Describes the process that holds the lock, by its connection's name.

    The server shows the name only to the same user and to administrators.
    """
    query = sa.text(
        "SELECT a.application_name, a.backend_start FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
        "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 "
        "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
        "AND ((l.classid::bigint << 32) | l.objid::bigint) = :key"
    )
    row = connection.execute(query, {"key": key}).first()
    if row is None or not row.application_name:
        return "another process"
    return f"{row.application_name}, connected since {row.backend_start:%Y-%m-%dT%H:%M:%S},"


def _this_process() -> str:
    """Describes this process for the messages of waiting processes.

    PostgreSQL keeps 63 ASCII characters of the name.
    """
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])[:24]
    name = f"process {os.getpid()} on {socket.gethostname()[:20]} ({command}, {process_user()[:8]})"
    return name.encode("ascii", "replace").decode()[:63]
