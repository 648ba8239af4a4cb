# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

"""The steps of a role that gates: what needs the variables, the hosts and the statistics of the play."""

import secrets
import typing as t
from collections.abc import Callable, Mapping

from ansible.plugins.action import ActionBase
from ansible.utils.vars import load_extra_vars
from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import end_loading
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    GateFailedError,
    InvalidInputError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.evaluate import GateResult
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.audit import AuditResult
from ansible_collections.datascan.gate.plugins.module_utils._core.rendering import render_result
from ansible_collections.datascan.gate.plugins.module_utils._core.text import one_line
from ansible_collections.datascan.gate.plugins.plugin_utils._gate_options import (
    AUDIT,
    absolute_reports,
    check_names,
    check_options,
    given_credentials,
    known_reports,
    needs_issue_count,
    read_options,
)
from ansible_collections.datascan.gate.plugins.plugin_utils._gate_registry import (
    PRIVATE,
    GateEntry,
    last_entry,
    next_entry,
    read_entries,
    refused_result,
    statistics,
    unfinished_result,
)
from ansible_collections.datascan.gate.plugins.plugin_utils._paths import writes_here
from ansible_collections.datascan.gate.plugins.plugin_utils._role_variables import name_in_text

end_loading()

_RESULTS = ("run_scan_result", "watch_scans_result", "rescan_result", "audit_cluster_result")
_STARTING = ("run_scan", "rescan")  # the roles whose result has `reused`
# The strategies under which a failed host stops the others.
_STOPPING_STRATEGIES = ("linear", "debug", "mitogen_linear")
_OPTIONS = ("policy", "mode", "wait_timeout", "wait_interval", "on_timeout", "fail_fast")
_AUDIT_OPTIONS = (
    "id",
    "lookup",
    "filter",
    "search_text",
    "required_tags",
    "forbidden_tags",
    "allow_size_mismatch",
    "mode",
)


