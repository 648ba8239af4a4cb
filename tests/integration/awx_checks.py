# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX refuses: credential types, surveys, names, links between nodes. Written from AWX 24.6.1 as published."""

from __future__ import annotations

import json
import re
import typing as t

import yaml
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

ID = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
Item = dict[str, t.Any]


class Refused(Exception):
    """What AWX answers with 400, or with another status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def check_credential_type(data: Item) -> None:  # noqa: C901  (a branch for each thing that AWX refuses)
    """What AWX refuses in a credential type."""
    known = {
        "id",
        "label",
        "type",
        "format",
        "choices",
        "help_text",
        "multiline",
        "secret",
        "ask_at_runtime",
        "default",
    }
    fields = {field["id"]: field for field in data["inputs"]["fields"]}
    for name, field in fields.items():
        kind = field["type"]
        if not ID.fullmatch(name) or name == "tower" or not field["label"] or set(field) - known:
            raise Refused(f"{name} is no valid field.")
        if kind not in ("string", "boolean") or (kind != "string" and {"choices", "multiline", "secret"} & set(field)):
            raise Refused(f"{name} has a type that does not fit.")
        if not isinstance(field.get("default", ""), str) and kind == "string":
            raise Refused(f"The default of {name} is no text.")
    if set(data["inputs"]) - {"fields", "required"} or set(data["inputs"].get("required", ())) - set(fields):
        raise Refused("The inputs have the wrong keys.")
    if set(data["injectors"]) - {"file", "env", "extra_vars"}:
        raise Refused("The injectors have the wrong keys.")
    example: dict[str, t.Any] = dict.fromkeys(fields, "EXAMPLE")
    if "template" in data["injectors"].get("file", {}):
        example["tower"] = {"filename": "EXAMPLE_FILENAME"}
    for kind, injectors in data["injectors"].items():
        for name, template in injectors.items():
            if kind == "env" and (not ID.fullmatch(name) or name.startswith("ANSIBLE_") or not template.isascii()):
                raise Refused(f"The environment variable {name} is not allowed.")
            try:
                ImmutableSandboxedEnvironment(undefined=StrictUndefined).from_string(template).render(example)
            except TemplateError as error:
                raise Refused(f"{name}: {error}") from None


def check_survey(data: Item) -> None:
    """What AWX refuses in a survey."""
    defaults = {"text": str, "textarea": str, "password": str, "multiplechoice": str, "integer": int, "float": float}
    if not (isinstance(data["name"], str) and isinstance(data["description"], str) and data["spec"]):
        raise Refused("The survey lacks a part.")
    if len({question["variable"] for question in data["spec"]}) < len(data["spec"]):
        raise Refused("A variable is asked for twice.")
    for question in data["spec"]:
        if not question["question_name"] or not isinstance(question["required"], bool):
            raise Refused("A question lacks a part.")
        default = question.get("default", "")
        if default != "" and default.__class__ is not defaults[question["type"]]:
            raise Refused(f"The default of {question['variable']} does not fit its type.")
        if question["type"] == "multiplechoice" and default not in question["choices"]:
            raise Refused("Default choice must be answered from the choices listed.")


def check_extra_vars(text: str) -> None:
    """Variables are JSON or YAML, and a dictionary."""
    try:
        parsed = json.loads(text) if text else {}
    except ValueError:
        parsed = yaml.safe_load(text)
    if not isinstance(parsed, dict):
        raise Refused("Variables must be a dictionary in JSON or YAML.")
