# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX needs for each vendor, as data: credential types, job templates with surveys, a workflow.

Made from the registry, the connection options and the roles' argument specs; `playbooks/awx_setup.yml` reads it.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping

import yaml
from ansible_collections.datascan.gate.plugins.module_utils._ansible.specs import CONNECTION_SPEC
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import (
    ListsScans,
    RescansScans,
    StartsScans,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import (
    provider_classes,
)
from conftest import ROOT
from vendor_pages import first_sentence, is_secret
from yaml_text import to_yaml

FOLDER = "playbooks/files/awx"
HEADING = """\
# The objects of {title} in AWX. awx_setup.yml creates them; docs/awx.md describes how to create them by hand.
# `make generate` writes this file.
---
"""
Data = dict[str, t.Any]
Vendor = type[Provider]


def pages() -> dict[str, str]:
    """The text of each vendor's file, by its name."""
    return {f"{FOLDER}/{name}.yml": _page(vendor) for name, vendor in provider_classes().items()}


def _page(vendor: Vendor) -> str:
    templates = list(_job_templates(vendor))
    playbooks = [template["playbook"] for template in templates]
    # A scan or a rescan opens the gate. A read-only template does so only where the vendor's API has neither.
    first = next(name for name in ("run_scan.yml", "rescan.yml", "watch_scans.yml") if name in playbooks)
    data = {
        "credential_types": [_connection_type(vendor), *_target_types(vendor)],
        "job_templates": templates,
        "workflow": {
            "name": f"datascan.gate {vendor.title} gate",
            "description": "Scan, and deploy only if that passes.",
            "first": templates[playbooks.index(first)]["name"],
        },
    }
    return HEADING.format(title=vendor.title) + to_yaml(data, width=120)


def _connection_type(vendor: Vendor) -> Data:
    exchanges = vendor.takes_refresh_token
    unused = {*(() if exchanges else ("refresh_token",)), *(("time_zone",) if vendor.times_have_zone else ())}
    fields = [
        _field("api_url", "API address", "With its version path.", default=vendor.api_url),
        _field("api_token", "API token", secret=True),
        _field("refresh_token", "Refresh token", "Is exchanged for API tokens.", secret=True),
        _field("ca_path", "Certificate authorities", "In PEM form; empty for those of the system.", multiline=True),
        _field("time_zone", "Time zone", "Such as Europe/Berlin or +05:30; empty for UTC."),
        # Not the other way round, because AWX treats an unset switch as off.
        {
            "id": "skip_certificate_check",
            "label": "Take any certificate",
            "type": "boolean",
            "help_text": "Only for trying things.",
        },
    ]
    required = [*([] if vendor.api_url else ["api_url"]), *([] if exchanges else ["api_token"])]
    template = {
        "provider": vendor.name,
        "ca_path": '{{ tower.filename if ca_path else "" }}',
        "validate_certs": '{{ "false" if skip_certificate_check else "true" }}',
    }
    env = {
        name: template.get(option, f"{{{{ {option} }}}}")
        for option, name in _environment().items()
        if option not in unused
    }
    return {
        "name": f"datascan.gate {vendor.title}",
        "description": f"How to reach {vendor.title}, for the collection datascan.gate.",
        "kind": "cloud",
        "inputs": {
            "fields": [field for field in fields if field["id"] not in unused],
            **({"required": required} if required else {}),
        },
        "injectors": {"file": {"template": "{{ ca_path }}"}, "env": env},
    }


def _target_types(vendor: Vendor) -> Iterator[Data]:
    """A credential type for the secrets in what is scanned, if there are any."""
    if not issubclass(vendor, StartsScans):
        return
    secrets = {name: option for name, option in vendor.target_options.items() if _is_credential(option)}
    if secrets:
        yield {
            "name": f"datascan.gate {vendor.title} target",
            "description": f"The secrets of what {vendor.title} scans, for the collection datascan.gate.",
            "kind": "cloud",
            "inputs": {
                "fields": [_field(name, _label(name), _plain(secrets[name]), secret=True) for name in secrets],
                "required": list(secrets),
            },
            "injectors": {"env": {_target_variable(name): f"{{{{ {name} }}}}" for name in secrets}},
        }


def _job_templates(vendor: Vendor) -> Iterator[Data]:
    if issubclass(vendor, StartsScans):
        target = {f"run_scan_{vendor.name}": _target(vendor)}
        previous = {} if vendor.supports("list") else {"run_scan_previous_scan_id": _unquoted("run_scan_typed_id")}
        yield _job_template(vendor, "run_scan", _target_questions(vendor), {**target, **previous})
    ids = _question(
        "watch_scans_typed_ids", "Scan ids", "With commas or blanks between. An id of digits only needs double quotes."
    )
    split = {"watch_scans_ids": _split("watch_scans_typed_ids")}
    if issubclass(vendor, ListsScans):
        since = _question(
            "watch_scans_started_after", "All since", "When they started, in ISO 8601; UTC without a zone."
        )
        optional = {"required": False, "default": ""}
        latest, query = _latest(vendor)
        questions = [question | optional for question in (ids, *latest, since)]
        yield _job_template(vendor, "watch_scans", questions, {**split, "watch_scans_query": query})
    else:
        yield _job_template(vendor, "watch_scans", [ids], split)
    if issubclass(vendor, RescansScans):
        typed = _question("rescan_typed_id", _label(vendor.rescan_option), vendor.rescan_description)
        yield _job_template(vendor, "rescan", [typed], {f"rescan_{vendor.rescan_option}": _unquoted("rescan_typed_id")})


# ansible-core 2.19 and newer read an answer like 007 as a number, which a text option refuses. In quotes it stays text.
_QUOTES = "A name like 007 needs double quotes."

# The texts of a survey about the fields that find a scan.
_FOUND_BY = {
    "name": f"The name of a scan profile or a scan, as it is written there. {_QUOTES}",
    "source": f"The source, as results show it. {_QUOTES}",
}


def _latest(vendor: type[ListsScans]) -> tuple[list[Data], str]:
    """The question for the latest scan, where the vendor's list has something to find it by, and the whole query."""
    since = '{"started_after": watch_scans_started_after} if watch_scans_started_after | default("") else {}'
    field = next((field for field in _FOUND_BY if field in vendor.finds_by), None)
    if field is None:
        return [], f"{{{{ {since} }}}}"
    variable = f"watch_scans_typed_{field}"
    typed = _unquoted_expression(variable)
    latest = f'{{"{field}": {typed}, "limit": 1}} if {variable} | default("") not in ["", none] else {{}}'
    return [_question(variable, "Latest scan of", _FOUND_BY[field])], f"{{{{ ({latest}) | combine({since}) }}}}"


def _job_template(vendor: Vendor, role: str, questions: list[Data], extra_vars: Data) -> Data:
    """A template whose survey also asks how long to wait. Whoever launches it cannot change policy and mode."""
    main = _described(role)
    timeout, on_timeout = (main["options"][f"{role}_{option}"] for option in ("wait_timeout", "on_timeout"))
    patience = [
        _question(f"{role}_wait_timeout", "Wait at most", "In seconds.")
        | {"type": "integer", "default": int(timeout["default"]), "min": 0},
        _question(f"{role}_on_timeout", "When the time is up", "Return leaves it to the policy.")
        | {
            "type": "multiplechoice",
            "choices": [word for word in on_timeout["choices"] if word != "cancel" or vendor.supports("cancel")],
            "default": on_timeout["default"],
        },
    ]
    # AWX starts no job without each credential of its template, so only what needs the target's has it.
    credential_types = [_connection_type(vendor), *(_target_types(vendor) if role == "run_scan" else ())]
    return {
        "name": f"datascan.gate {role} {vendor.title}",
        "description": f"{main['short_description']}.",
        "playbook": f"{role}.yml",
        "credentials": [kind["name"] for kind in credential_types],
        "extra_vars": extra_vars,
        "survey": {"name": "", "description": "", "spec": [*questions, *patience]},
    }


def _target_questions(vendor: type[StartsScans]) -> list[Data]:
    """What is to be scanned. Data that may hold samples is a password question, whose answer AWX encrypts."""
    questions = []
    for name, option in vendor.target_options.items():
        if _is_credential(option):
            continue
        question = _question(f"run_scan_{name}", _label(name), _plain(option))
        if option["type"] == "str":
            question["question_description"] += f" {_QUOTES}"
        if option["type"] == "bool":
            no_or_yes = ["false", "true"]
            question |= {"type": "multiplechoice", "choices": no_or_yes, "default": no_or_yes[option["default"]]}
        elif option["type"] != "str":
            question["question_description"] += " As JSON, on one line."
            question["type"] = "password" if is_secret(option) else "text"
        elif not option.get("required"):
            question |= {"default": option["default"]} if "default" in option else {"required": False, "default": ""}
        questions.append(question)
    fresh = _question("run_scan_fresh_for", "Take a scan that completed", "At most so many seconds ago; 0 takes none.")
    questions.append(fresh | {"type": "integer", "default": 0, "min": 0})
    if not vendor.supports("list"):
        previous = _question("run_scan_typed_id", "Previous scan", "Its id, if that scan of the same may serve.")
        questions.append(previous | {"required": False, "default": ""})
    return questions


def _target(vendor: type[StartsScans]) -> Data:
    """What is to be scanned, from the survey's answers and the environment."""

    def value(name: str, option: Mapping[str, t.Any]) -> str:
        if _is_credential(option):
            return f'{{{{ lookup("ansible.builtin.env", "{_target_variable(name)}") }}}}'
        if option["type"] == "str":
            return _unquoted(f"run_scan_{name}")
        convert = "" if option["type"] == "bool" else " | ansible.builtin.from_json"
        return f"{{{{ run_scan_{name}{convert} }}}}"

    return {name: value(name, option) for name, option in vendor.target_options.items()}


def _unquoted(variable: str) -> str:
    """A survey's answer without quotes around it. A value that is not text stays unchanged, and is refused later."""
    return f"{{{{ {_unquoted_expression(variable)} }}}}"


def _unquoted_expression(variable: str) -> str:
    typed = f"{variable} | default('')"  # AWX leaves out an optional answer that is empty
    return f"""{typed} | regex_replace('^"(.*)"$', '\\1') if {typed} is string else {variable}"""


def _split(variable: str) -> str:
    """A survey's answer with several ids, divided at commas, blanks and line ends, and without quotes."""
    typed = f"{variable} | default('')"
    return f"""{{{{ {typed} | regex_findall('[^,"\\s]+') if {typed} is string else {variable} }}}}"""


def _environment() -> dict[str, str]:
    """The environment variable of each connection option that has one."""
    return {option: spec["fallback"][1][0] for option, spec in CONNECTION_SPEC.items() if "fallback" in spec}


def _is_credential(option: Mapping[str, t.Any]) -> bool:
    return option["type"] == "str" and bool(option.get("no_log"))


def _target_variable(name: str) -> str:
    return f"DATASCAN_{name.upper()}"


def _field(name: str, label: str, help_text: str = "", *, default: str | None = None, **more: bool) -> Data:
    field: Data = {"id": name, "label": label, "type": "string", **more}
    if help_text:
        field["help_text"] = help_text
    if default:
        field["default"] = default
    return field


def _question(variable: str, name: str, description: str) -> Data:
    return {
        "question_name": name,
        "question_description": description,
        "required": True,
        "type": "text",
        "variable": variable,
    }


def _described(role: str) -> Data:
    """A role's own argument spec."""
    spec = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    described: Data = spec["argument_specs"][role]
    return described


def _plain(option: Mapping[str, t.Any]) -> str:
    """A description without Ansible's markup."""
    return re.sub(r"\b[A-Z]\(([^)]*)\)", r"\1", first_sentence(option))


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
