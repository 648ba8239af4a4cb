# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that every front end shares, as data: types, choices, defaults and environment variables.

The tables use the vocabulary of Ansible's argument specs, without `fallback` and with three more keys:
`env` names the environment variable that serves where an option is not set; `description` (a sentence or several, in
Ansible's markup) and `sample` (a value that is accepted) are for generated documentation and tests.
"""

from __future__ import annotations

import os
import re
import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta, timezone, tzinfo

from .clock import LONGEST
from .errors import InvalidInputError
from .option_reading import OptionTable, read_options
from .url_credentials import url_credentials

CONNECTION_OPTIONS: OptionTable = {
    "provider": {"type": "str", "required": True, "env": "DATASCAN_PROVIDER"},
    "api_url": {"type": "str", "env": "DATASCAN_API_URL"},
    "api_token": {"type": "str", "no_log": True, "env": "DATASCAN_API_TOKEN"},
    "refresh_token": {"type": "str", "no_log": True, "env": "DATASCAN_REFRESH_TOKEN"},
    "auth_scheme": {"type": "str", "default": "auto", "choices": ["auto", "bearer", "raw", "api_key"]},
    "validate_certs": {"type": "bool", "default": True, "env": "DATASCAN_VALIDATE_CERTS"},
    "ca_path": {"type": "path", "env": "DATASCAN_CA_PATH"},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path"},
    "timeout": {"type": "float", "default": 30.0},  # seconds
    "retries": {"type": "int", "default": 5},
    "time_zone": {"type": "str", "env": "DATASCAN_TIME_ZONE"},
}
WAIT_OPTIONS: OptionTable = {
    "wait_timeout": {"type": "float", "default": 3600.0},  # seconds
    "wait_interval": {"type": "float"},  # seconds
}


@dataclass(frozen=True)
class ConnectionOptions:
    """Everything that is needed to reach a vendor. The tokens are secrets; `timeout` is seconds for one request."""

    provider: str
    api_url: str | None = None
    api_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    auth_scheme: str = "auto"
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    timeout: float = 30.0
    retries: int = 5
    time_zone: str | None = None

    def check(self) -> None:
        """Raise InvalidInputError for numbers out of range, and for a time zone that is not known."""
        parse_time_zone(self.time_zone)
        check_seconds("timeout", self.timeout)
        if self.retries < 0:
            raise InvalidInputError("retries must be 0 or more.")


def connection_options(given: Mapping[str, t.Any], environment: Mapping[str, str] | None = None) -> ConnectionOptions:
    """The options of a front end that does not validate them itself; the environment is used for those not set.

    Raises InvalidInputError for a missing provider, an unknown name or a value of another type.
    """
    environment = os.environ if environment is None else environment
    values = read_options(CONNECTION_OPTIONS, given, environment=environment)
    if "provider" not in values:
        raise InvalidInputError("provider is missing: set it, or the environment variable DATASCAN_PROVIDER.")
    options = ConnectionOptions(**values)
    options.check()
    return options


def option_names() -> tuple[str, ...]:
    """The names of the connection options."""
    return tuple(field.name for field in fields(ConnectionOptions))


def own_option(values: Mapping[str, t.Any], wanted: str, vendor: str) -> t.Any:
    """The value of the option that a vendor uses, of several that belong to one vendor each.

    Raises InvalidInputError if it is not set, or if another vendor's is.
    """
    for name, value in values.items():
        if name != wanted and value is not None:
            raise InvalidInputError(f"{name} is set, but the vendor is {vendor}: set {wanted}, or another provider.")
    if values[wanted] is None:
        raise InvalidInputError(f"{wanted} is not set: it names what {vendor} scans.")
    return values[wanted]


def parse_time_zone(text: str | None) -> tzinfo:
    """The zone of times without one: an offset such as +05:30, or a name of the IANA database; UTC if not set."""
    text = (text or "UTC").strip()
    if offset := re.fullmatch(r"([+-])(\d\d):?(\d\d)", text, re.ASCII):
        hours, minutes = int(offset[2]), int(offset[3])
        if hours < 24 and minutes < 60:
            return timezone((-1 if offset[1] == "-" else 1) * timedelta(hours=hours, minutes=minutes))
    if text in ("UTC", "Z"):  # without the database, which may be missing
        return timezone.utc
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInputError(
            f"time_zone {text!r} is not known here: set it to a name such as Europe/Berlin, or to an offset as a "
            "text such as '+05:30'. Names need the system's time zone database, or the Python package tzdata."
        ) from None


def check_seconds(name: str, value: float, *, zero: bool = False, least: float = 0.0) -> None:
    """Reject durations that are not positive (or not zero, where `zero` allows that), too short or too long."""
    if not (value > 0 or (zero and value == 0)):  # rejects NaN as well
        raise InvalidInputError(f"{name} must be {'0 or more' if zero else 'more than 0'} seconds.")
    if value < least:
        raise InvalidInputError(f"{name} must be at least {least:g} seconds.")
    if value > LONGEST:
        raise InvalidInputError(f"{name} must be at most {LONGEST} seconds.")


# A string option with no_log is a credential, which is masked wherever it appears. A list option with no_log is data,
# often as short as "1" or "completed": masking it everywhere would hide ids and states. So data is hidden only in the
# option itself, and each provider removes it from the vendor's answers.


def credentials_in(table: OptionTable, values: Mapping[str, t.Any]) -> Iterator[str]:
    """The texts of options with no_log, at any depth, and the credentials in addresses."""
    for name, option, value in given_options(table, values):
        if option.get("no_log"):
            if isinstance(value, str) and value:
                yield value
        elif is_url(name):
            yield from url_credentials(str(value))
        elif "options" in option:
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, Mapping):
                    yield from credentials_in(option["options"], part)


def is_url(name: str) -> bool:
    """Whether an option, or a role's variable, is an address, in which a user may have put credentials."""
    return name.endswith("api_url")


def given_options(table: OptionTable, values: Mapping[str, t.Any]) -> Iterator[tuple[str, Mapping[str, t.Any], t.Any]]:
    """The name, table row and value of each option that is set, also under its aliases."""
    for name, option in table.items():
        for key in (name, *option.get("aliases", ())):
            if values.get(key) is not None:
                yield key, option, values[key]
