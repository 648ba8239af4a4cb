# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The import point of pydantic: every other file loads also where pydantic is missing, too old or broken.

A front end checks `PROBLEM` first and fails with that message; until then only the placeholders below are used.
pydantic parses a vendor's answer into a model, or raises one error that names the wrong field.
"""

from __future__ import annotations

import typing as t

from .libraries import check_version, explain

PROBLEM: str | None = None  # what is needed, what was found, and what to do

if t.TYPE_CHECKING:
    from pydantic import (
        BaseModel,
        BeforeValidator,
        ConfigDict,
        Field,
        PlainSerializer,
        ValidationError,
        computed_field,
        model_validator,
    )
    from pydantic.alias_generators import to_camel
    from pydantic_core import SchemaSerializer, SchemaValidator, core_schema, from_json
else:
    try:
        import pydantic

        check_version("pydantic", pydantic.VERSION)
        from pydantic import (
            BaseModel,
            BeforeValidator,
            ConfigDict,
            Field,
            PlainSerializer,
            ValidationError,
            computed_field,
            model_validator,
        )
        from pydantic.alias_generators import to_camel
        from pydantic_core import SchemaSerializer, SchemaValidator, core_schema, from_json
    except Exception as error:  # noqa: BLE001  (pydantic raises SystemError beside a pydantic-core of another version)
        PROBLEM = explain("pydantic", error)

        class BaseModel:
            """Stands in for pydantic's class; a front end checks `PROBLEM` before it builds one."""

            def __init__(self, **kwargs):
                raise ImportError(PROBLEM)

        class ValidationError(Exception):
            """Stands in for pydantic's error; never raised."""

        def _nothing(*args, **kwargs):
            return None

        def computed_field(function):
            """Stands in for pydantic's decorator."""
            return function

        def model_validator(**kwargs):
            """Stands in for pydantic's factory of decorators."""
            return computed_field

        BeforeValidator = ConfigDict = Field = PlainSerializer = to_camel = _nothing
        SchemaSerializer = SchemaValidator = core_schema = from_json = _nothing


def reason(error: ValueError) -> str:
    """Why an answer could not be read: the field and the problem, never the value, which may be sampled data."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}".lstrip(": ")


__all__ = [
    "PROBLEM",
    "BaseModel",
    "BeforeValidator",
    "ConfigDict",
    "Field",
    "PlainSerializer",
    "SchemaSerializer",
    "SchemaValidator",
    "ValidationError",
    "computed_field",
    "core_schema",
    "from_json",
    "model_validator",
    "reason",
    "to_camel",
]
