"""A library on a PostgreSQL server: how it is reached, who writes to it, what its errors mean.

The tables are those of `rag.schema`. The one writer holds an advisory lock of the database; whoever lost it with his
connection is refused by the fence, which is part of each write. The password is never part of a message.
"""

import getpass
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

from rag import schema
from rag.errors import LibraryBusy, LibraryDamaged, LibraryError, ServerUnavailable, SettingsError
from rag.schema import RESTORE

# The note in which each new writer puts a word of his own, so that the one before him cannot go on.
WRITER = "writer"
# A lock is of a database; two libraries in two schemas of one do not wait for each other.
KEY = sa.text("SELECT hashtextextended('commentary-rag ' || current_schema(), 0)")
# Connections that a process keeps, and has at most: as many as the web server has threads. Nobody waits long for one.
POOL = {"pool_size": 10, "max_overflow": 30, "pool_timeout": 5}
LONGEST_WAIT = 2**31 - 1
# Seconds for a connection to be made: a server that is up answers in milliseconds, one behind a firewall never. One
# that goes silent later, as after a cut cable, is given up after a minute instead of the system's two hours.
CONNECT = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
# SQLSTATEs: what is not as this package made it, against what the server only cannot do now.
_NOT_OURS = ("42P01", "42703", "XX001", "XX002")
_LOCK_NOT_AVAILABLE = "55P03"


class Server:
    """A database that holds one library. Threads may share it."""

    def __init__(self, url: str) -> None:
        """Raises SettingsError for an address that is none, or where the driver is not installed."""
        self._url = _address(url)
        self._name = self._url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)
        self._held = threading.local()
        try:
            # Apart from those that read and write: the lock is the connection's, for as long as it lives.
            self._locks = self._made(poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
        except ModuleNotFoundError:
            raise SettingsError(
                "RAG_LIBRARY_URL needs PostgreSQL's driver; install it with: pip install 'commentary-rag[postgres]'"
            ) from None

    def __str__(self) -> str:
        return f"on {self._name}"

    def engine(self) -> sa.Engine:
        """What reads sees one moment of the library; what writes waits for the row that another writer holds.

        A connection that a restart of the server broke is met before it is used, and made anew.
        """
        engine = self._made(pool_pre_ping=True, isolation_level="REPEATABLE READ", **POOL)

        @sa.event.listens_for(engine, "engine_connect")
        def _writes_wait(connection: sa.Connection) -> None:
            if connection.get_execution_options().get("writing", False):
                connection.execution_options(isolation_level="READ COMMITTED")

        return engine

    def is_made(self) -> bool:
        with self.errors(), self._locks.connect() as connection:
            return _has_tables(connection)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Says in one line what the server could not do.

        Raises ServerUnavailable where it does not answer or not now, LibraryDamaged where what is there is no library,
        LibraryError for the rest.
        """
        try:
            yield
        except exc.DBAPIError as error:
            raise self._plain(error) from error
        except exc.TimeoutError as error:
            raise ServerUnavailable(
                f"all connections to the library {self} are taken; ask again, or start another `rag serve`"
            ) from error

    def damaged(self, cause: str, way_out: str = RESTORE) -> LibraryDamaged:
        return LibraryDamaged(f"the library {self} is damaged ({_line(cause)}); {way_out}")

    @contextmanager
    def writer(self, timeout: float) -> Iterator[None]:
        """Holds the library's one writer's lock, which a thread may take again inside itself.

        The server gives it back when the connection ends, however it ends. Raises LibraryBusy after `timeout` seconds,
        naming who holds it.
        """
        if getattr(self._held, "word", None):
            yield
            return
        with self.errors(), self._locks.connect() as connection:
            connection.execute(sa.text("SELECT set_config('application_name', :name, false)"), {"name": _me()})
            key = connection.execute(KEY).scalar_one()
            if not _acquired(connection, key, timeout):
                raise LibraryBusy(
                    f"{_held_by(connection, key)} is writing to the library {self} and did not finish in "
                    f"{timeout:g} s; wait for it, or allow more with RAG_LOCK_TIMEOUT"
                )
            word = uuid.uuid4().hex
            if _has_tables(connection):
                write = schema.meta.update().where(schema.meta.c.key == WRITER).values(value=word)
                if not connection.execute(write).rowcount:
                    connection.execute(schema.meta.insert().values(key=WRITER, value=word))
            self._held.word = word
            try:
                yield
            finally:
                self._held.word = None
                with suppress(exc.DBAPIError):  # a connection that broke has given it back already
                    connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": key})

    def fence(self, connection: sa.Connection) -> None:
        """Raises LibraryBusy inside a write of a thread that had the writer's lock and has it no more."""
        word = getattr(self._held, "word", None)
        if not word:
            return
        row = sa.select(schema.meta.c.value).where(schema.meta.c.key == WRITER).with_for_update()
        found = connection.execute(row).scalar_one_or_none()
        if found not in (None, word):
            raise LibraryBusy(
                f"the connection to the library {self} broke and another process writes now; what was finished is "
                "kept; repeat the rest"
            )

    # -- inside -------------------------------------------------------------------------------------------------------

    def _made(self, **options: Any) -> sa.Engine:
        return sa.create_engine(self._url, connect_args=CONNECT, hide_parameters=True, **options)

    def _plain(self, error: exc.DBAPIError) -> LibraryError:
        state = getattr(error.orig, "sqlstate", None)
        cause = _line(str(error.orig))
        if state in _NOT_OURS:
            return self.damaged(cause)
        if error.connection_invalidated or isinstance(error, exc.OperationalError | exc.InterfaceError):
            return ServerUnavailable(
                f"the library {self} cannot be reached ({cause}); see that the server runs and RAG_LIBRARY_URL is "
                "right, then repeat; what was finished is kept"
            )
        return LibraryError(f"the library {self} cannot be used ({cause}); what was finished is kept")


def _address(said: str) -> sa.URL:
    try:
        url = sa.make_url(said.strip())
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


def _acquired(connection: sa.Connection, key: int, timeout: float) -> bool:
    if timeout <= 0:
        return bool(connection.execute(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one())
    wait = int(min(max(timeout * 1000, 1), LONGEST_WAIT))
    connection.execute(sa.text("SELECT set_config('lock_timeout', :wait, false)"), {"wait": str(wait)})
    try:
        connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": key})
    except exc.OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def _held_by(connection: sa.Connection, key: int) -> str:
    """Who holds the lock, as his connection says it; the server shows it to the same user and to administrators."""
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


def _me() -> str:
    """This process, for those who wait for it: PostgreSQL keeps 63 ASCII characters of it."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a user id that has no name
        user = "unknown"
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])[:24]
    said = f"process {os.getpid()} on {socket.gethostname()[:20]} ({command}, {user[:8]})"
    return said.encode("ascii", "replace").decode()[:63]


def _line(cause: str) -> str:
    return " ".join(cause.split())
