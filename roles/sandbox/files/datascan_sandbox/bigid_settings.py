# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of BigID."""

from __future__ import annotations

from typing import Literal

from .settings import Settings


class BigIDSettings(Settings):
    queued_seconds: float = 1
    running_seconds: float = 2
    queued_word: str = "Queued"
    running_word: str = "In Progress"
    completed_word: str = "Completed"
    failed_word: str = "Failed"
    auth_form: Literal["both", "raw", "bearer"] = "both"
    """How a session token may come: the tutorials say Bearer, working code sends it bare."""
    session_seconds: float = 86400
    refresh_failure: Literal[200, 401] = 200
    """A bad user token was seen to get 200 with success false."""
    content_type: Literal["html", "json"] = "html"
    """Which type its JSON is said to be: answers were seen as text/html."""
    unauthorized: Literal[401, 200] = 401
    scan_start_status: Literal[200, 201, 202] = 200
    parent_scans_shape: Literal["object", "list"] = "object"
    """data is an object with scanChildren in the sample, and a list in the code."""
    envelope_status: str = "success"
    """What the list's own status says: the document has "string"."""
    id_key: Literal["_id", "id", "both"] = "_id"
    parent_scans_state: bool = True
    parent_scans_skip: bool = True
    """Whether skip counts there: the document knows only limit and sort."""
    parent_scans_default: int = 50
    float_numbers: bool = True
    """Counts as 42.0."""
    status_form: Literal["boolean", "string", "missing"] = "boolean"
    scan_record: Literal["array", "object", "absent"] = "array"
    clusters_shape: Literal["array", "envelope"] = "array"
    cluster_parameter: Literal["clusterId", "cluster_id", "both"] = "clusterId"
    catalogue_columns: int = 25007
    """How many columns the cluster mno345pqr678 has."""
    extra_clusters: int = 0
    page_limit_default: int = 10000
    page_limit_max: int | None = None
    """More than this is never sent, whatever limit or ignoreLimit say."""
    offset_keys: bool = False
    """Whether a page says where the next one starts: the document's answer does not."""
    total_count: Literal["always", "on_request", "never"] = "always"
    text_booleans: bool = True
    """isMutuallyExclusive as the text "true"."""
