# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specs in Ansible's form, made from the tables that every front end shares."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.module_utils.common.parameters import env_fallback
from ansible.module_utils.errors import AnsibleFallbackNotFound

from .._core import options
from .._core.option_reading import OptionTable
from .._core.providers.registry import NAMES

ArgumentSpec = dict[str, t.Any]
# What Ansible's validation raises, and does not report, for some values of another kind, such as a list in place of a
# dictionary, or a number that is too large.
VALIDATION_ERRORS = (AttributeError, OverflowError, TypeError, ValueError)
_NOT_FOR_ANSIBLE = ("description", "env", "sample")


def argument_spec(table: OptionTable) -> ArgumentSpec:
    """A table as an argument spec: an environment variable becomes a fallback; documentation is left out."""
    return {name: _argument(option) for name, option in table.items()}


def _argument(option: Mapping[str, t.Any]) -> dict[str, t.Any]:
    argument = {key: value for key, value in option.items() if key not in _NOT_FOR_ANSIBLE}
    if "env" in option:
        argument["fallback"] = (_set_in_environment, [option["env"]])
    if "options" in option:
        argument["options"] = argument_spec(option["options"])
    return argument


def _set_in_environment(name: str) -> str:
    """The environment variable. An empty one is the same as one that is not set."""
    value: str = env_fallback(name)
    if value == "":
        raise AnsibleFallbackNotFound
    return value


CONNECTION_SPEC = argument_spec(options.CONNECTION_OPTIONS)
CONNECTION_SPEC["provider"]["choices"] = list(NAMES)
WAIT_OPTIONS_SPEC = argument_spec(options.WAIT_OPTIONS)
WAIT_SPEC: ArgumentSpec = {"wait": {"type": "bool", "default": False}, **WAIT_OPTIONS_SPEC}
COUNT_ISSUES_SPEC: ArgumentSpec = {"count_issues": {"type": "bool", "default": False}}
TARGET_ARGUMENT: dict[str, t.Any] = {"type": "dict", "no_log": True}  # of the start of the scans
SCAN_IDS_ARGUMENT: dict[str, t.Any] = {"type": "list", "elements": "str", "aliases": ["scan_id"]}
