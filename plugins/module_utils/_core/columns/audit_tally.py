# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge columns by their tags, one after the other, in memory that does not grow with their number."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from ..foreign_text import clean_text
from .models import Column, Tag, tag_pair
from .tag_rules import TagRules, normalize

MAX_EXAMPLES = 500  # findings that are kept in memory; the table of a Markdown report shows all of them
_FACTS: t.Final = ("fully_qualified_name", "column_name", "table_name", "source")


@dataclass(frozen=True)
class Finding:
    """A column that does not meet the rules. Its texts are short and clean, whatever the vendor sent."""

    fully_qualified_name: str | None
    column_name: str | None
    table_name: str | None
    source: str | None
    missing: Sequence[str] = ()
    forbidden: Sequence[str] = ()  # as name=value
    unreadable: bool = False  # whether some of its tags cannot be judged

    @property
    def name(self) -> str:
        """The name in reports."""
        return self.fully_qualified_name or self.column_name or self.table_name or self.source or ""

    def facts(self) -> dict[str, t.Any]:
        """The finding as a dictionary of JSON values."""
        return {**asdict(self), "missing": list(self.missing), "forbidden": list(self.forbidden)}


@dataclass
class AuditTally:
    """The counts of an audit while it reads, and its first findings. `add` judges a column."""

    rules: TagRules
    redact: Callable[[str], str] = str  # masks the secrets of this task
    keep: Callable[[Finding], None] | None = None  # gets every finding
    audited: int = 0
    failed: int = 0
    unreadable: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    forbidden: Counter[str] = field(default_factory=Counter)
    examples: list[Finding] = field(default_factory=list)

    def add(self, column: Column) -> None:
        """Judge a column."""
        self.audited += 1
        missing, forbidden, unreadable = judge_tags(column["tags"], self.rules)
        if not (missing or forbidden or unreadable):
            return
        self.failed += 1
        self.unreadable += unreadable
        self.missing.update(missing)
        self.forbidden.update(forbidden)
        if self.keep is None and len(self.examples) >= MAX_EXAMPLES:
            return
        facts = {name: self._clean(column[name]) for name in _FACTS}
        finding = Finding(**facts, missing=missing, forbidden=forbidden, unreadable=unreadable)
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append(finding)
        if self.keep is not None:
            self.keep(finding)

    def restarted(self) -> AuditTally:
        """A tally of nothing yet, by the same rules."""
        return AuditTally(self.rules, self.redact, self.keep)

    def _clean(self, text: str | None) -> str | None:
        return None if text is None else clean_text(self.redact(text))


def judge_tags(tags: Sequence[Tag] | None, rules: TagRules) -> tuple[list[str], list[str], bool]:
    """The required tags that are missing, the forbidden values that are there, and whether some cannot be judged.

    A tag without a value does not count as present. Tags cannot be judged if their list is not known, if one has no
    name, or if one that a rule forbids values of has no value.
    """
    pairs = [(normalize(name), normalize(value)) for name, value in map(tag_pair, tags or ())]
    present = {name for name, value in pairs if value}
    missing = [text for name, text in rules.required.items() if name not in present]
    found = [rules.forbidden[name][value] for name, value in pairs if value in rules.forbidden.get(name, ())]
    unreadable = tags is None or any(not name or (not value and name in rules.forbidden) for name, value in pairs)
    return missing, list(dict.fromkeys(found)), unreadable
