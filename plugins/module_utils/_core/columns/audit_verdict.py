# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on the columns of a cluster, and its sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..foreign_text import clean_text
from .audit_tally import AuditTally, Finding
from .models import Cluster

_MAX_NAME = 200  # characters of a column's name in a message


@dataclass(frozen=True)
class AuditScope:
    """Which columns were asked for."""

    cluster: Cluster | None
    filter: str | None = None
    search_text: str | None = None

    @property
    def is_whole_cluster(self) -> bool:
        """Whether all columns of the cluster were asked for."""
        return self.filter is None and self.search_text is None

    @property
    def selection(self) -> str:
        """The filter and the search text as words after `columns`, or an empty text."""
        parts = {"filter": self.filter, "search_text": self.search_text}
        named = [f"{name} {clean_text(text)!r}" for name, text in parts.items() if text is not None]
        return f" selected by {' and '.join(named)}" if named else ""

    @property
    def cluster_name(self) -> str:
        """The cluster's name, or its id, or an empty text."""
        return clean_text((self.cluster.name or self.cluster.id) if self.cluster else "")

    @property
    def note(self) -> str | None:
        """What the audit leaves out, as a sentence."""
        if self.is_whole_cluster:
            return None
        return f"Only the columns{self.selection} were judged, not all columns of the cluster."


@dataclass(frozen=True)
class AuditVerdict:
    """The verdict, as data and as sentences. `failure` is why the audit could not read all it asked for."""

    scope: AuditScope
    tally: AuditTally
    total_count: int | None = None  # what the vendor counts
    complete: bool = False
    gap: str | None = None  # why columns may be missing, as a sentence
    allow_size_mismatch: bool = False
    failure: str | None = None
    report_faults: tuple[str, ...] = ()  # why other reports cannot be written, a sentence each

    @property
    def passed(self) -> bool:
        """Whether there is no reason against the columns."""
        return self.complete and not self.reasons

    @property
    def reasons(self) -> list[str]:
        """Why the audit does not pass, a sentence each."""
        return [*self.other_reasons, *self._tag_reasons()]

    @property
    def other_reasons(self) -> list[str]:
        """The reasons that do not count columns by a rule."""
        reasons = [text for text in (self.failure, self.gap) if text]
        if self.failure is None:
            reasons += self._count_reasons()
        return [*reasons, *self.report_faults]

    @property
    def size_mismatch(self) -> str | None:
        """How the number of columns differs from the cluster's own size, as a sentence."""
        size = self.scope.cluster.size if self.scope.cluster else None
        if size is None or not self.scope.is_whole_cluster or self.tally.audited == size:
            return None
        return f"The size of the cluster is {size}, but {self.tally.audited} columns were read."

    def message(self, prefix: str = "") -> str:
        """The verdict as one message. `prefix` follows `Audit failed for cluster NAME`."""
        count, name = self.tally.audited, self.scope.cluster_name
        if self.passed:
            where = f" of cluster {name}" if name else ""
            parts = [f"Audit passed: {count} of {count} columns{where}{self.scope.selection} meet the rules."]
        else:
            where = f" for cluster {name}" if name else ""
            parts = [f"Audit failed{where}{prefix}: {' '.join(self.reasons)}"]
            parts += [f"The first is column {_short(one.name)}." for one in self.tally.examples[:1]]
        return " ".join([*parts, *([self.scope.note] if self.scope.note else [])])

    def findings(self, count: int) -> Sequence[Finding]:
        """The first findings."""
        return self.tally.examples[:count]

    def _count_reasons(self) -> Iterator[str]:
        if not self.tally.audited:
            yield "There are no columns to judge."
        if self.size_mismatch and not self.allow_size_mismatch:
            yield self.size_mismatch

    def _tag_reasons(self) -> Iterator[str]:
        tally = self.tally
        for name, count in sorted(tally.missing.items()):
            yield self._sentence(count, ("lacks", "lack"), f"the tag {clean_text(name)}")
        for tag, count in sorted(tally.forbidden.items()):
            yield self._sentence(count, ("carries", "carry"), clean_text(tag))
        if tally.unreadable:
            yield self._sentence(tally.unreadable, ("has", "have"), "tags that cannot be read")

    def _sentence(self, count: int, verbs: tuple[str, str], what: str) -> str:
        return f"{count} of {self.tally.audited} columns {verbs[count != 1]} {what}."


def _short(text: str) -> str:
    return text if len(text) <= _MAX_NAME else f"{text[: _MAX_NAME - 1]}\u2026"
