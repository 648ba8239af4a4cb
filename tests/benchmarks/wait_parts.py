# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scan_wait as its action plugin runs it, in a process of its own and without a play: prints the cost of each part.

Usage: wait_parts.py API_URL TOKEN UNTIL, with the ids of the scans as JSON on standard input.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import json
import resource
import sys
import time
from datetime import datetime, timezone

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator


def main() -> None:
    """Print a JSON object: seconds of processor time, the wait's figures, and the memory in MB."""
    api_url, token, until = sys.argv[1:]
    options = {"provider": "glasswall", "api_url": api_url, "api_token": token, "scan_ids": json.load(sys.stdin)}
    importlib.import_module("ansible.executor.task_queue_manager")  # what ansible-playbook has loaded by then
    gc.freeze()  # as _ansible/invocation.py does before anything else of the collection loads
    gc.set_threshold(50_000)
    times = [time.process_time()]
    from ansible_collections.datascan.gate.plugins.module_utils._core.compat import pydantic, requests  # noqa: F401

    times.append(time.process_time())
    from ansible_collections.datascan.gate.plugins.module_utils._ansible.execution import execute
    from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
    from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes
    from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
    from ansible_collections.datascan.gate.plugins.modules.scan_wait import MODULE

    provider_classes()
    times.append(time.process_time())
    validator = ArgumentSpecValidator(MODULE.argument_spec, **MODULE.constraints)
    params = validator.validate({**options, "until": until}).validated_parameters
    result = execute(MODULE, Invocation(params, False, False, Redactor([token]), warn=print))
    now = datetime.now(timezone.utc)
    times.append(time.process_time())
    if result.get("failed"):
        sys.exit(result["msg"])
    libraries, files, operation = (later - earlier for earlier, later in itertools.pairwise(times))
    ends = [scan["finished_at"] for scan in result["scans"] if scan["finished_at"]]
    print(
        json.dumps(
            {
                "libraries": libraries,
                "files": files,
                "operation": operation,
                "polls": result["polls"],
                "requests": result["requests"],
                "late": (now - datetime.fromisoformat(min(ends))).total_seconds(),
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
