"""Storage of searches: Optuna's own, a journal file or a database, opened or refused in words. No torch, no Qt.

Optuna takes half a second to import and is an extra, so it is imported at the first use.
"""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from explorer.paths import expand_user
from explorer.runs.extras import missing_packages
from explorer.sentences import system_words, translatable
from explorer.validation import Refused, refuse

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

_CONNECT_ARGUMENTS = {  # seconds of patience, as each driver calls them
    "sqlite": {"timeout": 60},  # while other processes write to the file
    "postgresql": {"connect_timeout": 10},
    "mysql": {"connect_timeout": 10},
}
_DRIVERS = {"psycopg": "psycopg[binary]", "psycopg2": "psycopg2-binary", "MySQLdb": "mysqlclient"}  # packages by module
_ATTEMPTS, _INTERVAL = 5, 1.0  # seconds: another process may be making the same tables
_ALREADY_MADE = ("already exists", "unique")  # PostgreSQL says that a key violates a unique constraint
_TABLES = ("studies", "version_info")  # of Optuna; one of them is made first


def open_storage(text: str, create: bool) -> "BaseStorage":
    """Open the storage at an address `dialect://…`, or in a journal file; one that is not there only to `create` it.

    A file of anything else is left as it is. Raises Refused.
    """
    if missing := missing_packages("study", ("optuna",)):
        raise refuse("search", "{missing}", missing=missing)
    import optuna

    optuna.logging.set_verbosity(optuna.logging.CRITICAL)  # what the user should know is said here
    return _open_database(text, create) if "://" in text else _open_journal(expand_user("storage", text), create)


def shown_address(text: str) -> str:
    """Return an address of a storage without its password."""
    scheme, mark, rest = text.partition("://")
    login, at, place = rest.rpartition("@")
    user, colon, _ = login.partition(":")
    return f"{scheme}{mark}{user}{':***' if colon else ''}{at}{place}"


def _open_journal(path: Path, create: bool) -> "BaseStorage":
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    where = str(path)
    try:
        if _is_filled(where, path, create):
            with path.open("rb") as file:
                json.loads(file.readline())["op_code"]
        # works on every system; Optuna's other lock, a link, needs special rights on Windows, and each heeds the other
        return JournalStorage(JournalFileBackend(where, lock_obj=JournalFileOpenLock(where)))
    except Refused:
        raise
    except OSError as error:
        raise _unopened(where, error) from None
    except (ValueError, LookupError, TypeError, AssertionError, RecursionError):
        raise _no_storage(where) from None


def _is_filled(where: str, path: Path, create: bool) -> bool:
    """Return whether there is something in a file. Raises Refused if it is missing and not to be made, and OSError."""
    if not path.exists():
        if not create:
            raise refuse(where, translatable("there is no such storage"))
        if not path.parent.is_dir():
            raise refuse(where, translatable("there is no folder {folder!r}"), folder=str(path.parent))
        return False
    if not path.is_file():
        raise refuse(where, translatable("is not a regular file"))
    return path.stat().st_size > 0


def _open_database(text: str, create: bool) -> "BaseStorage":
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

    where = shown_address(text)
    try:
        url = make_url(text)
        if url.get_backend_name() == "sqlite":
            return _open_sqlite(where, text, url.database, create)
        return _connected(text)
    except Refused:
        raise
    except (ArgumentError, NoSuchModuleError, ValueError):
        what = translatable("is no address of a database: dialect://user:password@host/name, or the name of a file")
        raise refuse(where, what) from None
    except ImportError as error:
        module = str(getattr(error.__cause__, "name", "") or error)
        what = translatable('needs a driver that is not installed: pip install "{package}"')
        raise refuse(where, what, package=_DRIVERS.get(module, module)) from None
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise refuse(where, translatable("cannot be reached: {error}"), error=reason) from None
    except RuntimeError as error:  # tables of another version of Optuna
        raise refuse(where, "{error}", error=str(error)) from None


def _connected(text: str) -> "BaseStorage":
    from optuna.storages import RDBStorage
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import DatabaseError

    arguments = _CONNECT_ARGUMENTS.get(make_url(text).get_backend_name(), {})
    options = {"connect_args": arguments, "pool_pre_ping": True}  # a trial may take longer than a server waits
    template = text.replace("{", "{{").replace("}", "}}")  # Optuna formats it
    for _ in range(_ATTEMPTS - 1):
        try:
            return RDBStorage(template, engine_kwargs=options)
        except DatabaseError as error:
            if not any(words in str(error).lower() for words in _ALREADY_MADE):
                raise
            time.sleep(_INTERVAL)
    return RDBStorage(template, engine_kwargs=options)


def _open_sqlite(where: str, text: str, database: str | None, create: bool) -> "BaseStorage":
    """Open a file of SQLite, unless it is of another program: Optuna would write its tables into that too."""
    if not database or database == ":memory:":
        raise refuse(where, translatable("is kept in memory, where no other process finds it: name a file"))
    path = Path(database)
    try:
        if not _is_filled(where, path, create):
            return _connected(text)
        with closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT 1 FROM sqlite_master WHERE name IN (?, ?)", _TABLES).fetchone()
    except OSError as error:
        raise _unopened(where, error) from None
    except sqlite3.DatabaseError:
        found = None
    if not found:
        raise _no_storage(where)
    return _connected(text)


def _unopened(where: str, error: OSError) -> Refused:
    return refuse(where, translatable("cannot be opened: {error}"), error=system_words(error))


def _no_storage(where: str) -> Refused:
    return refuse(where, translatable("is no storage of Optuna"))
