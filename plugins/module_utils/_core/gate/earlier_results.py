# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scans of the tasks before a gate, read from their registered results.

A result is untrusted input: everything but the result of a task of this collection is refused, so that a mistake in a
playbook cannot let a gate pass.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import EarlierFailureError, InvalidInputError, ScanNotCompletedError, WaitTimeoutError, earlier_failure
from ..models import PREDICTED_ID, Scan, other_place, parse_scan, state_rank

# The kinds of failure that end a wait although the vendor answers: the policy judges the scans.
JUDGED_KINDS = frozenset({WaitTimeoutError.kind, ScanNotCompletedError.kind})
_NAMES = ("name", "source", "target", "owner")
_MODULES = {"started": "scan_start or scan_rescan", "found": "scan_status", "waited": "scan_wait"}


@dataclass(frozen=True)
class Evidence:
    """What one task, or all tasks before the gate, found: the scans, each as last seen, and how the tasks ended."""

    scans: tuple[Scan, ...]
    missing: tuple[str, ...]
    unseen: tuple[str, ...]  # ids that the wait could not read, and that no other task knows
    is_complete: bool  # false where the list in which the scans were found is not complete
    timed_out: bool
    cancelled: tuple[str, ...]
    failure: EarlierFailureError | None  # of an earlier task
    can_be_judged: bool  # false if the failure leaves the state of the scans unknown
    is_empty_query: bool = False  # whether a query found no scan, so that there is none to judge


def read_evidence(
    *,
    started: Mapping[str, t.Any] | None = None,
    found: Mapping[str, t.Any] | None = None,
    waited: Mapping[str, t.Any] | None = None,
    scans: Sequence[Mapping[str, t.Any]] | None = None,
    missing: Sequence[str] = (),
) -> Evidence:
    """Combine the results of earlier tasks, scans that are given directly, and missing ids.

    The result of a wait replaces those of a start or status for the same scan. Of several other records of one scan
    the worst state counts. Raises InvalidInputError for anything
    that is not the result of a task of this collection, and if there is no result.
    """
    # A task with a `when` that is false is registered as skipped.
    wait = None if waited is None or _is_skipped(waited) else _read_result("waited", waited)
    before = [
        _read_result(name, value) for name, value in (("started", started), ("found", found)) if value is not None
    ]
    if scans is None and wait is None and not before:
        raise InvalidInputError("There are no results to judge: set started, found, waited or scans.")
    seen = wait.scans if wait else ()
    seen_keys = {(scan.provider, scan.id) for scan in seen}
    others = [scan for result in before for scan in result.scans]
    others += [parse_scan(value, f"scans[{number}]") for number, value in enumerate(scans or ())]
    earlier = {(scan.provider, scan.id): scan for scan in reversed(others)}
    seen = tuple(_with_names(scan, earlier.get((scan.provider, scan.id))) for scan in seen)
    tasks = [*before, *([wait] if wait else [])]
    missing_ids = [scan_id for result in tasks for scan_id in result.missing] + list(missing)
    if not all(scan_id.strip() for scan_id in missing_ids):
        raise InvalidInputError("missing has an empty text, which is not the id of a scan.")
    _check_places([*others, *seen])
    known_ids = {scan.id for scan in (*seen, *others)}
    return Evidence(
        scans=_merge_repeated([*seen, *(scan for scan in others if (scan.provider, scan.id) not in seen_keys)]),
        missing=tuple(dict.fromkeys(missing_ids)),
        unseen=tuple(scan_id for scan_id in (wait.unseen if wait else ()) if scan_id not in known_ids),
        is_complete=all(result.is_complete for result in tasks),
        timed_out=any(result.timed_out for result in ([wait] if wait else before)),
        cancelled=wait.cancelled if wait else (),
        failure=_find_failure(before, wait),
        can_be_judged=all(result.can_be_judged for result in tasks),
        is_empty_query=wait is None and any(result.is_empty_query for result in before),
    )


def _with_names(scan: Scan, earlier: Scan | None) -> Scan:
    """The scan with the names that only an earlier record has: some vendors send none while a scan runs."""
    missing = {name: getattr(earlier, name, None) for name in _NAMES if getattr(scan, name) is None}
    return scan.model_copy(update=missing) if earlier and missing else scan


def _check_places(scans: Sequence[Scan]) -> None:
    """Raise InvalidInputError where records of one scan are of different sources or targets: one is of another scan."""
    known: dict[tuple[str, str], Scan] = {}
    for scan in scans:
        earlier = known.setdefault((scan.provider, scan.id), scan)
        # Every scan that check mode predicts has the same id.
        if scan.id != PREDICTED_ID and (why := other_place(scan, earlier)):
            raise InvalidInputError(
                f"The results disagree about scan {scan.id}: {why}. Judge only results of tasks that belong together."
            )
        if (earlier.source, earlier.target) == (None, None):
            known[scan.provider, scan.id] = scan


def _merge_repeated(scans: Sequence[Scan]) -> tuple[Scan, ...]:
    """The scans, each once."""
    records: dict[tuple[str, str], list[Scan]] = {}
    for scan in scans:
        records.setdefault((scan.provider, scan.id), []).append(scan)
    return tuple(_merge(of_one) for of_one in records.values())


