# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault matrix as docs/faults.md shows it: a table for each verb, in which equal cells are one."""

from __future__ import annotations

from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes
from fault_expected import MATRIX_VERBS, Cannot, expected
from fault_list import FAULTS
from fault_rules import ALWAYS, ONCE, TAKEN, WRITES
from fault_vendors import VENDORS

WAYS = {ONCE: "it strikes once", TAKEN: "once, and it was carried out", ALWAYS: "it strikes every time"}
Row = tuple[tuple[str, ...], tuple[str, ...]]  # the vendors, and the text of each way


def words() -> str:
    """Which request each word is."""
    rows: dict[str, list[str]] = {}
    for vendor in provider_classes().values():
        for route, word in VENDORS[vendor.name].routes.items():
            rows.setdefault(word, []).append(f"{vendor.title} `{route.replace('.*', '{id}')}`")
    return _table(["word", "request"], [[word, ", ".join(requests)] for word, requests in rows.items()])


def sentences() -> str:
    """What a user reads of each fault that ends a task."""
    named: dict[tuple[str, ...], list[str]] = {}
    for fault in FAULTS:
        if fault.kind:
            row = (f"`{fault.kind}`", str(fault.status or ""), f"... {fault.says} ...")
            named.setdefault(row, []).append(fault.name)
    rows = [["; ".join(names), *row] for row, names in named.items()]
    return _table(["fault", "`error.kind`", "`error.http_status`", "the message says"], rows)


def tables() -> str:
    """A table for each verb."""
    parts = []
    for verb, door in MATRIX_VERBS.items():
        parts.append(f"### {door}\n\n{_verb(verb)}")
    return "\n\n".join(parts)


def _verb(verb: str) -> str:
    ways = [way for way in WAYS if way != TAKEN or verb in WRITES]
    groups: dict[tuple[Row, ...], list[str]] = {}
    never: dict[tuple[str, str], list[str]] = {}  # the vendor and the reason -> faults
    for fault in FAULTS:
        rows: dict[tuple[str, ...], list[str]] = {}
        for name, vendor in provider_classes().items():
            cells = expected(verb, name, fault)
            if isinstance(cells, Cannot):
                never.setdefault((vendor.title, cells.why), []).append(fault.name)
            else:
                texts = tuple(_shown(cells[way]) if way in cells else "" for way in ways)
                rows.setdefault(texts, []).append(vendor.title)
        groups.setdefault(tuple((tuple(vendors), texts) for texts, vendors in rows.items()), []).append(fault.name)
    lines = []
    for same, faults in groups.items():
        for number, (vendors, texts) in enumerate(same):
            lines.append(["" if number else "; ".join(faults), ", ".join(vendors), *texts])
    return _table(["fault", "vendor", *(WAYS[way] for way in ways)], lines) + _footnotes(never)


def _footnotes(never: dict[tuple[str, str], list[str]]) -> str:
    """The cells that cannot happen: whole vendors first."""
    together: dict[tuple[str, str], list[str]] = {}  # the faults and the reason -> vendors
    for (vendor, why), faults in sorted(never.items(), key=lambda item: -len(item[1])):
        what = "every fault" if len(faults) == len(FAULTS) else "; ".join(faults)
        together.setdefault((what, why), []).append(vendor)
    lines = [f"- {', '.join(vendors)}, {what}: {why}" for (what, why), vendors in together.items()]
    return "\n\nCannot happen:\n\n" + "\n".join(lines) if lines else ""


def _shown(text: str) -> str:
    result, _semicolon, requests = text.partition("; ")
    return f"**{result}**: {requests}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


SECTIONS = {"words": words, "sentences": sentences, "tables": tables}
