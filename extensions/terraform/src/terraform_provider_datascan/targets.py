# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a configuration names to be scanned, in the form that the core takes."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ._core.clock import Clock
from ._core.models import PREDICTED_ID, Scan, ScanState
from ._core.option_reading import OptionTable, read_options
from ._core.options import credentials_in
from ._core.providers.capabilities import StartsScans
from ._core.providers.registry import providers_supporting
from ._core.redaction import Redactor
from .protocol.diagnostics import ProviderError
from .protocol.values import UNKNOWN, Values, is_known

VENDORS: t.Final = {vendor.name: vendor for vendor in providers_supporting(StartsScans)}


class TargetConfig:
    """The one target of a configuration. `vendor` is None where it is not known yet which one there is."""

    def __init__(self, config: Values) -> None:
        """Raises ProviderError where there is no target, or more than one."""
        known = [name for name in VENDORS if config[name] is not None and config[name] is not UNKNOWN]
        is_open = any(config[name] is UNKNOWN for name in VENDORS)
        if len(known) > 1:
            message = f"Exactly one of {_listed(VENDORS)} is needed, and there are {_listed(known, 'and')}."
            raise ProviderError("There are several targets", message, (known[1],))
        if not known and not is_open:
            raise ProviderError(
                "There is no target", f"Exactly one of {_listed(VENDORS)} is needed: it names what to scan."
            )
        self.vendor = VENDORS[known[0]] if known and not is_open else None
        self._given: t.Any = config[self.vendor.name] if self.vendor else UNKNOWN

    @property
    def is_known(self) -> bool:
        """Whether all its parts are known."""
        return self.vendor is not None and is_known(self._given)

    def complete(self) -> dict[str, t.Any]:
        """The target with all its options, as the core takes it. Raises InvalidInputError."""
        vendor = self._starts()
        return _complete(vendor.target_options, self._given, f"{vendor.name}.")

    def remember_secrets(self, redactor: Redactor) -> None:
        """Let its credentials be masked."""
        if self.is_known:
            for secret in credentials_in(self._starts().target_options, self._given):
                redactor.add(secret)

    def has_write_only(self) -> bool:
        """Whether a value is given that must not be stored."""
        return self.vendor is not None and _has_secret(self.vendor.target_options, self._given)

    def offline(self, clock: Clock) -> StartsScans:
        """The vendor without a connection, to check and to predict while the provider's options are not known."""
        return self._starts()(t.cast("t.Any", None), clock, lambda line: None)

    def is_scanned_by(self, state: Values, planned: Values, clock: Clock) -> bool:
        """Whether the scan in a state has this target, which is known.

        Where the vendor names neither source nor target, the configured targets are compared. After an import the
        state has none, which counts as the same.
        """
        vendor, target = self.offline(clock), self.complete()
        predicted = vendor.predict_scan(target)
        if predicted.source is None and predicted.target is None:
            return state[vendor.name] is None or state[vendor.name] == planned[vendor.name]
        if state["source"] is None and state["target"] is None:
            return True
        return vendor.is_same_target(scan_of(state, vendor.name), target)

    def _starts(self) -> type[StartsScans]:
        if self.vendor is None:
            raise ValueError("The target is not known yet.")
        return self.vendor


def scan_of(state: Values, vendor: str) -> Scan:
    """The scan of a state, as far as its place is concerned."""
    place = {name: state[name] for name in ("name", "source", "target")}
    return Scan(id=state["id"] or PREDICTED_ID, provider=vendor, state=ScanState.UNKNOWN, **place)


def holds_samples(vendor: type[StartsScans]) -> bool:
    """Whether a target may have data that a vendor could quote, and that has no form by which it is recognized."""
    return _has_data(vendor.target_options)


def _has_data(table: OptionTable) -> bool:
    return any(
        (option.get("no_log") and option["type"] != "str") or _has_data(option.get("options", {}))
        for option in table.values()
    )


def _complete(table: OptionTable, given: Mapping[str, t.Any], where: str) -> dict[str, t.Any]:
    """All options of a table. An empty text is the same as not set, unless the option is required."""
    values = read_options(table, {name: value for name, value in given.items() if value is not None}, where=where)
    complete = {}
    for name, option in table.items():
        missing = "" if given.get(name) == "" and option.get("required") else None
        value = values.get(name, missing)
        if "options" in option and value is not None:
            parts = enumerate(given[name])
            value = [_complete(option["options"], part, f"{where}{name}[{number}].") for number, part in parts]
        complete[name] = value
    return complete


def _has_secret(table: OptionTable, given: t.Any) -> bool:
    if isinstance(given, list):
        return any(_has_secret(table, part) for part in given)
    if not isinstance(given, Mapping):
        return False
    return any(
        given.get(name) is not None and (option.get("no_log") or _has_secret(option.get("options", {}), given[name]))
        for name, option in table.items()
    )


def _listed(names: t.Iterable[str], last: str = "or") -> str:
    *others, end = names
    return f"{', '.join(others)} {last} {end}" if others else end