class GateStepAction(ActionBase):
    """The steps of a gate that need Ansible's controller: its variables, its hosts, and its statistics."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """What Ansible calls."""
        self._variables = task_vars or {}
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        steps: dict[str, Callable[[str], dict[str, t.Any]]] = {
            "begin": self._begin,
            "conclude": self._conclude,
            "count": self._count,
            "publish": self._publish,
            "require": self._require,
            "prove": self._prove,
            "names": self._names,
        }
        try:
            step = steps[self._task.args["step"]]
            return {**result, "changed": False, **step(str(self._task.args.get("role", "")))}
        except DatascanError as error:
            return {**result, **refused_result(str(self._task.args.get("role", "")), error)}

    def _begin(self, role: str) -> dict[str, t.Any]:
        """Check everything that can be refused before a request is sent. Never fails: the last step does."""
        entry = next_entry(self._entries, self._host, role)
        result = unfinished_result(role)
        options: dict[str, t.Any] = {}
        try:
            self._check_circumstances()
            options = self._read_options(role)
        except Exception as error:  # noqa: BLE001  (a step that fails here could publish nothing)
            refusal = error if isinstance(error, DatascanError) else InvalidInputError(f"{role}: {error}")
            refusal = refusal.with_message(name_in_text(refusal.message, role))
            reports = (
                known_reports(role, self._variables, self._templar.template) if writes_here(self._connection) else []
            )
            known = given_credentials(role, self._variables, self._templar.template)
            result = refused_result(role, refusal, reports, check_mode=self._task.check_mode, secrets=known)
            entry = entry.concluded(result)
        return {
            "refused": not options,
            "options": options,
            "result": {key: result[key] for key in _result_keys(role) if key in result},
            "number": entry.number,
            "nonce": secrets.token_hex(8),
            **self._noted(entry),
            "ansible_stats": _stats([*self._entries, entry]),
        }

    def _read_options(self, role: str) -> dict[str, t.Any]:
        given = read_options(role, self._variables, self._templar.template)
        check_options(given, role)
        # Another host, or another user, may write where this process may not.
        reports = absolute_reports(given) if writes_here(self._connection) else given["reports"] or []
        if role == AUDIT:
            return {**{option: given[option] for option in _AUDIT_OPTIONS}, "reports": reports}
        options = {option: given[option] for option in _OPTIONS}
        policy = options["policy"] or {}
        return {**options, "policy": policy, "count_issues": needs_issue_count(policy), "reports": reports}

    def _conclude(self, role: str) -> dict[str, t.Any]:
        """What the gate came to, for the other hosts and the statistics."""
        self._check_host()
        entry = last_entry(self._entries, self._host)
        if entry is None or entry.number != self._facts(self._host).get(f"{PRIVATE}begun", {}).get("number"):
            raise GateFailedError("The gate did not begin: its first task was skipped.")
        judged = self._judged(writes_reports=True)
        return {"msg": entry.concluded(judged).msg, **self._noted(entry.concluded(judged))}

    def _count(self, role: str) -> dict[str, t.Any]:
        return {"ansible_stats": _stats(self._entries)}

    def _publish(self, role: str) -> dict[str, t.Any]:
        """The public result. Fails unless the gates of all hosts of the play let it proceed."""
        self._check_host()
        own = last_entry(self._entries, self._host)
        judged = self._judged()
        role = own.role if own else ""
        known = {**unfinished_result(role), **judged}
        result = {key: known.get(key) for key in _result_keys(role)}
        if role in _STARTING:
            result["reused"] = (self._facts(self._host).get(f"{PRIVATE}started") or {}).get("reused")
        begun = self._facts(self._host).get(f"{PRIVATE}begun") or {}
        if own is None or own.number != begun.get("number") or judged.get("proceed") is not True:
            return _closed(result, [])
        closed = [
            one_line(f"The gate of host {entry.host} did not pass: {entry.msg}")
            for entry in map(self._last_entry, self._variables.get("ansible_play_hosts_all", ()))
            if entry is not None and not entry.proceed
        ]
        return _closed(result, closed) if closed or not own.proceed else {**result, "failed": False}

    def _require(self, role: str) -> dict[str, t.Any]:
        """How many gates localhost has had, before one that has to run there."""
        if self._host != self._keeper:  # there the gate itself refuses the names, with a result and reports
            self._check_names()
        return {"number": len(self._entries_of(self._keeper))}

    def _prove(self, role: str) -> dict[str, t.Any]:
        """Fails unless a gate has run on localhost since the step `require`, and it let the pipeline proceed."""
        self._check_names()
        required = self._facts(self._host).get(f"{PRIVATE}required") or {}
        gates = self._entries_of(self._keeper)
        entry = gates[-1] if gates else None
        if entry and entry.number > required.get("number", len(gates)) and entry.role == role:
            if entry.proceed:
                return {"msg": entry.msg}
            raise GateFailedError(entry.msg)
        raise GateFailedError(
            "The gate did not run on localhost. If --limit is used, it must include localhost, for example "
            "--limit web,localhost. If localhost failed earlier in the run, correct that first."
        )

    def _names(self, owner: str) -> dict[str, t.Any]:
        """Refuse misspelt variables of a role or playbook that is not a gate."""
        try:
            check_names(owner, self._variables, self._task.args["known"])
        except InvalidInputError as error:
            return {"failed": True, "msg": error.message}
        return {}

    def _check_circumstances(self) -> None:
        self._check_names()
        strategy = str(getattr(self._play, "strategy", "linear")).rpartition(".")[2]
        if strategy not in _STOPPING_STRATEGIES and len(self._variables.get("ansible_play_hosts_all", ())) > 1:
            raise InvalidInputError(
                f"A gate cannot stop the other hosts of a play with strategy {strategy}. Use strategy linear, or run "
                "the gate in a play of its own on one host."
            )

    def _check_names(self) -> None:
        """Refuse private names that are not facts, and results that are extra variables: they would hide ours."""
        extra = load_extra_vars(self._loader)
        facts = self._facts(self._host)
        for name in self._variables:
            is_ours = name in facts or name == f"{PRIVATE}role"
            is_private = name.startswith(PRIVATE)
            if (is_private and not is_ours) or ((is_private or name in _RESULTS) and name in extra):
                raise InvalidInputError(f"The variable {name} is set by the roles of datascan.gate only. Remove it.")

    def _check_host(self) -> None:
        """A variable can replace inventory_hostname. What this host registered shows whether the name is its own."""
        registered = self._variables.get(f"{PRIVATE}begun") or {}
        stored = self._facts(self._host).get(f"{PRIVATE}begun") or {}
        if registered.get("nonce") != stored.get("nonce"):
            raise GateFailedError("The variable inventory_hostname does not name this host. Do not set it.")

    @property
    def _keeper(self) -> str:
        """The host that keeps the entries: what Ansible calls localhost, such as 127.0.0.1 of an inventory."""
        return str(self._facts("localhost").get("inventory_hostname", "localhost"))

    @property
    def _host(self) -> str:
        return str(self._variables["inventory_hostname"])

    @property
    def _play(self) -> t.Any:
        node: t.Any = self._task
        while node is not None and getattr(node, "_play", None) is None:
            node = getattr(node, "_parent", None)
        return getattr(node, "_play", None)

    @property
    def _entries(self) -> list[GateEntry]:
        return read_entries(self._facts("localhost"))

    def _entries_of(self, host: str) -> list[GateEntry]:
        return [entry for entry in self._entries if entry.host == host]

    def _last_entry(self, host: str) -> GateEntry | None:
        return last_entry(self._entries, host)

    def _judged(self, *, writes_reports: bool = False) -> Mapping[str, t.Any]:
        """The result of the module that decides, or that of a gate in which no module decided.

        That module writes the reports. If it did not run, they are written here: none of an earlier run is left.
        """
        facts = self._facts(self._host)
        begun: Mapping[str, t.Any] = facts.get(f"{PRIVATE}begun") or {}
        initial: Mapping[str, t.Any] = begun.get("result") or {}
        judged: Mapping[str, t.Any] = facts.get(f"{PRIVATE}judged") or {}
        if begun.get("refused") or ("proceed" in judged and judged != initial):
            return judged if "proceed" in judged else initial
        own = last_entry(self._entries, self._host)
        role = own.role if own else ""
        reports = (
            begun.get("options", {}).get("reports", []) if writes_reports and writes_here(self._connection) else []
        )
        if "proceed" in judged or not (judged.get("failed") or "error" in judged):
            return unfinished_result(role, reports) if not self._task.check_mode else initial
        # The role's `failed_when: false` clears `failed`.
        failure = InvalidInputError(str(judged.get("msg", "The decision was not made.")))
        known = given_credentials(role, self._variables, self._templar.template)
        return refused_result(role, failure, reports, check_mode=self._task.check_mode, secrets=known)

    def _noted(self, entry: GateEntry) -> dict[str, t.Any]:
        return {"keeper": self._keeper, "fact": entry.fact, "entry": entry.facts()}

    def _facts(self, host: str) -> Mapping[str, t.Any]:
        """The variables of a host as they are stored: no variable of a task, block or include can hide one."""
        facts = self._variables["hostvars"].raw_get(host)
        return facts if isinstance(facts, Mapping) else {}


def _result_keys(role: str) -> set[str]:
    """The keys of a gate's result, the same whatever failed, without Ansible's own."""
    return set(render_result(AuditResult() if role == AUDIT else GateResult())) - {"changed"}


def _stats(entries: list[GateEntry]) -> dict[str, t.Any]:
    latest = {(entry.host, entry.number): entry for entry in entries}
    return {"data": {"datascan_gate": statistics(list(latest.values()))}, "per_host": False, "aggregate": False}


def _closed(result: Mapping[str, t.Any], reasons: list[str]) -> dict[str, t.Any]:
    msg = reasons[0] if reasons else result["msg"]
    return {
        **result,
        "passed": False,
        "proceed": False,
        "msg": msg,
        "reasons": [*result["reasons"], *reasons],
        "failed": True,
    }
