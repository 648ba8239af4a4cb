# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test can change about BigID."""

from __future__ import annotations

from typing import Literal

from ..settings import Settings


class BigIDSettings(Settings):
    queued_seconds: float = 1
    """How long a scan waits."""
    running_seconds: float = 2
    """How long it runs."""
    queued_word: str = "Queued"
    """A scan's status while it waits. Of these statuses, only Completed is documented in use."""
    running_word: str = "In Progress"
    """A scan's status while it runs."""
    completed_word: str = "Completed"
    """A scan's status when it has completed."""
    failed_word: str = "Failed"
    """A scan's status when it has failed."""
    auth_form: Literal["both", "raw", "bearer"] = "both"
    # The tutorials document Bearer, but working code sends the token bare.
    """The forms of a session token that are accepted: `both`, `raw`, `bearer`."""
    session_seconds: float = 86400
    """How long a session token is valid."""
    refresh_failure: Literal[200, 401] = 200
    # A bad user token was seen to get 200 with success false.
    """The answer to a wrong user token: 200 with success false, or 401."""
    content_type: Literal["html", "json"] = "html"
    # Answers were seen as text/html.
    """The content type of JSON: `html`, `json`."""
    unauthorized: Literal[401, 200] = 401
    """The answer to a wrong session token: 401 with plain text, or 200 with success false."""
    scan_start_status: Literal[200, 201, 202] = 200
    """200, 201 or 202."""
    parent_scans_shape: Literal["object", "list"] = "object"
    # Data is an object with scanChildren in the sample, and a list in the code.
    """`data` is an `object` with scanChildren, or a `list`."""
    envelope_status: str = "success"
    # The document has "string".
    """The `status` of the parent-scan list itself."""
    id_key: Literal["_id", "id", "both"] = "_id"
    """`_id`, `id`, `both`."""
    parent_scans_state: bool = True
    """Whether the parent-scan list has each scan's state."""
    parent_scans_skip: bool = True
    # The document knows only limit and sort.
    """Whether the parent-scan list supports skip."""
    parent_scans_default: int = 50
    """How many scans it lists without a limit."""
    float_numbers: bool = True
    """Whether counts are written as 42.0."""
    status_form: Literal["boolean", "string", "missing", "absent"] = "boolean"
    """`boolean`, `string` (the state, and a progress), `missing`; or the route is `absent` (404)."""
    scan_record: Literal["array", "object", "absent"] = "array"
    """The answer of `/scans/ID`: an `array` of one, an `object`, or `absent` (404)."""
    profile_names: bool = True
    # BigID's own fields of a scan do not have it.
    """Whether a scan has scanProfileName."""
    scan_profiles: Literal["listed", "absent"] = "listed"
    """The list of scan profiles: `listed`, or `absent` (404)."""
    clusters_shape: Literal["array", "envelope"] = "array"
    """`array`, or `envelope` with data.clusters and other names."""
    cluster_parameter: Literal["clusterId", "cluster_id", "both"] = "clusterId"
    """`clusterId`, `cluster_id`, `both`."""
    catalogue_columns: int = 25007
    """How many columns the cluster mno345pqr678 has."""
    extra_clusters: int = 0
    """How many more clusters there are."""
    page_limit_default: int = 10000
    """Number of columns in an answer without a limit."""
    page_limit_max: int | None = None
    """Maximum number of columns in an answer, whatever limit and ignoreLimit are."""
    offset_keys: bool = False
    # The document's answer does not.
    """Whether a page has the offsetKey of the next page."""
    total_count: Literal["always", "on_request", "never"] = "always"
    """The totals of parent scans and columns: `always`, `on_request` (with requireTotalCount=true), `never`."""
    text_booleans: bool = True
    """Whether isMutuallyExclusive is the string "true"."""
    page_size_max: int | None = None
    """How many scans or columns come on a page at most."""
