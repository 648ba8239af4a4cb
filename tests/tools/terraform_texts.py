# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules' texts, adapted to Terraform, and the texts of what only Terraform has."""

from __future__ import annotations

import importlib
import re
import typing as t
from collections.abc import Iterable, Mapping

import vendor_pages
import yaml
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes
from module_specs import MODULES, PLUGINS

Documentation = Mapping[str, t.Any]
_FRAGMENTS = ("connection", "waiting", "issues")

DESCRIPTIONS = {
    "provider": (
        "Starts data scans, waits for them, and judges them. One configuration reaches one vendor. Several vendors "
        "need several configurations, with an `alias` each."
    ),
    "resource datascan_scan": (
        "A data scan. Creating it starts a scan, or reuses a matching one, and waits until it has completed. If the "
        "scan fails, so does the apply, and the next apply starts a new scan. A wait that is interrupted or times out "
        "is continued by the next apply. Changed connection strings alone change nothing: a scan is replaced only if "
        "its source, its target or its `triggers` change, or if it did not complete."
    ),
    "resource datascan_wait": (
        "A wait for scans. It is saved only when all of them have completed, and changes nothing at the vendor. Use it "
        "with `wait = false` in `datascan_scan` for scans that take long."
    ),
    "data datascan_scan": "One scan, as the vendor shows it now.",
    "data datascan_scans": "The scans that a query finds, the newest first, for vendors whose API can list them.",
    "data datascan_cluster_columns": (
        "The columns of one cluster with their attributes and tags, for vendors that have clusters. Sampled values are "
        "never read."
    ),
    "data datascan_gate": (
        "Whether scans meet a policy, for `check` blocks, preconditions and postconditions. A gate that does not pass "
        "is no error: the conditions decide. Whatever keeps the vendor from answering is a reason not to pass."
    ),
}

OWN_TEXTS = {
    "write_only": "It is written only: it stands in no plan and in no state. Needs Terraform 1.11 or newer.",
    "on_destroy": (
        "What destroying does to a scan that still runs. V(cancel) cancels it, if this resource started it and the "
        "vendor's API can cancel. V(leave) leaves it alone."
    ),
    "triggers": "Texts whose change starts a new scan, such as the version of what fills the container.",
    "wait": (
        "Whether to wait until the scan has completed. A scan that ends in another state is an error. Without it, use "
        "M(datascan.gate.scan_wait) or M(datascan.gate.scan_gate) to judge the scan later."
    ),
    "wait_timeout": (
        "Maximum length of the wait, in seconds, with all that comes before it. At its end the apply fails. The scan "
        "goes on, and the next apply waits for it again."
    ),
    "wait_pending": (
        "Whether a wait for this scan ended before the scan did: it was interrupted, timed out or met an error. The "
        "next apply continues with this scan. Tainting or replacing it does not start another one then."
    ),
    "reused": (
        "Whether this resource did not start the scan itself, but found it. Destroying the resource then does not "
        "cancel it. An imported scan counts as reused. Null if it is not known, because the answer to the start was "
        "lost and several new scans appeared."
    ),
    "previous_scan_id": (
        "The id of an earlier scan to consider for reuse, for a vendor that cannot list its scans. `if_active` and "
        "`fresh_for` apply to it. If the vendor does not know the id, a warning says so, and a scan is started."
    ),
    "wait scan_ids": "The ids of the scans to wait for. Other ids make a new wait.",
    "wait id": "The ids of the scans, with commas between them.",
    "wait scans": "The scans as they were when all had completed, in the order of `scan_ids`.",
    "data id": "The vendor's id.",
    "scans": "The scans, the newest first.",
    "scans complete": (
        "Whether the whole list was read. It is false if the list never settled, or the vendor counts more scans than "
        "it lists. Then a warning says why."
    ),
    "missing": "Whether it is an error if no scan has the name or the source that is asked for.",
    "columns untagged": "Number of columns without a tag.",
    "columns complete": (
        "Whether all requested columns were read. It is false if the list never settled, or the vendor counts more "
        "columns than it lists. Then a warning says why."
    ),
    "gate scan_ids": (
        "The ids of the scans to judge. They are read whenever Terraform plans, or in the apply if the plan changes "
        "what this depends on. Exactly one of `scan_ids` and `query` is needed."
    ),
    "gate query": "Judges the scans that this finds, for vendors whose API can list them.",
    "gate query name": (
        "Only scans of this name, or of the scan profile of this name. Upper and lower case count. If no scan has it, "
        "the gate does not pass."
    ),
    "gate query source": (
        "Only scans of this source, as `source` of a scan has it. If no scan has it, the gate does not pass."
    ),
    "gate query owners": (
        "Only scans of these users. The token must be allowed to list the scans of all users. If the vendor lists a "
        "scan of another user, the gate does not pass."
    ),
    "gate mode": (
        "What `proceed` means: with V(enforce) it is `passed`; with V(advise) it is also true if the policy is not met."
    ),
    "gate passed": "Whether all scans meet the policy.",
    "gate proceed": (
        'Whether the pipeline may continue: true if `passed` is true; with `mode = "advise"`, also if the policy is '
        "not met. Never true if the vendor could not be asked."
    ),
    "gate message": "The verdict in one message.",
}

