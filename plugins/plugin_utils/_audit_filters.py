# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

"""Shared by the two filters that judge columns: reading options, and raising errors in Ansible's form."""

import contextlib
import typing as t
from collections.abc import Iterator

from ansible.errors import AnsibleFilterError
from ansible.module_utils.common.validation import check_type_dict, check_type_list
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit import (
    AuditResult,
    audit_columns,
    parse_columns,
    parse_rules,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError


def judged(columns: t.Any, required_tags: t.Any, forbidden_tags: t.Any, total_count: int | None) -> AuditResult:
    """The audit with these options. With -e, lists and dictionaries arrive as text."""
    with errors_shown():
        rules = parse_rules(check_type_list(required_tags or []), check_type_dict(forbidden_tags or {}))
        return audit_columns(parse_columns(columns), rules, total_count)


@contextlib.contextmanager
def errors_shown() -> Iterator[None]:
    """Convert errors of the audit and of the options to an AnsibleFilterError."""
    try:
        yield
    except DatascanError as error:
        raise AnsibleFilterError(error.message) from None
    except TypeError as error:
        raise AnsibleFilterError(f"required_tags or forbidden_tags is not valid: {error}.") from None
