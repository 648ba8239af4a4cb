# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the sandbox's README that differs from vendor to vendor, made from the sandbox's own classes."""

from __future__ import annotations

import inspect
import json
import sys
import typing as t

from conftest import ROOT

sys.path.insert(0, str(ROOT / "roles/sandbox/files"))

# isort: split
from datascan_sandbox.settings import Settings
from datascan_sandbox.vendor import Vendor
from datascan_sandbox.vendors import vendor_classes


def sections() -> str:
    """A section for each vendor: the docstring of its class, its status words and its settings."""
    return "\n\n".join(_section(vendor) for vendor in vendor_classes())


def _section(vendor: type[Vendor]) -> str:
    parts = [f"### {vendor.__name__}", inspect.cleandoc(vendor.__doc__ or "")]
    if vendor.words:
        rows = [f"| `{word}` | {meaning} |" for word, meaning in vendor.words.items()]
        parts.append("\n".join(["| Word | The scan |", "| --- | --- |", *rows]))
    parts.append("\n".join(["| Setting | Default | Meaning |", "| --- | --- | --- |", *_settings(vendor)]))
    return "\n\n".join(parts)


def _settings(vendor: type[Vendor]) -> t.Iterator[str]:
    settings: type[Settings] = t.get_type_hints(vendor)["settings"]
    for name, field in settings.model_fields.items():
        if not field.description:
            raise SystemExit(f"{settings.__name__}.{name} has no docstring.")
        default = field.default if isinstance(field.default, str) else json.dumps(field.default)
        yield f"| `{vendor.name}.{name}` | `{default}` | {' '.join(field.description.split())} |"
