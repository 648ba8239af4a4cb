#!/usr/bin/python
# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gate_step
version_added: 0.1.0
author: datascan.gate maintainers (@datascan-gate)
short_description: A step of a role that gates
description:
  - The roles of this collection are made of these steps. Playbooks use the roles, or M(datascan.gate.scan_gate).
  - It runs on the controller, because it reads the variables and hosts of the play. It sends no request.
options:
  step:
    description:
      - V(begin) checks the variables of the role before anything is sent. V(conclude) notes the result for other hosts,
        and V(count) sets the statistics. V(publish) returns the result, and fails unless the pipeline may continue.
      - V(require) notes that a gate has to run on localhost, and V(prove) fails unless it did.
      - V(names) fails for a misspelt variable of a role or playbook that is not a gate.
    type: str
    required: true
    choices: [begin, conclude, count, publish, require, prove, names]
  role:
    description: The role, or for V(names) the playbook. Required for V(begin), V(prove) and V(names).
    type: str
  known:
    description: The variables whose names begin with that of the role or playbook. Required for V(names).
    type: list
    elements: str
attributes:
  check_mode:
    description: Whether a task in check mode predicts its result and changes nothing.
    support: full
  diff_mode:
    description: Whether a task in diff mode shows what changes.
    support: none
  platform:
    description: Where it runs.
    support: full
    platforms: posix
"""

EXAMPLES = r"""
- name: Stop the play unless the gate passes
  datascan.gate.gate_step:
    step: publish
  register: run_scan_result
"""

RETURN = r"""
msg:
  description: What happened.
  returned: conclude, publish, prove
  type: str
  sample: "Gate passed: 1 of 1 scan."
"""
