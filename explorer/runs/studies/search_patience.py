"""Patience with a storage that does not answer, as while its server starts again. No torch, no Qt."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from explorer.sentences import translatable
from explorer.validation import refuse

_PATIENCE = 600.0  # seconds
_INTERVAL = 1.0  # seconds between two attempts
_Value = TypeVar("_Value")


class Lost(Exception):
    """The trial was given to another worker meanwhile, for this one gave no sign of life."""


def _storage_errors() -> tuple[type[Exception], ...]:
    """Return what a storage raises that does not answer."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    return StorageInternalError, SQLAlchemyError, OSError


def _reason(error: Exception) -> str:
    """Return the first line of what a database says; Optuna and SQLAlchemy wrap it in words of their own."""
    inner = error.__cause__ or error
    return str(getattr(inner, "orig", None) or inner).strip().partition("\n")[0]


@contextmanager
def answering() -> Iterator[None]:
    """Raise Refused where a storage cannot be read or written."""
    try:
        yield
    except _storage_errors() as error:
        raise refuse("storage", translatable("does not answer: {error}"), error=_reason(error)) from None


@contextmanager
def forgiven() -> Iterator[None]:
    """Go on where the storage does not answer. Raises Lost where it says that a trial has ended."""
    try:
        with suppress(*_storage_errors()):
            yield
    except RuntimeError:  # Optuna 4.2 gave it a class of its own
        raise Lost from None


def patiently(call: Callable[[], _Value]) -> _Value:
    """Return what a call returns, once the storage answers. Raises Refused if it does not for a long time."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return call()
        except _storage_errors() as error:
            if time.monotonic() > until:
                raise refuse("storage", translatable("does not answer: {error}"), error=_reason(error)) from None
        time.sleep(_INTERVAL)
