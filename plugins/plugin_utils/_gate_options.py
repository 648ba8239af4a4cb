# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

"""The variables of a role that gates, checked as a whole before anything is sent."""

import os
import re
import typing as t
from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import RefusedTask
from ansible_collections.datascan.gate.plugins.module_utils._ansible.option_values import without_empty_texts
from ansible_collections.datascan.gate.plugins.module_utils._ansible.specs import VALIDATION_ERRORS
from ansible_collections.datascan.gate.plugins.module_utils._ansible.wrong_options import describe_wrong_options
from ansible_collections.datascan.gate.plugins.module_utils._core.clock import Clock
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_reports import AUDIT_FORMATS
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import parse_lookup
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.tag_rules import parse_rules
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError, UnsupportedError
from ansible_collections.datascan.gate.plugins.module_utils._core.files import write_if_changed
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.decision import check_reports
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import (
    check_newer_than,
    parse_policy,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.reports.render import FORMATS
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.options import (
    CONNECTION_OPTIONS,
    credentials_in,
    option_names,
    own_option,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import (
    CancelsScans,
    CountsIssues,
    ListsColumns,
    ListsScans,
    RescansScans,
    StartsScans,
    check_capability,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import (
    provider_class,
    providers_supporting,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from ansible_collections.datascan.gate.plugins.module_utils._core.text import one_line
from ansible_collections.datascan.gate.plugins.module_utils._core.unknown_options import paths_by_name, suggestion
from ansible_collections.datascan.gate.plugins.plugin_utils._core_versions import plain_options, plain_texts
from ansible_collections.datascan.gate.plugins.plugin_utils._paths import absolute_path
from ansible_collections.datascan.gate.plugins.plugin_utils._role_variables import (
    option_name,
    read_role_spec,
    variables_by_option,
)
from ansible_collections.datascan.gate.plugins.plugin_utils._text_options import check_texts, provider_name

# Variables that begin like an option of a role, but are not one.
_KNOWN = frozenset({"datascan_gate", "datascan_in_process", "datascan_sandbox"})
_SHARED = "datascan_"
_NAME_ONLY = re.compile(r"\s*\{\{\s*(\w+)\s*\}\}\s*")  # a template that is nothing but another variable
_TEMPLATES = re.compile(r"\{[{%].*[%}]\}", re.DOTALL)  # from the first of a text to its last
_MISSPELT = 0.85  # from here on, difflib calls two names so similar that one stands for the other
AUDIT = "audit_cluster"  # the only role that reads no scans


class GateOptions:
    """The validated variables of a role, by their names without the role's prefix."""

    def __init__(self, role: str, values: Mapping[str, t.Any]) -> None:
        self._role = role
        self._values = values

    def name(self, option: str) -> str:
        """The role's variable for an option."""
        return f"{self._role}_{option}"

    def __getitem__(self, option: str) -> t.Any:
        return self._values.get(self.name(option))

    @property
    def provider(self) -> type[Provider] | None:
        """The vendor, as far as it is known here."""
        name = provider_name(self._values.get("datascan_provider"))
        return provider_class(name) if name else None


def read_options(role: str, variables: Mapping[str, t.Any], template: Callable[[t.Any], t.Any]) -> GateOptions:
    """The variables of a role that are set. An empty text is the same as not set.

    Raises InvalidInputError for an unknown name with the role's prefix, and for values of another type.
    """
    spec = read_role_spec(role)
    _check_names(role, variables, spec)
    resolved = {name: _resolve(name, variables[name], template) for name in set(spec) & set(variables)}
    given = without_empty_texts(
        spec, {name: value for name, value in resolved.items() if value is not None}, as_given=True
    )
    check_texts(spec, given, provider_name(given.get("datascan_provider")))
    try:
        validation = ArgumentSpecValidator(spec).validate(given)
    except VALIDATION_ERRORS:
        raise InvalidInputError(describe_wrong_options(spec, given)) from None
    values = validation.validated_parameters
    if validation.error_messages:
        message = describe_wrong_options(spec, given, validation.errors.msg)
        raise InvalidInputError(Redactor(credentials_in(spec, values)).redact_text(message))
    return GateOptions(role, {name: _without_unset(value, spec.get(name, {})) for name, value in values.items()})


def given_credentials(role: str, variables: Mapping[str, t.Any], template: Callable[[t.Any], t.Any]) -> list[str]:
    """The secrets of the environment, and those among the variables of a role, as far as templates can be read."""
    environment = {name: os.environ.get(option.get("env", "")) for name, option in CONNECTION_OPTIONS.items()}
    from_environment = credentials_in(CONNECTION_OPTIONS, environment)
    try:
        spec = read_role_spec(role)
    except OSError:  # no such role
        return list(from_environment)
    given = {name: _template_parts(variables[name], variables, template) for name in set(spec) & set(variables)}
    return [*credentials_in(spec, given), *from_environment]


def _without_unset(value: t.Any, option: Mapping[str, t.Any]) -> t.Any:
    """A value without the suboptions, at any depth, that are not set, which Ansible adds as null."""
    if "options" not in option:
        return value
    if isinstance(value, list):
        return [_without_unset(part, option) for part in value]
    if not isinstance(value, Mapping):
        return value
    spec = option["options"]
    return {name: _without_unset(part, spec.get(name, {})) for name, part in value.items() if part is not None}


def check_options(options: GateOptions, role: str) -> None:
    """Raise InvalidInputError or UnsupportedError for what would only be refused after the scan has started."""
    _ROLE_CHECKS[role](options)
    if role != AUDIT:
        _check_wait(options)
        _check_policy(options, role)


def _check_wait(options: GateOptions) -> None:
    """The checks of every role that waits for scans."""
    counting = parse_policy(options["policy"] or {}).counting_option
    interval = options["wait_interval"]
    WaitOptions(timeout=options["wait_timeout"], interval=interval)
    provider = options.provider
    if provider and options["on_timeout"] == "cancel":
        check_capability(provider, CancelsScans)
    if provider and counting and not issubclass(provider, CountsIssues):
        # Not the module's sentence: a role has no count_issues.
        raise UnsupportedError(
            f"{options.name('policy')}.{counting} needs a count of issues, and {provider.title} does not count them. "
            f"Remove {counting}."
        )


def needs_issue_count(policy: Mapping[str, t.Any]) -> bool:
    """Whether a policy cannot be checked without the issues of the scans."""
    return parse_policy(policy).counting_option is not None


def _check_policy(options: GateOptions, role: str) -> None:
    """Refuse a policy that no scan of this role and vendor can meet."""
    policy, name = parse_policy(options["policy"] or {}), options.name("policy")
    check_newer_than(policy, Clock().now())
    provider = options.provider
    if provider and policy.newer_than is not None and not provider.has_start_times:
        raise UnsupportedError(f"{name}.newer_than: {provider.title} does not report when a scan started. Remove it.")
    most = _most_scans(options, role)
    if most is not None and policy.min_scans is not None and policy.min_scans > most:
        raise InvalidInputError(f"{name}.min_scans is {policy.min_scans}, but the gate judges at most {most}.")


def _most_scans(options: GateOptions, role: str) -> int | None:
    """How many scans a role can judge; None where that is not known before."""
    if role != "watch_scans":
        return 1
    if options["ids"]:
        return len(set(options["ids"]))
    limit: int | None = (options["query"] or {}).get("limit")
    return limit


def absolute_reports(options: GateOptions) -> list[dict[str, str]]:
    """The reports with absolute paths, all of which can be written on this machine. Raises InvalidInputError."""
    reports = [
        {"format": report["format"], "dest": absolute_path(report["dest"])} for report in options["reports"] or ()
    ]
    try:
        check_reports([(report["format"], report["dest"]) for report in reports])
        for report in reports:
            write_if_changed(report["dest"], "", dry_run=True)
    except InvalidInputError as error:
        raise InvalidInputError(f"{options.name('reports')}: {error.message}") from None
    return reports


def known_reports(
    role: str, variables: Mapping[str, t.Any], template: Callable[[t.Any], t.Any]
) -> list[dict[str, str]]:
    """The reports of a role whose variables are wrong, as far as they can be read: also under a misspelt name.

    A format that is not known, of which the older file is removed, counts only under the right name.
    """
    formats = AUDIT_FORMATS if role == AUDIT else FORMATS
    right = f"{role}_reports"
    found: dict[tuple[str, str], None] = {}
    for name in sorted(name for name in variables if name == right or _is_misspelt(name, right, role)):
        given = plain_options([_template_parts(variables[name], variables, template)])
        pairs = RefusedTask({"reports": given}, check_mode=False).reports(formats)
        found.update(dict.fromkeys(pair for pair in pairs if pair[0] or name == right))
    return [{"format": format_, "dest": absolute_path(dest)} for format_, dest in found]


def _is_misspelt(name: str, right: str, role: str) -> bool:
    return name.startswith(f"{role}_") and bool(
        get_close_matches(option_name(role, name), [option_name(role, right)], cutoff=_MISSPELT)
    )


def _template_parts(
    value: t.Any, variables: Mapping[str, t.Any], template: Callable[[t.Any], t.Any], depth: int = 8
) -> t.Any:
    """A value without the parts whose templates fail, such as one report of several; None where nothing is left.

    A template that only names another variable is followed, `depth` levels at most.
    """
    try:
        return plain_texts(template(value))
    except Exception:  # noqa: BLE001  (whatever a template does, it must not cost the other parts)
        if depth == 0:
            return None
    if isinstance(value, Mapping):
        return {key: _template_parts(part, variables, template, depth - 1) for key, part in value.items()}
    if isinstance(value, list):
        return [_template_parts(part, variables, template, depth - 1) for part in value]
    named = _NAME_ONLY.fullmatch(value) if isinstance(value, str) else None
    return _template_parts(variables.get(named[1]), variables, template, depth - 1) if named else None


def _check_names(role: str, variables: Mapping[str, t.Any], spec: Mapping[str, t.Any]) -> None:
    """Refuse unknown names that begin like an option's."""
    known = {*spec, f"{role}_result"}
    _refuse_unknown(role, f"the role {role}", variables, known, variables_by_option(role), paths_by_name(spec))


def check_names(owner: str, variables: Mapping[str, t.Any], known: Collection[str]) -> None:
    """The same for a role or playbook that is not a gate, whose variables are `known`. Raises InvalidInputError."""
    names = {*known, *(f"{_SHARED}{option}" for option in option_names())}
    _refuse_unknown(owner, owner, variables, names, {option_name(owner, name): name for name in sorted(names)}, {})


def _refuse_unknown(
    owner: str,
    title: str,
    variables: Mapping[str, t.Any],
    known: Collection[str],
    here: Mapping[str, str],
    elsewhere: Mapping[str, str],
) -> None:
    """Both mappings are as `suggestion` takes them. A variable that a known one's template uses is the user's own."""
    used = _names_in_templates([variables[name] for name in set(known) & set(variables)])
    own = {*known, *_KNOWN, *used}
    unknown = sorted(name for name in variables if name.startswith((f"{owner}_", _SHARED)) and name not in own)
    if unknown:
        meant = suggestion(option_name(owner, unknown[0]), here, elsewhere)
        raise InvalidInputError(
            f"{unknown[0]} is not a variable of {title}{meant or '.'} Names with {owner}_ and {_SHARED} belong "
            "to it: correct the name, or rename a variable of your own."
        )


def _names_in_templates(value: t.Any) -> Iterator[str]:
    """The names in all templates of a value, at any depth. Other text, such as a path, uses no variable."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _names_in_templates(part)
    else:
        for template in _TEMPLATES.findall(str(value)):
            yield from re.findall(r"\w+", template)


def _resolve(name: str, value: t.Any, template: Callable[[t.Any], t.Any]) -> t.Any:
    try:
        return plain_texts(template(value))
    except AnsibleError as error:
        raise InvalidInputError(f"{name}: {one_line(str(error.message))}") from None


def _check_start(options: GateOptions) -> None:
    provider = options.provider
    if provider is None:
        return
    check_capability(provider, StartsScans)
    _check_own(options, provider.name, [vendor.name for vendor in providers_supporting(StartsScans)], provider.title)


def _check_rescan(options: GateOptions) -> None:
    provider = options.provider
    if provider is None:
        return
    check_capability(provider, RescansScans)
    subjects = {vendor.rescan_option for vendor in providers_supporting(RescansScans)}
    _check_own(options, t.cast("type[RescansScans]", provider).rescan_option, subjects, provider.title)


def _check_own(options: GateOptions, wanted: str, every: Collection[str], vendor: str) -> None:
    own_option({options.name(option): options[option] for option in every}, options.name(wanted), vendor)


def _check_watch(options: GateOptions) -> None:
    if bool(options["ids"]) == bool(options["query"]):
        raise InvalidInputError(
            f"Set either {options.name('ids')} or {options.name('query')}. "
            "In a survey of AWX, answer either Scan ids, or Latest scan of or All since."
        )
    if options["query"] and options["on_timeout"] == "cancel":
        raise InvalidInputError(
            f"{options.name('on_timeout')}: cancel would cancel scans of others, because {options.name('query')} finds "
            f"them all. Set {options.name('ids')}, or fail or return."
        )
    if options.provider and options["query"]:
        check_capability(options.provider, ListsScans)


def _check_audit(options: GateOptions) -> None:
    if (options["id"] is None) == (options["lookup"] is None):
        raise InvalidInputError(f"Set either {options.name('id')} or {options.name('lookup')}.")
    if options["lookup"] is not None:
        parse_lookup(options["lookup"], options.name("lookup"))
    parse_rules(options["required_tags"], options["forbidden_tags"], options.name(""))
    if options.provider:
        check_capability(options.provider, ListsColumns)


_ROLE_CHECKS: Mapping[str, Callable[[GateOptions], None]] = {
    "run_scan": _check_start,
    "rescan": _check_rescan,
    "watch_scans": _check_watch,
    AUDIT: _check_audit,
}
