# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

"""The gates of a run: what every gate of every host came to, as facts of localhost, which all plays can read."""

import hashlib
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from ansible_collections.datascan.gate.plugins.module_utils._ansible.execution import printable
from ansible_collections.datascan.gate.plugins.module_utils._ansible.wrong_options import with_plain_types
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError, GateFailedError
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.evaluate import refuse_gate
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import ENFORCE
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.audit import refuse_audit
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from ansible_collections.datascan.gate.plugins.module_utils._core.rendering import render_error
from ansible_collections.datascan.gate.plugins.plugin_utils._gate_options import AUDIT

PRIVATE = "__datascan_"  # how the names begin that only the roles of this collection set
_FACT = f"{PRIVATE}gate_"
_UNFINISHED = "The gate did not finish."


@dataclass(frozen=True)
class GateEntry:
    """One gate of one host. `number` counts the gates of that host from 1, `name` is unique among them."""

    host: str
    number: int
    name: str
    passed: bool = False
    proceed: bool = False
    msg: str = _UNFINISHED
    reasons: Sequence[str] = (_UNFINISHED,)
    scan_ids: Sequence[str] = field(default_factory=tuple)

    @property
    def fact(self) -> str:
        """The name of the fact of localhost that holds this entry."""
        host = hashlib.sha256(self.host.encode()).hexdigest()[:16]  # a host's name may hold what a fact's may not
        return f"{_FACT}{host}_{self.number}"

    @property
    def role(self) -> str:
        """The role that is this gate."""
        return self.name.split()[0]

    def facts(self) -> dict[str, t.Any]:
        """The entry as a dictionary."""
        return {**asdict(self), "reasons": list(self.reasons), "scan_ids": list(self.scan_ids)}

    def concluded(self, result: Mapping[str, t.Any]) -> GateEntry:
        """The entry with the result of the gate."""
        return replace(
            self,
            passed=result.get("passed") is True,
            proceed=result.get("proceed") is True,
            msg=result.get("msg") or _UNFINISHED,
            reasons=result.get("reasons") or (),
            scan_ids=[scan["id"] for scan in result.get("scans") or ()],
        )


def refused_result(
    role: str,
    error: DatascanError,
    reports: Sequence[Mapping[str, str]] = (),
    *,
    check_mode: bool = False,
    secrets: Iterable[str] = (),
) -> dict[str, t.Any]:
    """The result of a gate that could not judge, after its reports were written.

    Its message may quote any text, so the secrets among the role's variables are masked, and it is made printable.
    """
    redactor = Redactor(secrets)
    error = error.with_message(redactor.redact_text(with_plain_types(error.message)))
    refuse = refuse_audit if role == AUDIT else refuse_gate
    pairs = [(report["format"], report["dest"]) for report in reports]
    return printable(render_error(refuse(error, pairs, ENFORCE, check_mode)), redactor)


def unfinished_result(role: str = "", reports: Sequence[Mapping[str, str]] = ()) -> dict[str, t.Any]:
    """The result of a gate that has not finished."""
    return refused_result(role, GateFailedError(_UNFINISHED), reports)


def read_entries(facts: Mapping[str, t.Any]) -> list[GateEntry]:
    """Every entry among the facts of localhost, those of a host in the order of its gates."""
    entries = [GateEntry(**value) for name, value in facts.items() if name.startswith(_FACT)]
    return sorted(entries, key=lambda entry: (entry.host, entry.number))


def next_entry(entries: Sequence[GateEntry], host: str, role: str) -> GateEntry:
    """The entry of a gate that begins."""
    earlier = [entry for entry in entries if entry.host == host]
    same = sum(entry.role == role for entry in earlier)
    return GateEntry(host, len(earlier) + 1, f"{role} {same + 1}" if same else role)


def last_entry(entries: Sequence[GateEntry], host: str) -> GateEntry | None:
    """The last gate of a host."""
    return next((entry for entry in reversed(entries) if entry.host == host), None)


def statistics(entries: Sequence[GateEntry]) -> dict[str, t.Any]:
    """`datascan_gate`: all gates of the run together, and each by its name."""
    by_name: dict[str, list[GateEntry]] = {}
    for entry in entries:
        by_name.setdefault(entry.name, []).append(entry)
    gates = {name: _combine(group) for name, group in by_name.items()}
    return {**_combine(entries), "gates": gates}


def _combine(entries: Sequence[GateEntry]) -> dict[str, t.Any]:
    closed = [entry for entry in entries if not entry.passed]
    hosts = {entry.host for entry in entries}
    return {
        "passed": not closed,
        "msg": (closed or entries)[-1].msg,
        "reasons": [
            f"{entry.host}: {reason}" if len(hosts) > 1 else reason for entry in entries for reason in entry.reasons
        ],
        "scan_ids": list(dict.fromkeys(scan_id for entry in entries for scan_id in entry.scan_ids)),
    }
