# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Between Ansible and the verbs: options, check mode, diff mode, failures. The only file here that knows AnsibleModule.

A door is what a module and its action plugin share: the same argument spec, the same verb, the same result.
"""

from __future__ import annotations

import dataclasses
import gc
import traceback
import typing as t
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.parameters import env_fallback

from .._core.clock import LONGEST, Clock
from .._core.compat import pydantic as _pydantic
from .._core.compat import requests as _requests
from .._core.compat.pydantic import BaseModel
from .._core.errors import DatascanError, InvalidInputError
from .._core.operations.context import Diff, OperationContext, WaitStats
from .._core.operations.polling import WaitOptions
from .._core.options import CONNECTION_OPTIONS, ConnectionOptions
from .._core.providers.registry import NAMES, connect
from .._core.redaction import Redactor
from .._core.text import one_line

if t.TYPE_CHECKING:
    from .._core.files import Change
    from .._core.models import Scan

CONNECTION_SPEC: dict[str, t.Any] = {
    "provider": {
        "type": "str",
        "required": True,
        "choices": list(NAMES),
        "fallback": (env_fallback, ["DATASCAN_PROVIDER"]),
    },
    "api_url": {"type": "str", "fallback": (env_fallback, ["DATASCAN_API_URL"])},
    "api_token": {"type": "str", "no_log": True, "fallback": (env_fallback, ["DATASCAN_API_TOKEN"])},
    "refresh_token": {"type": "str", "no_log": True, "fallback": (env_fallback, ["DATASCAN_REFRESH_TOKEN"])},
    "auth_scheme": {"type": "str", "default": "auto", "choices": CONNECTION_OPTIONS["auth_scheme"]["choices"]},
    "validate_certs": {"type": "bool", "default": True, "fallback": (env_fallback, ["DATASCAN_VALIDATE_CERTS"])},
    "ca_path": {"type": "path", "fallback": (env_fallback, ["DATASCAN_CA_PATH"])},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path"},
    "timeout": {"type": "float", "default": 30.0},
    "retries": {"type": "int", "default": 5},
}
PATIENCE_SPEC: dict[str, t.Any] = {
    "wait_timeout": {"type": "float", "default": 3600.0},
    "wait_interval": {"type": "float"},
}
WAIT_SPEC: dict[str, t.Any] = {"wait": {"type": "bool", "default": False}, **PATIENCE_SPEC}
_GC_THRESHOLD = 50_000  # new objects before the collector looks; every look goes through all that Ansible has loaded
HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"  # Ansible's own words
SCAN_IDS: dict[str, t.Any] = {"type": "list", "elements": "str", "aliases": ["scan_id"]}


@dataclass(frozen=True)
class ModuleSpec:
    """A module and its action plugin: the options, the rules between them, and the call of a verb."""

    name: str
    run: Callable[[Call], t.Any]
    options: Mapping[str, t.Any]
    constraints: Mapping[str, t.Any] = field(default_factory=dict)  # mutually_exclusive and the like
    connects: bool = True

    @property
    def argument_spec(self) -> dict[str, t.Any]:
        """All options, in the form that Ansible validates."""
        return {**(CONNECTION_SPEC if self.connects else {}), **self.options}

    def main(self) -> None:
        """The module's way through the door."""
        module = _Module(  # type: ignore[no-untyped-call]
            argument_spec=self.argument_spec, supports_check_mode=True, **self.constraints
        )
        credentials = set(credentials_in(self.argument_spec, module.params))
        call = Call(
            params=module.params,
            check_mode=module.check_mode,
            diff_mode=module._diff,
            secrets=Redactor(credentials),
            warn=module.warn,
        )
        result = perform(self, call)
        module.no_log_values = credentials | call.secrets.values
        if result.pop("failed", False):
            module.fail_json(**result)
        module.exit_json(**result)


class _Module(AnsibleModule):
    """Never shows an option that is to be hidden. Ansible's own masking gives up where a nested option is wrong."""

    def _log_invocation(self) -> None:
        """What the system's log gets. Inside of a dictionary, Ansible masks only what needs no escape there."""
        given, self.params = self.params, shown_options(self.argument_spec, self.params)
        super()._log_invocation()  # type: ignore[no-untyped-call]
        self.params = given

    def exit_json(self, **kwargs: t.Any) -> t.NoReturn:
        self.params = shown_options(self.argument_spec, self.params)
        super().exit_json(**kwargs)

    def fail_json(self, msg: str, **kwargs: t.Any) -> t.NoReturn:
        self.params = shown_options(self.argument_spec, self.params)
        super().fail_json(msg, **kwargs)


@dataclass(frozen=True)
class Call:
    """One use of a door: its validated options and its circumstances."""

    params: Mapping[str, t.Any]
    check_mode: bool
    diff_mode: bool
    secrets: Redactor
    warn: Callable[[str], None]
    report_progress: Callable[[str], None] = lambda line: None
    clock: Clock = field(default_factory=Clock)

    def __getitem__(self, option: str) -> t.Any:
        return self.params[option]

    def job(self) -> OperationContext:
        """The vendor that the connection options name, ready to be asked."""
        settings = ConnectionOptions(
            **{item.name: self.params[item.name] for item in dataclasses.fields(ConnectionOptions)}
        )
        check_seconds("timeout", settings.timeout)
        if settings.retries < 0:
            raise InvalidInputError("retries must be 0 or more.")
        provider = connect(settings, self.clock, self._clean(self.warn), self.secrets)
        return OperationContext(
            provider, self.clock, self.check_mode, self._clean(self.report_progress), self._clean(self.warn)
        )

    def patience(self, **more: t.Any) -> WaitOptions:
        """How long to wait, and how often to look."""
        timeout, interval = self.params["wait_timeout"], self.params["wait_interval"]
        check_seconds("wait_timeout", timeout, least="0 or more")
        if interval is not None:
            check_seconds("wait_interval", interval)
        return WaitOptions(timeout=timeout, interval=interval, **more)

    def wait(self) -> WaitOptions | None:
        """The same, or None where `wait` is false."""
        return self.patience() if self.params["wait"] else None

    def _clean(self, say: Callable[[str], None]) -> Callable[[str], None]:
        return lambda line: say(one_line(self.secrets.redact_text(line)))


