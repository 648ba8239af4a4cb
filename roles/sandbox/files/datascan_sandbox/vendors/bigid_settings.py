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
    """A scan's state while it waits. Only Completed is attested."""
    running_word: str = "In Progress"
    """While it runs."""
    completed_word: str = "Completed"
    """When it has completed."""
    failed_word: str = "Failed"
    """When it has failed."""
    auth_form: Literal["both", "raw", "bearer"] = "both"
    # The tutorials say Bearer, working code sends it bare.
    """How a session token may come: `both`, `raw`, `bearer`."""
    session_seconds: float = 86400
    """How long a session token is valid."""
    refresh_failure: Literal[200, 401] = 200
    # A bad user token was seen to get 200 with success false.
    """What a bad user token gets: 200 with success false, or 401."""
    content_type: Literal["html", "json"] = "html"
    # Answers were seen as text/html.
    """What its JSON is said to be: `html`, `json`."""
    unauthorized: Literal[401, 200] = 401
    """401 with a plain text, or 200 with success false."""
    scan_start_status: Literal[200, 201, 202] = 200
    """200, 201 or 202."""
    parent_scans_shape: Literal["object", "list"] = "object"
    # Data is an object with scanChildren in the sample, and a list in the code.
    """`data` is an `object` with scanChildren, or a `list`."""
    envelope_status: str = "success"
    # The document has "string".
    """The parent-scan list's own `status`."""
    id_key: Literal["_id", "id", "both"] = "_id"
    """`_id`, `id`, `both`."""
    parent_scans_state: bool = True
    """Whether the parent-scan list has each scan's state."""
    parent_scans_skip: bool = True
    # The document knows only limit and sort.
    """Whether the parent-scan list knows skip."""
    parent_scans_default: int = 50
    """How many it lists without a limit."""
    float_numbers: bool = True
    """Counts as 42.0."""
    status_form: Literal["boolean", "string", "missing"] = "boolean"
    """`boolean`, `string` (the state, and a progress), `missing`."""
    scan_record: Literal["array", "object", "absent"] = "array"
    """What `/scans/ID` sends: an `array` of one, an `object`, or `absent`: 404."""
    clusters_shape: Literal["array", "envelope"] = "array"
    """`array`, or `envelope` with data.clusters and other names."""
    cluster_parameter: Literal["clusterId", "cluster_id", "both"] = "clusterId"
    """`clusterId`, `cluster_id`, `both`."""
    catalogue_columns: int = 25007
    """How many columns the cluster mno345pqr678 has."""
    extra_clusters: int = 0
    """How many more clusters there are."""
    page_limit_default: int = 10000
    """How many columns come without a limit."""
    page_limit_max: int | None = None
    """How many come at most, whatever limit and ignoreLimit say."""
    offset_keys: bool = False
    # The document's answer does not.
    """Whether a page says where the next one starts, for offsetKey."""
    total_count: Literal["always", "on_request", "never"] = "always"
    """`always`, `on_request` (with requireTotalCount=true), `never`."""
    text_booleans: bool = True
    """isMutuallyExclusive is the text "true"."""
    page_size_max: int | None = None
    """How many scans or columns come on a page at most."""
