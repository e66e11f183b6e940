"""Addresses that data sets are downloaded from: the user's own file goes before the program's. No torch, no Qt."""

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from explorer.paths import user_folder
from explorer.resources import resource
from explorer.runs.data.catalogue import CATALOGUE, CatalogueEntry
from explorer.sentences import system_words, translatable
from explorer.validation import Refused, refuse

_NAME = "addresses.toml"
_MAX_BYTES = 64 * 1024


def user_addresses() -> Path:
    """Return the path of the user's own file of addresses, which need not exist."""
    return user_folder("config") / _NAME


def addresses_of(entry: CatalogueEntry) -> tuple[str, ...]:
    """Return the addresses of folders with the files of a data set, the user's own first. Raises Refused."""
    own, known = _read_addresses(user_addresses()), _read_addresses(resource("data", _NAME))
    return tuple(dict.fromkeys(own.get(entry.name, ()) + known.get(entry.name, ())))


def hosts_of(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the servers, each once."""
    return tuple(dict.fromkeys(urlsplit(address).netloc for address in addresses))


def _read_addresses(path: Path) -> dict[str, tuple[str, ...]]:
    """Read a file of addresses; empty if there is none. Raises Refused."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise refuse(str(path), translatable("is larger than {limit} kB"), limit=_MAX_BYTES // 1024)
        table = tomllib.loads(content.decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise refuse(str(path), "{error}", error=system_words(error)) from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, Refused):
            raise
        raise refuse(str(path), translatable("is not TOML: {error}"), error=str(error)) from None
    for name, addresses in table.items():
        if name not in CATALOGUE:
            what = translatable("{name!r} is not the name of a data set")
            raise refuse(str(path), what, name=name)
        if not isinstance(addresses, list) or not all(map(_is_address, addresses)):
            what = translatable("{name} must be a list of addresses that begin with http:// or https://")
            raise refuse(str(path), what, name=name)
    return {name: tuple(addresses) for name, addresses in table.items()}


def _is_address(value: object) -> bool:
    if not isinstance(value, str) or not all("!" <= character <= "~" for character in value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:  # a bracket without its pair
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