def check_seconds(name: str, value: float, least: str = "more than 0") -> None:
    """Refuse a length of time that is none, or that no clock can count to."""
    if not (value > 0 or (value == 0 and least == "0 or more")):  # so that what is not a number is refused too
        raise InvalidInputError(f"{name} must be {least} seconds.")
    if value > LONGEST:
        raise InvalidInputError(f"{name} must be at most {LONGEST} seconds.")


# An option with no_log whose value is a text is a credential, and masked wherever it shows. One that is a list holds
# data, often as short as "1" or "completed": masked everywhere, those would blot out the ids and states of a result.
# So data is hidden where it stands, and it is for the vendor's file to let none of it come back.


def credentials_in(options: Mapping[str, t.Any], params: Mapping[str, t.Any]) -> Iterator[str]:
    """The texts in options with no_log."""
    for _name, option, value in _given(options, params):
        if option.get("no_log"):
            if isinstance(value, str) and value:
                yield value
        elif "options" in option:
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, Mapping):
                    yield from credentials_in(option["options"], part)


def shown_options(options: Mapping[str, t.Any], params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options as they may be shown: without secrets in their place, and masked where else they stand."""
    shown: dict[str, t.Any] = Redactor(credentials_in(options, params)).redact(hidden(options, params))
    return shown


def hidden(options: Mapping[str, t.Any], params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options as they may be shown. What is no option, or not of its type, may be a secret in the wrong place."""
    shown: dict[str, t.Any] = {name: None if value is None else HIDDEN for name, value in params.items()}
    for name, option, value in _given(options, params):
        if option.get("no_log"):
            continue
        if "options" not in option:
            shown[name] = value
            continue
        parts = [
            hidden(option["options"], part) if isinstance(part, Mapping) else HIDDEN
            for part in (value if isinstance(value, list) else [value])
        ]
        shown[name] = parts if isinstance(value, list) else parts[0]
    return shown


def _given(options: Mapping[str, t.Any], params: Mapping[str, t.Any]) -> Iterator[tuple[str, t.Any, t.Any]]:
    """The name, specification and value of each option that is set, also under its other names."""
    for name, option in options.items():
        for key in (name, *option.get("aliases", ())):
            if params.get(key) is not None:
                yield key, option, params[key]


def perform(door: ModuleSpec, call: Call) -> dict[str, t.Any]:
    """Go through a door, and return what Ansible shows: the result, or with `failed` everything that is known."""
    result: dict[str, t.Any]
    gc.set_threshold(
        _GC_THRESHOLD
    )  # the process is this task's own; with Python's 700, a third of the time would go here
    try:
        _need_libraries(door)
        result = _shown(door.run(call), call.diff_mode)
    except DatascanError as error:
        result = {"changed": False, **_plain(error.known), "failed": True, "msg": error.message, "error": error.facts()}
    except Exception as exc:  # noqa: BLE001  (no traceback may reach a user)
        place = traceback.extract_tb(exc.__traceback__)[-1]
        result = {
            "changed": False,
            "failed": True,
            "msg": f"{door.name} met an error of its own, {type(exc).__name__} at {place.filename.rpartition('/')[2]}:"
            f"{place.lineno}: {exc}. Please report it.",
            "error": DatascanError("").facts(),
        }
    cleaned: dict[str, t.Any] = call.secrets.redact(result)
    if "msg" in cleaned:
        cleaned["msg"] = one_line(cleaned["msg"])
    return cleaned


def _need_libraries(door: ModuleSpec) -> None:
    for library, missing in (("pydantic", _pydantic.MISSING), ("requests", _requests.MISSING)):
        if missing and (door.connects or library != "requests"):
            raise InvalidInputError(missing_required_lib(library))
    if _requests.TOO_OLD and door.connects:
        raise InvalidInputError(_requests.TOO_OLD)


def _shown(outcome: t.Any, diff_mode: bool) -> dict[str, t.Any]:
    """A verb's result as a dictionary. How a wait went joins the other keys; a diff is shown only in diff mode."""
    result: dict[str, t.Any] = {}
    for item in dataclasses.fields(outcome):
        value = getattr(outcome, item.name)
        if isinstance(value, Diff):
            if diff_mode and (value.before or value.after):
                result["diff"] = {"before": _by_id(value.before), "after": _by_id(value.after)}
        elif item.name == "changes":
            if diff_mode:
                result["diff"] = [_file_diff(change) for change in value]
        elif isinstance(value, WaitStats):
            result.update(dataclasses.asdict(value))
        elif item.name != "waited":
            result[item.name] = _plain(value)
    return result


def _by_id(scans: list[Scan]) -> dict[str, t.Any]:
    return {scan.id: _plain(scan) for scan in scans}


def _file_diff(change: Change) -> dict[str, str]:
    return {"before": change.before, "after": change.after}


def _plain(value: t.Any) -> t.Any:
    """Models as dictionaries, so that the result is nothing but JSON."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
