# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schemas, values and diagnostics as messages."""

from __future__ import annotations

import json
import typing as t

from .diagnostics import Diagnostic, Path
from .messages import MESSAGES
from .schema import Attribute, Attributes, Schema
from .values import encode_value

_MARKDOWN = 1
_NESTING: t.Final = {"single": 1, "list": 2}
_ERROR, _WARNING = 1, 2


def schema_message(schema: Schema) -> t.Any:
    """The message of a schema. Raises ValueError for one that Terraform would refuse."""
    message = MESSAGES["Schema"](version=schema.version)
    message.block.version = schema.version
    message.block.description, message.block.description_kind = schema.description, _MARKDOWN
    message.block.attributes.extend(_attribute_messages(schema.attributes))
    return message


def _attribute_messages(attributes: Attributes) -> list[t.Any]:
    return [_attribute_message(name, attribute) for name, attribute in sorted(attributes.items())]


def _attribute_message(name: str, attribute: Attribute) -> t.Any:
    has_default = attribute.default is not None
    if attribute.write_only and (attribute.computed or has_default):
        raise ValueError(f"{name} is write-only, so it cannot be computed, and has no default.")
    message = MESSAGES["Attribute"](
        name=name,
        description=attribute.description,
        description_kind=_MARKDOWN,
        required=attribute.required,
        optional=attribute.optional or has_default,
        computed=attribute.computed or has_default,
        sensitive=attribute.sensitive,
        write_only=attribute.write_only,
    )
    if attribute.attributes is None:
        message.type = json.dumps(attribute.type).encode()
    else:
        message.nested_type.nesting = _NESTING[attribute.nesting]
        message.nested_type.attributes.extend(_attribute_messages(attribute.attributes))
    return message


def path_message(path: Path) -> t.Any:
    """The message of a path: a name is an attribute's, a number a position in a list."""
    message = MESSAGES["AttributePath"]()
    for step in path:
        if isinstance(step, int):
            message.steps.add(element_key_int=step)
        else:
            message.steps.add(attribute_name=step)
    return message


def diagnostic_message(diagnostic: Diagnostic) -> t.Any:
    """The message of a warning or an error."""
    message = MESSAGES["Diagnostic"](
        severity=_ERROR if diagnostic.is_error else _WARNING,
        summary=_valid(diagnostic.summary),
        detail=_valid(diagnostic.detail),
    )
    # Terraform shows the lines of an attribute, but for a path into its value the first line of the resource.
    if diagnostic.path:
        message.attribute.CopyFrom(path_message(diagnostic.path[:1]))
    return message


def _valid(text: str) -> str:
    """protobuf takes no lone surrogates, and would lose the answer over one."""
    return text.encode("utf-8", "replace").decode()


def value_message(value: t.Any) -> t.Any:
    """The message of a value. Raises what `encode_value` raises."""
    return MESSAGES["DynamicValue"](msgpack=encode_value(value))
