# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's modules, and the argument spec of each."""

from __future__ import annotations

import importlib
from pathlib import Path

from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = "ansible_collections.datascan.gate.plugins"
MODULES = {
    path.stem: importlib.import_module(f"{PLUGINS}.modules.{path.stem}")
    for path in sorted((ROOT / "plugins" / "modules").glob("*.py"))
    if path.stem != "gate_step"  # has only documentation: it runs on the controller
}
NAMES = sorted(MODULES)
SPECS: dict[str, ModuleSpec] = {name: module.MODULE for name, module in MODULES.items()}
