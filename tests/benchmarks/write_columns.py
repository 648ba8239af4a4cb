# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cluster_columns_info in a process of its own, whose memory is that of the operation alone.

Usage: write_columns.py API_URL TOKEN CLUSTER DEST
"""

from __future__ import annotations

import sys

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.datascan.gate.plugins.module_utils._ansible.execution import execute
from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from ansible_collections.datascan.gate.plugins.modules.cluster_columns_info import MODULE


def main() -> None:
    """Do what the action plugin does, without Ansible around it."""
    api_url, token, cluster, dest = sys.argv[1:]
    options = {"provider": "bigid", "api_url": api_url, "api_token": token, "cluster_id": cluster, "dest": dest}
    params = ArgumentSpecValidator(MODULE.argument_spec, **MODULE.constraints).validate(options).validated_parameters
    call = Invocation(params=params, check_mode=False, diff_mode=False, redactor=Redactor([token]), warn=print)
    result = execute(MODULE, call)
    if result.get("failed"):
        sys.exit(result["msg"])


if __name__ == "__main__":
    main()