# From a module's sentence to Terraform's. What begins with a capital is a whole sentence.
_REWORDED = {
    r", or not yet: see `count_issues`": "",
    r" `accepted` and every report name each entry\.": "",
    r" An empty list in `scans` passes only together with ids in `missing`\.": "",
    r"as the reports show them": "as messages show them",
    r"as `scans` has it": "as `issues` of a scan has it",
    r"the module warns and starts a scan": "a warning says so, and a scan is started",
    r"the module fails with": "it fails with",
    r"the module cannot compare": "the scans cannot be compared",
    r"returns the running scan": "takes the running scan",
    r", and returns the earlier scan or fails": ", and takes the earlier scan or fails",
    r"when the module returns it": "when it is read",
    r"the task is refused": "this is refused",
    r"If the count fails, the task fails, and returns the scan without it\. ": "",
    r"the task fails, unless": "this is an error, unless",
    r"Maximum length of the whole task": "Maximum length of the wait",
    r" of the task's host": " on this machine",
    r"All objects of a task": "All objects of a resource",
    r", which needs quotes in YAML": "",
    r" in quotes(?=[,. ]|$)": "",
    r" as a number or a text\.": " as a text.",
    r"of the host that sends the requests(, or the Python package `tzdata`) there": r"of this machine\1",
    r" in the task before": "",
    r"Needed for `max_issues` of `datascan_gate`, unless the vendor counts by itself\. ": "",
    r", so set `count_issues`, unless the vendor counts by itself": "",
    r"also in `?mode=advise`?": 'also with `mode = "advise"`',
    r" in the form of `source` in `scans`": " as `source` of a scan has it",
    r"`query\.(\w+)`": r"`\1`",
    r"`query` ": "the query ",
}
# Terms of Ansible that no text may contain.
_NOT_TERRAFORM = re.compile(
    r"\b(?:tasks?|modules?|playbooks?|roles?|register\w*|check mode|control node|earlier tasks?|jinja|yaml|rescue|"
    r"scan_(?:start|wait|status|gate|cancel|rescan)|ansible\w*|fact)\b",
    re.IGNORECASE,
)
_INSTEAD = {
    "scan_start": "datascan_scan",
    "scan_status": "datascan_scan",
    "scan_wait": "datascan_wait",
    "scan_gate": "datascan_gate",
}
_MARKUP = re.compile(r"\b(?P<kind>O|V|C|E|RV|M)\((?P<inner>[^)]*)\)")


def markdown(description: str | Iterable[str]) -> str:
    """A description in Ansible's markup as Markdown. Raises SystemExit for a description that mentions Ansible."""
    joined = description if isinstance(description, str) else " ".join(description)
    shown = _MARKUP.sub(_code, joined)
    for pattern, instead in _REWORDED.items():
        shown = re.sub(pattern, instead, shown)
    if found := _NOT_TERRAFORM.search(shown):
        raise SystemExit(f"terraform_texts.py: {found[0]!r} is no word of Terraform's, in: {shown}")
    return shown


def _code(match: re.Match[str]) -> str:
    inner = match["inner"]
    if match["kind"] == "M":
        return f"`{_INSTEAD[inner.rpartition('.')[2]]}`"
    if match["kind"] == "V":
        return f"`{inner.strip(chr(39))}`"
    inner = inner.partition("#")[2].partition(":")[2] or inner if match["kind"] == "RV" else inner
    name, equals, value = inner.partition("=")
    name = "vendor" if name == "provider" else name
    if not equals or match["kind"] == "C":
        return f"`{inner if equals else name}`"
    is_text = value not in ("true", "false") and not value.isdecimal()
    return f'`{name} = "{value}"`' if is_text else f"`{name} = {value}`"


def module_documentation(module: str) -> Documentation:
    """The options of a module, with those that it shares with others, and the texts that are Terraform's own."""
    found: dict[str, t.Any] = {}
    for fragment in _FRAGMENTS:
        found |= _fragment(fragment)
    found |= yaml.safe_load(MODULES[module].DOCUMENTATION)["options"]
    return {**found, **{name: {"description": text} for name, text in OWN_TEXTS.items()}}


def return_documentation(module: str) -> Documentation:
    """What a module returns."""
    found: dict[str, t.Any] = yaml.safe_load(MODULES[module].RETURN)
    return found


def connection_documentation() -> Documentation:
    """The connection options. What lists vendors is made anew, because the same run may be about to write it."""
    found = _fragment("connection")
    public = [vendor for vendor in provider_classes().values() if vendor.api_url]
    hosts = " or ".join(f"{vendor.title}, whose host is V({vendor.api_url})" for vendor in public)
    for name, sentences in {
        "api_url": [f"Required, but not for {hosts}." if public else "Required."],
        "refresh_token": _only(vendor_pages.refresh_token_sentence()),
        "time_zone": _only(vendor_pages.time_zone_sentence()),
    }.items():
        place = next(i for i, line in enumerate(found[name]["description"]) if re.match(r"Only for |Required", line))
        found[name]["description"][place : place + 1] = sentences
    return found


def _only(page: str) -> list[str]:
    found: list[str] = yaml.safe_load(page)
    return found


def _fragment(name: str) -> dict[str, t.Any]:
    module = importlib.import_module(f"{PLUGINS}.doc_fragments.{name}")
    found: dict[str, t.Any] = yaml.safe_load(module.ModuleDocFragment.DOCUMENTATION)["options"]
    return found
