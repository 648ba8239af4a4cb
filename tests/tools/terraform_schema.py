# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schema of the Terraform provider: types from the option tables, texts from the modules' documentation."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterable, Mapping

from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import LOOKUP_OPTIONS
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import MODES, POLICY_OPTIONS
from ansible_collections.datascan.gate.plugins.module_utils._core.models import QUERY_OPTIONS
from ansible_collections.datascan.gate.plugins.module_utils._core.option_reading import OptionTable
from ansible_collections.datascan.gate.plugins.module_utils._core.options import CONNECTION_OPTIONS, WAIT_OPTIONS
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import StartsScans
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import (
    NAMES,
    providers_supporting,
)
from terraform_texts import (
    DESCRIPTIONS,
    OWN_TEXTS,
    Documentation,
    connection_documentation,
    markdown,
    module_documentation,
    return_documentation,
)

PAGE = "extensions/terraform/src/terraform_provider_datascan/schema.json"
_TYPES = {"str": "string", "path": "string", "raw": "string", "bool": "bool", "int": "number", "float": "number"}
Attributes = dict[str, dict[str, t.Any]]
_IS_SCAN: t.Final = ("provider",)  # of a scan: Terraform reserves the name, and the configuration has the vendor


def text() -> str:
    """The page."""
    return json.dumps(schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def schema() -> dict[str, t.Any]:
    """All schemas, in the form that `schemas.py` of the provider reads."""
    resources = {"datascan_scan": _scan_resource(), "datascan_wait": _wait_resource()}
    data_sources = {
        "datascan_scan": _scan_data(),
        "datascan_scans": _scans_data(),
        "datascan_cluster_columns": _columns_data(),
        "datascan_gate": _gate_data(),
    }
    return {
        "provider": _block("provider", _provider()),
        "resources": {name: _block(f"resource {name}", found) for name, found in resources.items()},
        "data_sources": {name: _block(f"data {name}", found) for name, found in data_sources.items()},
    }


def _block(name: str, attributes: Attributes) -> dict[str, t.Any]:
    return {"description": DESCRIPTIONS[name], "attributes": attributes}


def _provider() -> Attributes:
    documented = connection_documentation()
    attributes = _optional(CONNECTION_OPTIONS, documented, has_defaults=False)
    vendor = attributes.pop("provider")
    return {
        "vendor": {**vendor, "choices": list(NAMES), "description": _with_choices(vendor["description"], NAMES)}
    } | attributes


# Resources


def _scan_resource() -> Attributes:
    documented = module_documentation("scan_start")
    waiting = {"wait": {"type": "bool", "default": True}, **WAIT_OPTIONS}
    own: OptionTable = {
        "if_active": {"type": "str", "default": "reuse", "choices": ["reuse", "fail", "start"]},
        "fresh_for": {"type": "int"},
        "newer_than": {"type": "raw"},
        "previous_scan_id": {"type": "str"},
        **waiting,
        "on_destroy": {"type": "str", "default": "cancel", "choices": ["cancel", "leave"]},
    }
    return {
        **{vendor.name: _target(vendor) for vendor in providers_supporting(StartsScans)},
        **_optional(own, documented),
        "triggers": {
            "type": ["map", "string"],
            "optional": True,
            "requires_replace": True,
            "description": OWN_TEXTS["triggers"],
        },
        **_computed(["reused", "wait_pending"], {"reused": {"type": "bool"}, "wait_pending": {"type": "bool"}}),
        **_scan_facts(),
    }


def _target(vendor: type[StartsScans]) -> dict[str, t.Any]:
    sentences = [
        f"What {vendor.title} is to scan. Exactly one such attribute is needed, that of the provider's `vendor`."
    ]
    return {
        "nesting": "single",
        "optional": True,
        "attributes": _options_of_target(vendor.target_options, is_secret=False),
        "description": markdown([*sentences, *vendor.target_description]),
    }


def _options_of_target(table: OptionTable, *, is_secret: bool) -> Attributes:
    """The options of a target. A secret is written only; so is everything inside it, as Terraform requires."""
    attributes = {}
    for name, option in table.items():
        is_hidden = is_secret or bool(option.get("no_log"))
        attribute = _attribute(option, option["description"])
        if "options" in option:
            attribute |= {"nesting": "list", "attributes": _options_of_target(option["options"], is_secret=is_hidden)}
            del attribute["type"]
        if is_hidden:
            attribute.pop("default", None)
            attribute |= {"write_only": True, "sensitive": True}
            attribute["description"] += "" if is_secret else " " + OWN_TEXTS["write_only"]
        attributes[name] = attribute
    return attributes


def _wait_resource() -> Attributes:
    documented = module_documentation("scan_wait")
    return {
        "scan_ids": {
            "type": ["list", "string"],
            "required": True,
            "requires_replace": True,
            "description": OWN_TEXTS["wait scan_ids"],
        },
        **_optional(WAIT_OPTIONS, documented),
        **_computed(["id"], {"id": {"type": "str"}}, where="wait "),
        "scans": _scan_list(OWN_TEXTS["wait scans"]),
    }


# Data sources


def _scan_data() -> Attributes:
    facts = _scan_facts()
    identity = {"type": "string", "required": True, "description": OWN_TEXTS["data id"]}
    return {**facts, "id": identity, **_count_issues("scan_status")}


def _scans_data() -> Attributes:
    documented = module_documentation("scan_status")
    query = documented["query"]["suboptions"]
    missing: OptionTable = {"missing": {"type": "str", "choices": ["fail", "ignore"], "default": "fail"}}
    returned = return_documentation("scan_status")
    return {
        **_optional(QUERY_OPTIONS, query, has_defaults=False),
        **_optional(missing, documented, has_defaults=False),
        **_count_issues("scan_status"),
        "scans": _scan_list(OWN_TEXTS["scans"]),
        "summary": _summary(returned),
        **_computed(["complete"], {"complete": {"type": "bool"}}, where="scans "),
    }


def _columns_data() -> Attributes:
    documented, returned = module_documentation("cluster_columns_info"), return_documentation("cluster_columns_info")
    query: OptionTable = {
        name: {"type": documented[name]["type"]}
        for name in ("filter", "search_text", "sort", "limit", "skip", "offset_key", "ignore_limit", "sample")
    }
    columns = {name: row for name, row in returned["columns"]["contains"].items() if name not in ("attributes", "tags")}
    return {
        "cluster_id": {**_optional({"cluster_id": {"type": "str"}}, documented)["cluster_id"], "computed": True},
        "cluster": {
            "nesting": "single",
            "optional": True,
            "attributes": _optional(LOOKUP_OPTIONS, documented["cluster"]["suboptions"]),
            "description": markdown(documented["cluster"]["description"]),
        },
        **_optional(query, documented, has_defaults=False),
        "columns": {
            "nesting": "list",
            "computed": True,
            "description": markdown(returned["columns"]["description"]),
            "attributes": {
                **_computed(columns, columns),
                **{name: _records(name, returned["columns"]["contains"][name]) for name in ("attributes", "tags")},
            },
        },
        **_computed(
            ["total_count", "complete", "untagged"], returned | {"untagged": {"type": "int"}}, where="columns "
        ),
    }


def _records(name: str, documented: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """A list of records whose fields are not documented one by one: those of the sample."""
    parts: Attributes = {}
    for field, value in documented["sample"][0].items():
        if isinstance(value, dict):
            parts[field] = {
                "nesting": "single",
                "computed": True,
                "attributes": {key: _plain(part) for key, part in value.items()},
            }
        else:
            parts[field] = _plain(value)
    return {
        "nesting": "list",
        "computed": True,
        "attributes": parts,
        "description": markdown(documented["description"]),
    }


def _plain(value: t.Any) -> dict[str, t.Any]:
    kind = "bool" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else "string"
    return {"type": kind, "computed": True}


def _gate_data() -> Attributes:
    documented, returned = module_documentation("scan_gate"), return_documentation("scan_gate")
    query = module_documentation("scan_status")["query"]["suboptions"]
    policy = documented["policy"]["suboptions"]
    accepted = POLICY_OPTIONS["accepted"]["options"]
    plain = {name: option for name, option in POLICY_OPTIONS.items() if name != "accepted"}
    mode: OptionTable = {"mode": {"type": "str", "choices": list(MODES)}}
    results = {name: returned[name] for name in ("passed", "proceed", "reasons")} | {"message": {"type": "str"}}
    return {
        "scan_ids": {"type": ["list", "string"], "optional": True, "description": OWN_TEXTS["gate scan_ids"]},
        "query": {
            "nesting": "single",
            "optional": True,
            "description": OWN_TEXTS["gate query"],
            "attributes": _optional(QUERY_OPTIONS, query, has_defaults=False, where="gate query "),
        },
        "policy": {
            "nesting": "single",
            "optional": True,
            "description": markdown(documented["policy"]["description"]),
            "attributes": {
                **_optional(plain, policy, has_defaults=False),
                "accepted": {
                    "nesting": "list",
                    "optional": True,
                    "description": markdown(policy["accepted"]["description"]),
                    "attributes": _optional(accepted, policy["accepted"]["suboptions"]),
                },
            },
        },
        **_optional(mode, documented, has_defaults=False, where="gate "),
        **_computed(results, results, where="gate "),
        "summary": _summary(returned),
    }


# Shared parts


def _scan_facts() -> Attributes:
    """Every field of a scan."""
    documented = {
        name: row
        for name, row in return_documentation("scan_status")["scans"]["contains"].items()
        if name not in _IS_SCAN
    }
    facts = _computed([name for name in documented if name != "issues"], documented)
    issues = documented["issues"]
    facts["issues"] = {
        "nesting": "list",
        "computed": True,
        "attributes": _computed(issues["contains"], issues["contains"]),
        "description": markdown(issues["description"]),
    }
    return facts


def _scan_list(description: str) -> dict[str, t.Any]:
    return {"nesting": "list", "computed": True, "attributes": _scan_facts(), "description": description}


def _summary(returned: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {"type": ["map", "number"], "computed": True, "description": markdown(returned["summary"]["description"])}


def _count_issues(module: str) -> Attributes:
    option: OptionTable = {"count_issues": {"type": "bool"}}
    return _optional(option, module_documentation(module), has_defaults=False)


def _optional(
    table: OptionTable, documented: Documentation, *, has_defaults: bool = True, where: str = ""
) -> Attributes:
    """Options as attributes. Without `has_defaults` their texts name the defaults, and nothing is computed."""
    attributes = {}
    for name, option in table.items():
        row = documented.get(name, {})
        attribute = _attribute(option, OWN_TEXTS.get(where + name) or row["description"])
        default = row.get("default", option.get("default")) if not has_defaults else None
        if not has_defaults:
            attribute.pop("default", None)
        if default not in (None, [], False):
            attribute["description"] += f" The default is `{json.dumps(default)}`."
        if option.get("no_log"):
            attribute["sensitive"] = True
        if name in CONNECTION_OPTIONS:
            attribute.pop("required", None)  # the environment may have it
            attribute["optional"] = True
        attributes[name] = attribute
    return attributes


def _attribute(option: Mapping[str, t.Any], description: str | Iterable[str]) -> dict[str, t.Any]:
    kind: t.Any = ["list", _TYPES[option["elements"]]] if option["type"] == "list" and "options" not in option else None
    attribute: dict[str, t.Any] = {
        "type": kind or _TYPES.get(option["type"]),
        "description": _with_choices(markdown(description), option.get("choices", ())),
        "required" if option.get("required") else "optional": True,
    }
    if "choices" in option:
        attribute["choices"] = list(option["choices"])
    if option.get("default") is not None:
        attribute["default"] = option["default"]
    return attribute


def _with_choices(description: str, choices: Iterable[str]) -> str:
    if missing := [choice for choice in choices if f"`{choice}`" not in description]:
        *others, last = [f"`{choice}`" for choice in choices]
        return f"{description} One of {', '.join(others)} and {last}." if missing else description
    return description


def _computed(names: Iterable[str], documented: Mapping[str, t.Any], *, where: str = "") -> Attributes:
    attributes = {}
    for name in names:
        row = documented[name]
        is_list = row["type"] == "list"
        text_of = OWN_TEXTS.get(where + name) or OWN_TEXTS.get(name) or row["description"]
        attributes[name] = {
            "type": ["list", "string"] if is_list else _TYPES[row["type"]],
            "computed": True,
            "description": markdown(text_of),
        }
    return attributes
