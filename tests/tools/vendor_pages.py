# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs from vendor to vendor in documentation, roles and specs, made from the option tables of the providers.

Each function returns the lines between two marks of a page, without the last line end.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.datascan.gate.plugins.module_utils._core.options import OptionTable
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import (
    RescansScans,
    StartsScans,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import (
    provider_classes,
    providers_supporting,
)
from yaml_text import to_yaml

Row = Mapping[str, t.Any]
Text = str | list[str]


def vendor_titles() -> str:
    """`A, B and C`."""
    *others, last = [vendor.title for vendor in _vendors()]
    return f"{', '.join(others)} and {last}"


# The connection


def provider_choices() -> str:
    """The choices of the option provider, as the documentation fragment has them."""
    return f"    choices: [{', '.join(sorted(provider_classes()))}]"


def api_url_sentence() -> str:
    """Where api_url may be left out, as an item of its description."""
    public = [f"{vendor.title}, whose host is V({vendor.api_url})" for vendor in _vendors() if vendor.api_url]
    return to_yaml([f"Required, but not for {_either(public)}." if public else "Required."], indent=6).rstrip("\n")


def refresh_token_sentence() -> str:
    """Which vendors have refresh tokens, as an item of its description."""
    titles = [vendor.title for vendor in _vendors() if vendor.takes_refresh_token]
    return to_yaml([f"Only for {_either(titles)}."], indent=6).rstrip("\n")


def time_zone_sentence() -> str:
    """Which vendors send times without a zone, as an item of the description of time_zone."""
    titles = [vendor.title for vendor in _vendors() if not vendor.times_have_zone]
    return to_yaml([f"Only for {_either(titles)}."], indent=6).rstrip("\n")


# The dictionaries of scan_start and run_scan


def target_documentation() -> str:
    """The options of scan_start that define what to scan."""
    options = {
        vendor.name: {
            "description": [_target_sentence("provider", vendor), *vendor.target_description],
            "type": "dict",
            "suboptions": _documented(vendor.target_options),
        }
        for vendor in providers_supporting(StartsScans)
    }
    return to_yaml(options, indent=2).rstrip("\n")


def target_argument_specs() -> str:
    """The same in the argument spec of the role run_scan."""
    options = {
        f"run_scan_{vendor.name}": {
            "description": [_target_sentence("datascan_provider", vendor), *vendor.target_description],
            "type": "dict",
            "options": {name: _role_option(row) for name, row in vendor.target_options.items()},
        }
        for vendor in providers_supporting(StartsScans)
    }
    return to_yaml(options, indent=6).rstrip("\n")


def target_task_options() -> str:
    """The options of scan_start in the tasks of run_scan. The module takes the one that its provider names."""
    lines = [
        f'        {vendor.name}: "{{{{ run_scan_{vendor.name} | default(omit, true) }}}}"'
        for vendor in providers_supporting(StartsScans)
    ]
    return "\n".join(lines)


def started_target() -> str:
    """The scan that run_scan started, for its later tasks: only one of the vendors' variables is set."""
    options = ", ".join(f"run_scan_{vendor.name} | default({{}}, true)" for vendor in providers_supporting(StartsScans))
    return f"""        __datascan_target: >-
          {{{{ [{options}]
          | select | first | default({{}}) }}}}"""


def target_table() -> str:
    """The same variables as a table in Markdown."""
    rows = [
        f"| `run_scan_{vendor.name}` | {vendor.title} | {_keys(vendor.target_options)} |"
        for vendor in providers_supporting(StartsScans)
    ]
    return "\n".join(["| Variable | Vendor | Keys |", "| --- | --- | --- |", *rows])


# What scan_rescan and the role rescan scan again


def rescan_documentation() -> str:
    """The options of scan_rescan that name the subject."""
    options = {
        name: {"description": _rescan_sentence("provider", vendors), "type": "str"} for name, vendors in _subjects()
    }
    return to_yaml(options, indent=2).rstrip("\n")


def rescan_argument_specs() -> str:
    """The same in the argument spec of the role rescan."""
    options = {
        f"rescan_{name}": {"description": _rescan_sentence("datascan_provider", vendors), "type": "str"}
        for name, vendors in _subjects()
    }
    return to_yaml(options, indent=6).rstrip("\n")


def rescan_task_options() -> str:
    """The options of scan_rescan in the tasks of the role."""
    lines = [f'        {name}: "{{{{ rescan_{name} | default(omit, true) }}}}"' for name, _vendors in _subjects()]
    return "\n".join(lines)


def rescan_table() -> str:
    """The same variables as a table in Markdown."""
    rows = [
        f"| `rescan_{name}` | {_titles(vendors)} | {vendors[0].rescan_description} |" for name, vendors in _subjects()
    ]
    return "\n".join(["| Variable | Vendor | Meaning |", "| --- | --- | --- |", *rows])


# Text from option tables


def is_secret(row: Row) -> bool:
    """Whether an option, or a part of it, is not to be shown."""
    return bool(row.get("no_log")) or any(is_secret(part) for part in row.get("options", {}).values())


def first_sentence(row: Row) -> str:
    """The first part of an option's description."""
    description = row["description"]
    return description if isinstance(description, str) else str(description[0])


def _vendors() -> Sequence[type[Provider]]:
    return list(provider_classes().values())


def _target_sentence(option: str, vendor: type[Provider]) -> str:
    return f"What {vendor.title} is to scan. Required if O({option}={vendor.name})."


def _rescan_sentence(option: str, vendors: Sequence[type[RescansScans]]) -> str:
    names = _either([f"O({option}={vendor.name})" for vendor in vendors])
    return f"{vendors[0].rescan_description} Required if {names}."


def _subjects() -> Iterator[tuple[str, list[type[RescansScans]]]]:
    """Each option that names what to scan again, with its vendors."""
    found: dict[str, list[type[RescansScans]]] = {}
    for vendor in providers_supporting(RescansScans):
        found.setdefault(vendor.rescan_option, []).append(vendor)
    return iter(sorted(found.items(), reverse=True))  # scan_id first


def _documented(table: OptionTable) -> dict[str, t.Any]:
    """Options in the form of DOCUMENTATION."""
    documented = {}
    for name, row in table.items():
        kept = {"description": _text(row), **{key: row[key] for key in _DOCUMENTED_KEYS if key in row}}
        if "options" in row:
            kept["suboptions"] = _documented(row["options"])
        documented[name] = kept
    return documented


_DOCUMENTED_KEYS = ("type", "elements", "required", "default", "choices")


def _role_option(row: Row) -> dict[str, t.Any]:
    """An option in the form of a role's argument spec. What has a secret in it is not checked part by part there,
    because the message of a failed check would show it."""
    kept = {"description": _text(row), **{key: row[key] for key in _DOCUMENTED_KEYS if key in row}}
    if is_secret(row):
        kept["no_log"] = True
    if "options" in row and is_secret(row):
        kept["description"] = f"{first_sentence(row)} M(datascan.gate.scan_start) describes their parts."
    elif "options" in row:
        kept["options"] = {name: _role_option(part) for name, part in row["options"].items()}
    return kept


def _text(row: Row) -> Text:
    description = row["description"]
    return description if isinstance(description, str) else list(description)


def _keys(table: OptionTable) -> str:
    """The keys of a dictionary, those of its parts in brackets."""
    shown = []
    for name, row in table.items():
        parts = f" (a list, each with {_keys(row['options'])})" if "options" in row else ""
        shown.append(f"`{name}`{parts}")
    return ", ".join(shown)


def _titles(vendors: Sequence[type[Provider]]) -> str:
    return ", ".join(vendor.title for vendor in vendors)


def _either(parts: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return " or ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)