def _merge(records: Sequence[Scan]) -> Scan:
    """One scan of several records: of each property the value that is least likely to pass a gate."""
    if len(records) == 1:
        return records[0]
    worst = min(records, key=lambda scan: state_rank(scan.state))
    counts = [scan.issue_count for scan in records if scan.issue_count is not None]
    starts = [scan.started_at for scan in records if scan.started_at is not None]
    ends = [scan.finished_at for scan in records if scan.finished_at is not None]
    shared = set.intersection(*(set(scan.issues) for scan in records))
    values = {
        "issue_count": max(counts) if len(counts) == len(records) else None,
        "issues": [issue for issue in worst.issues if issue in shared],  # only a listed issue can be accepted
        "started_at": min(starts) if len(starts) == len(records) else None,
        "finished_at": min(ends) if len(ends) == len(records) else None,
    }
    return worst.model_copy(update=values)


def _find_failure(before: Sequence[Evidence], wait: Evidence | None) -> EarlierFailureError | None:
    """The first failure that leaves the scans unknown; without one, that of the last task, which read them last."""
    tasks = [*before, *([wait] if wait else [])]
    unknown = [result.failure for result in tasks if not result.can_be_judged]
    if unknown:
        return unknown[0]
    if wait:
        return wait.failure
    return next((result.failure for result in before if result.failure), None)


def _is_skipped(value: Mapping[str, t.Any]) -> bool:
    """Whether a task did not run, and so has neither scans nor a failure."""
    return value.get("skipped") is True and not ({"scans", "error", "results"} & set(value)) and not value.get("failed")


def _read_result(option: str, value: Mapping[str, t.Any]) -> Evidence:
    if "results" in value:
        raise InvalidInputError(f"{option} is the result of a loop: use one gate for each of its results.")
    if _is_skipped(value):
        raise InvalidInputError(
            f"{option} is the result of a skipped task, so it has no scan: give the gate the same `when`, or leave out "
            f"{option}."
        )
    failure = _read_failure(option, value)
    key = "scan" if option == "started" else "scans"
    content = value.get(key)
    if content is None and failure is None:
        raise InvalidInputError(f"{option} has no {key}: set it to the registered result of {_MODULES[option]}.")
    scans = [] if content is None else [content] if option == "started" else content
    if not isinstance(scans, list):
        raise InvalidInputError(f"{option}.{key} must be a list of scans.")
    # A failed start or query without a scan leaves nothing to judge, whatever its kind.
    has_scans = option == "waited" or bool(scans)
    missing = _read_ids(option, "missing", value)
    return _checked(
        option,
        scans=tuple(parse_scan(scan, _option_path(option, key, number)) for number, scan in enumerate(scans)),
        missing=missing,
        unseen=_read_ids(option, "unseen", value),
        is_complete=value.get("complete", True) is True,
        timed_out=value.get("timed_out", False) is not False,
        cancelled=_read_ids(option, "cancelled", value),
        failure=failure,
        can_be_judged=failure is None or (failure.kind in JUDGED_KINDS and has_scans),
        is_empty_query=option == "found" and failure is None and not (scans or missing),
    )


def _checked(option: str, **facts: t.Any) -> Evidence:
    """The evidence of one task. Raises InvalidInputError where one part of it contradicts another."""
    found = Evidence(**facts)
    source = f"set it to the registered result of {_MODULES[option]}."
    unknown = sorted(set(found.cancelled) - {scan.id for scan in found.scans})
    if unknown:
        raise InvalidInputError(f"{option}.cancelled names {unknown[0]}, which is not one of its scans: {source}")
    if found.cancelled and (found.failure is None or not found.timed_out):
        raise InvalidInputError(f"{option}.cancelled is not empty, but {option} did not time out: {source}")
    all_finished = found.scans and all(scan.finished for scan in found.scans) and not found.unseen
    if found.timed_out and found.failure is None and all_finished:
        raise InvalidInputError(f"{option}.timed_out is true, but each of its scans has finished: {source}")
    return found


def _option_path(option: str, key: str, number: int) -> str:
    return f"{option}.{key}" if option == "started" else f"{option}.{key}[{number}]"


def _read_ids(option: str, key: str, value: Mapping[str, t.Any]) -> tuple[str, ...]:
    ids = value.get(key)
    if ids is None:
        return ()
    if not isinstance(ids, list) or not all(isinstance(item, str) for item in ids):
        raise InvalidInputError(f"{option}.{key} must be a list of ids.")
    return tuple(ids)


def _read_failure(option: str, value: Mapping[str, t.Any]) -> EarlierFailureError | None:
    """The failure of a task, or None. A failure without `error` is Ansible's own, such as a wrong option."""
    error = value.get("error")
    has_failed = any(value.get(key, False) is not False for key in ("failed", "unreachable"))
    if error is None and not has_failed:
        return None
    message = value.get("msg")
    if not isinstance(message, str) or not message.strip():
        message = f"The task whose result is {option} failed without a message."
    elif not message.endswith((".", "!", "?")):  # Ansible's own end without; another sentence may follow
        message += "."
    return earlier_failure(message, error if isinstance(error, Mapping) else {"kind": InvalidInputError.kind})
