# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the options of a task, in place of the messages of Ansible's validation."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable, Mapping

from .._core import options
from .._core.option_reading import KINDS
from .._core.unknown_options import describe_unknown_options
from .specs import ArgumentSpec

# As `_AnsibleTaggedDict`, `AnsibleUnicode` or `<class 'ansible.parsing.yaml.objects.AnsibleMapping'>`.
_CLASS = re.compile(
    r"(?P<open><class ')?(?:\bansible[\w.]*\.)?(?<!\w)_?(?:Ansible|Native)(?:Tagged|LazyTemplate|LazyAccess|Unsafe|"
    r"VaultEncrypted|BaseYAML|Jinja)?(?P<kind>Dict|Mapping|List|Sequence|Tuple|Set|Str|Text|Unicode|Bytes|Int|Float|Date|"
    r"DateTime|Time)\b(?(open)'>)"
)
_PLAIN_TYPES = {"mapping": "dict", "sequence": "list", "text": "str", "unicode": "str"}
# In messages of Ansible's validation.
_MISSING = "missing required arguments: "
_PLACE = re.compile(r" found in '?(?P<place>\w+(?: -> \w+)*)'?\.?(?!.* found in )")
_NAMED = re.compile(r"(?i)\b(?:argument '|option '|value of )")
_WRONG_TYPE = re.compile(
    r"(?:argument|Elements value for option) '(?P<path>[\w.]+)' is of type (?:<class '[^']*'>|\S+) and we were "
    r"unable to convert to (?P<kind>\w+)"
)
# Of a value that has to be a dictionary. The first quotes it, and where a sampled value stands, that is a secret.
_NO_DICTIONARY = re.compile(r"Value '.*' in the sub parameter field|dictionary requested|unable to evaluate", re.DOTALL)
_NULL_CHOICE = re.compile(r"value of (?P<path>[\w.\[\]]+) must be one of: (?P<choices>.+), got: $")
_CONVERTERS: Mapping[str, Callable[[t.Any], t.Any]] = {"int": int, "float": float}
_EXCLUSIVE = re.compile(r"parameters are mutually exclusive: (?P<options>[\w|]+)")


def describe_wrong_options(spec: ArgumentSpec, given: Mapping[str, t.Any], message: str = "") -> str:
    """What is wrong with the options, by their full paths, in place of the message of Ansible's validation.

    Ansible names an unknown option only after other errors, and none where it expects a dictionary. It raises another
    exception for a list there, and before ansible-core 2.18 for a text such as `name=scan 1`.
    """
    set_by_user = {name: value for name, value in given.items() if not str(name).startswith("_ansible_")}
    if unknown := describe_unknown_options(spec, set_by_user):
        return unknown
    message = _with_path(_EXCLUSIVE.sub(_exclusive_sentence, with_plain_types(message)))
    if null := _NULL_CHOICE.match(message):
        return f"{null['path']} must be one of: {null['choices']}, and it is empty."
    if wrong_type := _WRONG_TYPE.match(message):
        return f"{wrong_type['path']} must be {KINDS.get(wrong_type['kind'], wrong_type['kind'])}."
    if message.startswith(_MISSING):
        return " ".join(_describe_missing(spec, path) for path in message.removeprefix(_MISSING).split(", "))
    needs_dictionary = _NO_DICTIONARY.search(message) is not None
    wrong = (_numbers_that_overflow(spec, given) if not message else []) or _without_dictionaries(spec, given)
    if wrong and (needs_dictionary or not any(name in message for name in given)):
        return f"{', or '.join(wrong)}."
    return "The options cannot be read." if needs_dictionary or not message else message


def _with_path(message: str) -> str:
    """A message of Ansible's validation that names an option in an option as `policy.states`."""
    found = _PLACE.search(message)
    if not found:
        return message
    path = found["place"].replace(" -> ", ".")
    message = message[: found.start()] + message[found.end() :]
    if message.startswith(_MISSING):
        names = message.removeprefix(_MISSING).split(", ")
        return _MISSING + ", ".join(f"{path}.{name}" for name in names)
    named, count = _NAMED.subn(rf"\g<0>{path}.", message, count=1)
    return named if count else f"{path}: {message}"


def _describe_missing(spec: ArgumentSpec, path: str) -> str:
    fallback = spec.get(path, {}).get("fallback")
    variable = f", or the environment variable {fallback[1][0]}" if fallback else ""
    return f"{path} is missing: set it{variable}."


def _without_dictionaries(spec: ArgumentSpec, given: Mapping[str, t.Any], path: str = "") -> list[str]:
    """A clause for each value, at any depth, that has to be a dictionary and is something else."""
    clauses = []
    for name, option, value in options.given_options(spec, given):
        if "dict" not in (option.get("type"), option.get("elements")):
            continue
        place, is_list = f"{path}{name}", option.get("type") == "list"
        if is_list and not isinstance(value, (list, Mapping)):
            clauses.append(f"{place} must be a list of dictionaries")
            continue
        parts = enumerate(value) if isinstance(value, list) and is_list else [(None, value)]
        for number, part in parts:
            where = place if number is None else f"{place}[{number}]"
            if isinstance(part, Mapping):
                clauses += _without_dictionaries(option.get("options", {}), part, f"{where}.")
            else:
                clauses.append(f"{where} must be a dictionary")
    return clauses


def _numbers_that_overflow(spec: ArgumentSpec, given: Mapping[str, t.Any], path: str = "") -> list[str]:
    """A clause for each number, at any depth, on which Ansible's conversion raises an error without a message."""
    clauses = []
    for name, option, value in options.given_options(spec, given):
        for number, part in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(part, Mapping) and "options" in option:
                place = f"{path}{name}[{number}]" if isinstance(value, list) else f"{path}{name}"
                clauses += _numbers_that_overflow(option["options"], part, f"{place}.")
        try:
            _CONVERTERS.get(option.get("type", "str"), str)(value)
        except OverflowError:
            kind = "a whole number" if option["type"] == "int" else "a number that is not too large"
            clauses.append(f"{path}{name} must be {kind}")
        except (TypeError, ValueError):
            continue
    return clauses


def with_plain_types(message: str) -> str:
    """A message with Python's names of types in place of Ansible's own, such as `_AnsibleTaggedDict`."""
    return _CLASS.sub(lambda match: _PLAIN_TYPES.get(match["kind"].lower(), match["kind"].lower()), message)


def _exclusive_sentence(match: re.Match[str]) -> str:
    return f"{match['options'].replace('|', ' and ')} are mutually exclusive: set one of them, and remove the other"
