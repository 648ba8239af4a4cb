# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

"""What the two filters that judge columns share: options as Ansible reads them, and errors as it shows them."""

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
    """The audit that these options ask for. Lists and dictionaries may come as the text that -e makes of them."""
    with errors_shown():
        rules = parse_rules(check_type_list(required_tags or []), check_type_dict(forbidden_tags or {}))
        return audit_columns(parse_columns(columns), rules, total_count)


@contextlib.contextmanager
def errors_shown() -> Iterator[None]:
    """Errors of ours, and of options that cannot be read, as one sentence."""
    try:
        yield
    except DatascanError as error:
        raise AnsibleFilterError(error.message) from None
    except TypeError as error:
        raise AnsibleFilterError(f"required_tags or forbidden_tags is not valid: {error}.") from None
