# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The capabilities of providers: a provider that extends one of these classes implements its abstract methods."""

from __future__ import annotations

import typing as t
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence

from ..errors import DatascanError, InvalidResponseError, UnsupportedError
from ..models import Query, Scan, ScanList
from ..option_reading import OptionTable
from .base import CAPABILITIES, Provider

if t.TYPE_CHECKING:
    from ..columns.models import Cluster, ColumnPage, ColumnQuery

Target = Mapping[str, t.Any]  # what scan_start scans: the option that is named after the provider
P = t.TypeVar("P", bound=Provider)


class StartsScans(Provider, capability="start"):
    """Starts scans."""

    target_options: t.ClassVar[OptionTable]  # of a target, each with a `description`, those required with a `sample`
    target_description: t.ClassVar[Sequence[str]] = ()  # more sentences about the target as a whole

    _required_attributes = ("target_options",)

    @abstractmethod
    def validate_target(self, target: Target) -> None:
        """Raise InvalidInputError for a target that the vendor would refuse, as far as this is known before sending."""

    def remember_target(self, target: Target) -> None:
        """Remember sampled values, which the vendor may repeat. Credentials are masked without this."""

    @abstractmethod
    def predict_scan(self, target: Target) -> Scan:
        """The scan that a start would create, with PREDICTED_ID as its id."""

    @abstractmethod
    def start(self, target: Target) -> Scan:
        """Start a scan. The request is sent once; UnknownOutcomeError where it may have been carried out."""

    def is_same_target(self, scan: Scan, target: Target) -> bool:
        """Whether a scan has this source and target."""
        predicted = self.predict_scan(target)
        return (scan.source, scan.target) == (predicted.source, predicted.target)


class ListsScans(Provider, capability="list"):
    """Lists scans."""

    finds_by: t.ClassVar[frozenset[str]] = frozenset()  # of `name` and `source` of a query, those that it keeps to

    @abstractmethod
    def list_scans(self, query: Query) -> ScanList:
        """The scans that match a query; paging.py reads lists that come in pages.

        An error after the first page carries the ScanList of what was read before.
        """

    @abstractmethod
    def list_scans_of(self, target: Target, query: Query) -> ScanList:
        """Those of them that have this source and target.

        The list has no gap only if no scan that runs can be missing, whatever other scans start or end meanwhile.
        Raises InvalidResponseError for a record that cannot be read and could be such a scan, because a second
        scan must not be started beside it.
        """

    def list_recent(self) -> Sequence[Scan]:
        """Scans that completed lately, and maybe others: as many as one request can bring, which is sent once.

        They only show how long scans take, so any may be missing. Vendors without such a request have none.
        """
        return ()


class CancelsScans(Provider, capability="cancel"):
    """Cancels scans."""

    @abstractmethod
    def is_cancellable(self, scan: Scan) -> bool:
        """Whether the vendor would still cancel this scan, judging by its state."""

    @abstractmethod
    def cancel(self, scan_id: str) -> Scan:
        """Request the cancellation of a scan. Raises TooLateError where the vendor no longer cancels it."""


class RescansScans(Provider, capability="rescan"):
    """Scans again what was scanned before."""

    rescan_option: t.ClassVar[str] = "scan_id"  # the option of scan_rescan that names the subject
    rescan_description: t.ClassVar[str] = "The scan to repeat."  # of that option

    @abstractmethod
    def get_rescan_parent(self, subject: str) -> Scan | None:
        """The scan that is to be repeated, or None where the subject has no scan yet."""

    @abstractmethod
    def find_running_rescan(self, parent: Scan, *, everyone: bool = False) -> Scan | None:
        """A rescan that runs; with `everyone` also another user's, which may take more requests."""

    @abstractmethod
    def rescan_blocker(self, parent: Scan) -> str | None:
        """Why the vendor would not scan this one again now, judging by its state; None where it would."""

    @abstractmethod
    def rescan(self, subject: str) -> Scan:
        """Scan again. The request is sent once.

        Raises ConflictError where a rescan runs, TooEarlyError while the vendor does not accept one yet,
        UnknownOutcomeError where the request may have been carried out.
        """

    @abstractmethod
    def find_created_rescan(self, subject: str, parent: Scan) -> Scan | None:
        """The rescan that a request with a lost answer created since `parent` was read, or None."""


class CountsIssues(Provider, capability="issues"):
    """Counts the issues of scans that have completed."""

    @abstractmethod
    def count_issues(self, scan: Scan) -> Scan:
        """The same scan, which has completed, with its `issue_count` and the first of its `issues`.

        The count is None, with the reason as the scan's `error`, where the list of what the scan found never settles.
        An error may carry a ScanList with the scan and the issues that were found before it.
        """

    def count_issues_of(self, scans: Sequence[Scan]) -> dict[str, Scan | DatascanError]:
        """Many scans by id; an error takes the place of a scan whose issues could not be counted."""
        by_id = {scan.id: scan for scan in scans}
        return self._get_each(lambda scan_id: self.count_issues(by_id[scan_id]), list(by_id))


class ListsColumns(Provider, capability="columns"):
    """Lists the columns of clusters."""

    @abstractmethod
    def list_clusters(self) -> Sequence[Cluster]:
        """Every cluster of columns."""

    @abstractmethod
    def list_columns(self, query: ColumnQuery) -> Iterator[ColumnPage]:
        """The columns of a cluster, each once; a page is requested only when the iteration gets to it.

        A page with `restarts` begins the list again, and a last page with a `gap` explains why columns may be missing.
        """


def check_capability(vendor: type[Provider], capability: type[Provider]) -> None:
    """Raise UnsupportedError, with what to do instead, for a vendor without a capability."""
    if not issubclass(vendor, capability):
        name = str(capability.capability)
        raise UnsupportedError(f"{vendor.title} cannot {CAPABILITIES[name]}. {vendor.unsupported[name]}")


def require(provider: Provider, capability: type[P]) -> P:
    """The provider as one that has a capability. Raises UnsupportedError, with what to do instead."""
    check_capability(type(provider), capability)
    return t.cast("P", provider)


def gap_sentence(provider: Provider, gap: str, what: str = "scans") -> str:
    """Why a list of `what` may lack some of them. `gap` is a ScanList's or a ColumnPage's."""
    return f"{provider.title}'s list of {what} is not complete: {gap}."


def require_whole(provider: Provider, listed: ScanList, consequence: str) -> None:
    """Raise InvalidResponseError where a list may lack scans. `consequence` is a sentence for its message."""
    if listed.gap is not None:
        raise InvalidResponseError(f"{gap_sentence(provider, listed.gap)} {consequence}")
