# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The import point of pydantic: every other file loads also where pydantic is missing.

A front end checks `MISSING` first and fails with one sentence; until then only the placeholders below are used.
pydantic parses a vendor's answer into a model, or raises one error that names the wrong field.
"""

from __future__ import annotations

import traceback
import typing as t

MISSING: str | None = None  # the traceback of the failed import, for missing_required_lib

if t.TYPE_CHECKING:
    from pydantic import (
        BaseModel,
        BeforeValidator,
        ConfigDict,
        Field,
        PlainSerializer,
        ValidationError,
        computed_field,
    )
    from pydantic.alias_generators import to_camel
else:
    try:
        from pydantic import (
            BaseModel,
            BeforeValidator,
            ConfigDict,
            Field,
            PlainSerializer,
            ValidationError,
            computed_field,
        )
        from pydantic.alias_generators import to_camel
    except ImportError:
        MISSING = traceback.format_exc()

        class BaseModel:
            """Stands in for pydantic's class; a front end checks `MISSING` before it builds one."""

            def __init__(self, **kwargs):
                raise ImportError("pydantic is not installed")

        class ValidationError(Exception):
            """Stands in for pydantic's error; never raised."""

        def _nothing(*args, **kwargs):
            return None

        def computed_field(function):
            """Stands in for pydantic's decorator."""
            return function

        BeforeValidator = ConfigDict = Field = PlainSerializer = to_camel = _nothing


def reason(error: ValueError) -> str:
    """Why an answer could not be read: the field and the problem, never the value, which may be sampled data."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}".lstrip(": ")


__all__ = [
    "MISSING",
    "BaseModel",
    "BeforeValidator",
    "ConfigDict",
    "Field",
    "PlainSerializer",
    "ValidationError",
    "computed_field",
    "reason",
    "to_camel",
]
