# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge columns by their tags. The columns are plain dictionaries, so this runs where no library is installed."""

from __future__ import annotations

import json
import typing as t
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import InvalidInputError

_FACTS = ("fully_qualified_name", "column_name", "table_name", "source")
MAX_SHOWN_FINDINGS = 100  # in a result; a report holds all


@dataclass(frozen=True)
class TagRules:
    """The tags that every column must carry, and the values of a tag that no column may carry; see `parse_rules`."""

    required: Mapping[str, str]  # in lower case -> as the user writes it
    forbidden: Mapping[str, Mapping[str, str]]  # the same for names, and for the values of each


@dataclass(frozen=True)
class Finding:
    """A column that breaks a rule."""

    column: Mapping[str, str | None]
    missing: Sequence[str]
    forbidden: Sequence[str]  # as name=value

    @property
    def name(self) -> str:
        """The name in reports."""
        return self.column["fully_qualified_name"] or self.column["column_name"] or ""


@dataclass
class AuditResult:
    """The outcome of an audit."""

    total_count: int | None  # what the vendor counts
    audited: int = 0
    findings: list[Finding] = field(default_factory=list)
    missing: Counter[str] = field(default_factory=Counter)
    forbidden: Counter[str] = field(default_factory=Counter)

    @property
    def reasons(self) -> list[str]:
        """Why the audit does not pass, a sentence each."""
        reasons = [self._sentence(count, "lack", f"the tag {name}") for name, count in sorted(self.missing.items())]
        reasons += [self._sentence(count, "carry", tag) for tag, count in sorted(self.forbidden.items())]
        if not self.audited:
            reasons.append("There are no columns to judge.")
        if self.total_count is not None and self.audited < self.total_count:
            reasons.append(f"The vendor counts {self.total_count} columns, but only {self.audited} were read.")
        return reasons

    def _sentence(self, count: int, verb: str, what: str) -> str:
        one = {"lack": "lacks", "carry": "carries"}
        return f"{count} of {self.audited} columns {one[verb] if count == 1 else verb} {what}."

    @property
    def passed(self) -> bool:
        """Whether the audit passes."""
        return not self.reasons

    def sentence(self, cluster: Mapping[str, t.Any]) -> str:
        """The verdict as one message."""
        name = cluster.get("name") or cluster.get("id")
        if self.passed:
            where = f" of cluster {name}" if name else ""
            return f"Audit passed: {self.audited} of {self.audited} columns{where} meet the rules."
        where = f" for cluster {name}" if name else ""
        first = f" The first is column {self.findings[0].name}." if self.findings else ""
        return f"Audit failed{where}: {' '.join(self.reasons)}{first}"

    def facts(self, cluster: Mapping[str, t.Any], shown: int | None = MAX_SHOWN_FINDINGS) -> dict[str, t.Any]:
        """The fields of a result: every count, and the first `shown` findings; with None, all of them."""
        return {
            "passed": self.passed,
            "msg": self.sentence(cluster),
            "reasons": self.reasons,
            "audited": self.audited,
            "total_count": self.total_count,
            "failed": len(self.findings),
            "missing": dict(sorted(self.missing.items())),
            "forbidden": dict(sorted(self.forbidden.items())),
            "findings": [
                {**finding.column, "missing": list(finding.missing), "forbidden": list(finding.forbidden)}
                for finding in self.findings[:shown]
            ],
        }


def parse_rules(required: Sequence[t.Any], forbidden: Mapping[str, t.Any]) -> TagRules:
    """Rules from a user's lists. Case is ignored, since vendors mix upper and lower case."""
    if not isinstance(required, (list, tuple)) or not all(isinstance(name, str) and name.strip() for name in required):
        raise InvalidInputError("required_tags must be a list of tag names.")
    if not isinstance(forbidden, Mapping):
        raise InvalidInputError(
            "forbidden_tags must be a dictionary of tag names, each with the values that it must not have."
        )
    if not required and not forbidden:
        raise InvalidInputError("There are no rules to judge by: set required_tags or forbidden_tags.")
    values = {str(name): value if isinstance(value, (list, tuple)) else [value] for name, value in forbidden.items()}
    return TagRules(
        {_key(name): str(name) for name in required},
        {_key(name): {_key(value): f"{name}={value}" for value in given} for name, given in values.items()},
    )


def audit_columns(
    columns: Iterable[Mapping[str, t.Any]], rules: TagRules, total_count: int | None = None
) -> AuditResult:
    """Judge columns in the form that cluster_columns_info returns."""
    result = AuditResult(total_count)
    for column in columns:
        result.audited += 1
        carried = [(_key(tag.get("tag_name")), _key(tag.get("tag_value"))) for tag in column.get("tags") or []]
        have = {name for name, value in carried if value}  # a tag without a value does not count
        missing = [name for key, name in rules.required.items() if key not in have]
        forbidden = [rules.forbidden[name][value] for name, value in carried if value in rules.forbidden.get(name, ())]
        forbidden = list(dict.fromkeys(forbidden))
        if missing or forbidden:
            facts = {name: column.get(name) for name in _FACTS}
            result.findings.append(Finding(facts, missing, forbidden))
            result.missing.update(missing)
            result.forbidden.update(forbidden)
    return result


def parse_columns(value: t.Any) -> Iterator[Mapping[str, t.Any]]:
    """Columns from the list that cluster_columns_info returns, or from the text of an NDJSON file."""
    lines: Iterable[t.Any] = value
    if isinstance(value, str):
        lines = (_parsed(line, number) for number, line in enumerate(value.split("\n"), 1) if line.strip())
    elif not isinstance(value, (list, tuple)):
        raise InvalidInputError("The columns must be a list or the text of an NDJSON file.")
    for number, column in enumerate(lines, 1):
        if not isinstance(column, Mapping) or "tags" not in column:
            raise InvalidInputError(f"Item {number} is not a column as cluster_columns_info returns it.")
        yield column


def _parsed(line: str, number: int) -> t.Any:
    try:
        return json.loads(line)
    except ValueError:
        raise InvalidInputError(
            f"Line {number} is not JSON: the text must be NDJSON, as cluster_columns_info writes it."
        ) from None


def _key(text: t.Any) -> str:
    return "" if text is None else str(text).strip().casefold()
