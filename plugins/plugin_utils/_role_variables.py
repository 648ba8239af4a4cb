# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

"""Messages in a role that gates name the role's variables: its user does not write the options of modules."""

import functools
import re
import typing as t
from collections.abc import Mapping
from pathlib import Path

import yaml

ROLES = Path(__file__).resolve().parents[2] / "roles"
_COLLECTION = "datascan.gate."
_GATES = ("run_scan", "watch_scans", "rescan", "audit_cluster")
# Options whose variable has another name than the role's prefix and the option.
_RENAMED: Mapping[str, Mapping[str, str]] = {
    "watch_scans": {"scan_ids": "watch_scans_ids"},
    "audit_cluster": {"cluster_id": "audit_cluster_id", "cluster": "audit_cluster_lookup"},
}
# What a role's user runs instead of a module.
_INSTEAD_OF_MODULES = {
    "scan_ids of scan_wait": "watch_scans_ids of the role watch_scans",
    "use scan_cancel": "use the playbook cancel_scan",
}
# What follows an option whose name is an ordinary word.
_AFTER_WORD = r"(?=\.[a-z]|\[\d|: | must | is missing| is set| is not set)"


def read_role_spec(role: str) -> dict[str, t.Any]:
    """The argument spec of a role."""
    text = (ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    spec: dict[str, t.Any] = yaml.load(text, Loader=loader)["argument_specs"][role]["options"]  # noqa: S506
    return spec


def gate_role(task_vars: Mapping[str, t.Any]) -> str | None:
    """The role that gates and that a task belongs to."""
    names = [task_vars.get("ansible_role_name"), *(task_vars.get("ansible_parent_role_names") or ())]
    return next((role for name in names for role in _GATES if name == f"{_COLLECTION}{role}"), None)


def name_variables(result: dict[str, t.Any], role: str | None) -> dict[str, t.Any]:
    """A result whose message and reasons name the variables of a role instead of the options of a module."""
    named = dict(result)
    if "msg" in result:
        named["msg"] = name_in_text(result["msg"], role)
    if "reasons" in result:
        named["reasons"] = [name_in_text(reason, role) for reason in result["reasons"]]
    return named


def name_in_text(text: str, role: str | None) -> str:
    """The same for a text; without a role, the text itself."""
    if role is None:
        return text
    pattern, variables = _variables_of(role)
    return pattern.sub(lambda match: variables[match[0]], text)


def option_name(role: str, variable: str) -> str:
    """A variable's name without the prefix of the role, or that of all roles."""
    return re.sub(f"^(?:{role}|datascan)_", "", variable)


def variables_by_option(role: str) -> dict[str, str]:
    """The variables of a role by the names of the modules' options, and by their own without a prefix."""
    return {**{option_name(role, name): name for name in read_role_spec(role)}, **_RENAMED.get(role, {})}


@functools.cache
def _variables_of(role: str) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """What matches the options in a text, and the variable for each."""
    variables = {**variables_by_option(role), **_INSTEAD_OF_MODULES}
    options = [
        re.escape(option) + (r"(?![\w=-])" if "_" in option else _AFTER_WORD)
        for option in sorted(variables, key=len, reverse=True)
    ]
    return re.compile(rf"(?<![\w./=-])(?:{'|'.join(options)})"), variables
