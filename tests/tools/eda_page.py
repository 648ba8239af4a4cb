# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of the event source as a table for its page: ansible-doc does not read event sources."""

from __future__ import annotations

import re
import runpy
import typing as t

import yaml
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import NAMES
from conftest import ROOT

SOURCE = "extensions/eda/plugins/event_source/scans.py"
_MARKUP = re.compile(r"\b(?:O|V|C|E|RV|M)\(([^)]*)\)")


def argument_table() -> str:
    """A row for each argument, with its default and its description."""
    options: dict[str, t.Any] = yaml.safe_load(runpy.run_path(str(ROOT / SOURCE))["DOCUMENTATION"])["options"]
    options["provider"]["choices"] = list(NAMES)  # which the same run may be about to write into the documentation
    rows = ["| Argument | Default | Meaning |", "| --- | --- | --- |"]
    for name, option in options.items():
        rows.append(f"| `{name}` | {_default(option)} | {_text(option)} |")
        rows += [f"| `{name}.{part}` | {_default(row)} | {_text(row)} |" for part, row in _parts(option)]
    return "\n".join(rows)


def provider_choices(indent: int) -> str:
    """The choices of the vendor, in the source's documentation and in the credential type."""
    return f"{' ' * indent}choices: [{', '.join(NAMES)}]"


def _parts(option: dict[str, t.Any]) -> list[tuple[str, dict[str, t.Any]]]:
    return list(option.get("suboptions", {}).items())


def _default(option: dict[str, t.Any]) -> str:
    value = option.get("default")
    return "" if value in (None, []) else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _text(option: dict[str, t.Any]) -> str:
    description = option["description"]
    text = description if isinstance(description, str) else " ".join(description)
    choices = option.get("choices", ())
    ending = f" One of {', '.join(f'`{choice}`' for choice in choices)}." if choices else ""
    return _MARKUP.sub(r"`\1`", text).replace("|", "\\|") + ending
