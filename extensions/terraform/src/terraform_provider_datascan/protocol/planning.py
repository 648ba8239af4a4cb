# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values as a schema wants them: what a plan fills in, what a state leaves out, what replaces a resource."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

from .diagnostics import Path
from .schema import Attribute, Attributes
from .values import UNKNOWN, Values


def conform(attributes: Attributes, value: t.Any, *, stores: bool = False) -> t.Any:
    """A value with exactly these attributes: others are left out, and missing ones are null.

    With `stores` it is fit for a state: write-only values and values that are not known are null, too. Terraform takes
    no object that lacks an attribute or has one more, and loses the state that came in it.
    """
    if value is None or value is UNKNOWN:
        return None if stores else value
    return {name: _conform_one(attribute, value.get(name), stores) for name, attribute in attributes.items()}


def _conform_one(attribute: Attribute, value: t.Any, stores: bool) -> t.Any:
    if stores and attribute.write_only:
        return None
    if attribute.attributes is None:
        return _without_unknown(value) if stores else _typed(attribute.type, value)
    if isinstance(value, list):
        return [conform(attribute.attributes, part, stores=stores) for part in value]
    return conform(attribute.attributes, value, stores=stores)


def _typed(kind: t.Any, value: t.Any) -> t.Any:
    """A number that has no exact binary form, such as 0.1, comes as a text."""
    if kind == "number" and isinstance(value, str):
        return float(value) if set(value.lower()) & set(".ein") else int(value)
    if isinstance(value, list) and isinstance(kind, list):
        return [_typed(kind[1], part) for part in value]
    if isinstance(value, dict) and isinstance(kind, list) and kind[0] == "map":
        return {key: _typed(kind[1], part) for key, part in value.items()}
    return value


def _without_unknown(value: t.Any) -> t.Any:
    if value is UNKNOWN:
        return None
    if isinstance(value, list):
        return [_without_unknown(part) for part in value]
    if isinstance(value, dict):
        return {key: _without_unknown(part) for key, part in value.items()}
    return value


def fill_plan(attributes: Attributes, config: t.Any, proposed: Values, *, is_new: bool) -> Values:
    """What Terraform proposes, with defaults, without write-only values, and with UNKNOWN for what is computed.

    A computed null becomes UNKNOWN only on create: later it is a result, and a plan without changes must not change it.
    """
    given = config if isinstance(config, dict) else {}
    return {
        name: _fill_one(attribute, given.get(name), proposed.get(name), is_new)
        for name, attribute in attributes.items()
    }


def _fill_one(attribute: Attribute, given: t.Any, proposed: t.Any, is_new: bool) -> t.Any:
    if attribute.write_only:
        return None
    if attribute.default is not None and given is None:
        return attribute.default  # also where the state has another value: the option was removed
    if proposed is None:
        return UNKNOWN if attribute.computed and is_new and given is None else None
    if attribute.attributes is not None:
        return _fill_nested(attribute.attributes, given, proposed, is_new)
    return proposed


def _fill_nested(attributes: Attributes, given: t.Any, proposed: t.Any, is_new: bool) -> t.Any:
    if isinstance(proposed, dict):
        return fill_plan(attributes, given, proposed, is_new=is_new)
    if isinstance(proposed, list):
        configs = given if isinstance(given, list) else []
        configs = [*configs, *[None] * (len(proposed) - len(configs))]
        return [_fill_nested(attributes, one, part, is_new) for one, part in zip(configs, proposed, strict=False)]
    return proposed


def find_replacing(attributes: Attributes, prior: t.Any, planned: t.Any, path: Path = ()) -> Iterator[Path]:
    """The paths of the attributes that make a new resource, because they differ."""
    for name, attribute in attributes.items():
        old, new = (_part(value, name) for value in (prior, planned))
        if attribute.requires_replace:
            if new is UNKNOWN or old != new:
                yield (*path, name)
        elif attribute.attributes is not None:
            yield from _find_nested(attribute.attributes, old, new, (*path, name))


def _part(value: t.Any, name: str) -> t.Any:
    if value is UNKNOWN:
        return UNKNOWN
    return value.get(name) if isinstance(value, dict) else None


def _find_nested(attributes: Attributes, old: t.Any, new: t.Any, path: Path) -> Iterator[Path]:
    if new is UNKNOWN:
        if _replaces(attributes):
            yield path
    elif isinstance(old, list) or isinstance(new, list):
        for position in range(max(len(old or ()), len(new or ()))):
            parts = [value[position] if position < len(value or ()) else None for value in (old, new)]
            yield from _find_nested(attributes, parts[0], parts[1], (*path, position))
    elif old is not None or new is not None:
        yield from find_replacing(attributes, old, new, path)


def _replaces(attributes: Attributes) -> bool:
    """Whether any attribute, at any depth, makes a new resource."""
    return any(one.requires_replace or (one.attributes and _replaces(one.attributes)) for one in attributes.values())
