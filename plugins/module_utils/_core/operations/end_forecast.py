# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a wait is expected to end, from the earlier scans that the vendor lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..errors import DatascanError, InterruptedWaitError
from ..models import Scan, ScanState, is_in_future
from ..providers.capabilities import ListsScans
from .context import OperationContext
from .expectation import EarlierScans, ExpectedEnd, place_of
from .polling import PollState, WaitOptions

MAX_SCANS = 10  # of a wait: the ends of more scans are spread, so there is no time around which polls could gather
ASK_AFTER = 5.0  # seconds that a scan has run: one that ends before would not repay the request
# Seconds. The request takes the place of a part of the pause, which is no shorter unless wait_interval is.
_HISTORY_TIMEOUT = 1.0


class EndForecast:
    """Called after each poll. It sends one request at most, and only if polls or lines of progress depend on it."""

    def __init__(
        self,
        context: OperationContext,
        options: WaitOptions,
        known: Mapping[str, Scan] | None = None,
        earlier: Iterable[Scan] = (),
    ) -> None:
        """`known` are the scans of the wait as earlier tasks knew them, where a poll shows less of them.

        `earlier` are scans that were listed already: if they are enough for an expectation, no request is sent.
        """
        self._context = context
        self._until = options.until
        self._history = EarlierScans(earlier)
        self._known = dict(known or {})
        self._may_ask = options.interval is None or context.wants_progress

    def __call__(self, state: PollState) -> ExpectedEnd | None:
        """When the wait ends: with the last of its scans or, with `until: any`, with the first."""
        pending = [state.seen.get(scan_id) for scan_id in state.pending]
        running = [self._with_known_facts(scan) for scan in pending if scan and scan.state is ScanState.RUNNING]
        if not running or (self._until == "all" and len(running) < len(pending)):
            return None
        ends = self._expected_ends(running)
        if self._may_ask and len(ends) < len(running) and self._is_worth_asking(running, state.elapsed):
            self._ask(state.scan_ids)
            ends = self._expected_ends(map(self._with_known_facts, running))
        if not ends or (self._until == "all" and len(ends) < len(running)):
            return None
        choose = max if self._until == "all" else min
        return choose(ends, key=lambda end: end.seconds_left)

    def _with_known_facts(self, scan: Scan) -> Scan:
        """The scan with the facts that only an earlier task, or the list, knows."""
        known = self._known.get(scan.id)
        if known is None or (scan.started_at and place_of(scan)):
            return scan
        facts = ("name", "source", "target", "started_at")
        return scan.model_copy(update={name: getattr(scan, name) or getattr(known, name) for name in facts})

    def _expected_ends(self, scans: Iterable[Scan]) -> list[ExpectedEnd]:
        return [end for scan in scans if (end := self._expected_end(scan))]

    def _expected_end(self, scan: Scan) -> ExpectedEnd | None:
        expectation, age = self._history.expectation_of(place_of(scan)), self._age(scan)
        return ExpectedEnd(expectation, age) if expectation and age is not None else None

    def _age(self, scan: Scan) -> float | None:
        """Seconds since the scan's start, on the vendor's clock; None where the start proves nothing."""
        now = self._context.provider.server_now()
        if scan.started_at is None or is_in_future(scan.started_at, now):
            return None
        return max(0.0, (now - scan.started_at).total_seconds())

    def _is_worth_asking(self, scans: Iterable[Scan], elapsed: float) -> bool:
        """Not while a scan may be short; without a start, only where the list may show more of a scan than polls."""
        ages = [elapsed if place_of(scan) is None else self._age(scan) for scan in scans]
        return all(age is not None and age >= ASK_AFTER for age in ages)

    def _ask(self, scan_ids: Sequence[str]) -> None:
        """Read the vendor's list, once. A failure costs the expectation, not the wait."""
        self._may_ask = False
        provider = self._context.provider
        if not isinstance(provider, ListsScans):
            return
        try:
            with provider.deadline(_HISTORY_TIMEOUT):
                listed = provider.list_recent()
        except InterruptedWaitError:
            raise
        except DatascanError:
            return
        self._known.update({scan.id: self._with_known_facts(scan) for scan in listed if scan.id in scan_ids})
        self._history.add(scan for scan in listed if scan.id not in scan_ids)
