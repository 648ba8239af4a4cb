# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test can change about Protecto."""

from __future__ import annotations

from typing import Any, Literal

from ..settings import Settings


class ProtectoSettings(Settings):
    generation: Literal["2024", "2025"] | None = None
    """Sets what differs between the documents of `2024` and `2025`. Null: the answers of 2024, on the paths of both."""
    pending_seconds: float = 1
    """How long a scan waits."""
    running_seconds: float = 2
    """How long it runs."""
    paths: Literal["both", "old", "new"] = "both"
    """`old` (/data-scan-async, /data-scan-status), `new` (/data-scan/data-scan-async, /data-scan/status), `both`."""
    status_key: Literal["status", "request_status"] = "status"
    """`status`, `request_status`."""
    word_space: bool = True
    # A space after every status word, as in the document.
    """Whether every status ends in a space."""
    running_word: Literal["IN-PROGRESS", "IN_PROGRESS", "IN PROGRESS"] = "IN-PROGRESS"
    """`IN-PROGRESS`, `IN_PROGRESS`, `IN PROGRESS`."""
    failure_word: Literal["FAILED", "ERROR"] = "FAILED"
    """`FAILED`, `ERROR`."""
    success_form: Literal["string", "boolean"] = "string"
    """`string` ("true"), `boolean`."""
    no_error: Literal["-", "", "None"] | None = "-"
    """error_msg without an error: `-`, an empty string, the string `None`, or null."""
    time_form: Literal["micro", "seconds"] = "micro"
    """`micro`, `seconds`."""
    early_times: bool = True
    # As in the document, where a scan that still waits already has the times of its start and end.
    """Whether a scan has the times of its start and end before it started or ended."""
    echo_input: bool = False
    """Whether a status repeats what was submitted, including samples."""
    submit_data: Literal["object", "array"] = "object"
    """data in the answer to a submission: `object`, `array`."""
    id_form: Literal["uuid", "long"] = "uuid"
    """`uuid`, or `long`: a UUID followed by date and time."""
    order: Literal["asked", "reversed"] = "asked"
    """Order of the scans in an answer: `asked`, `reversed`."""
    unknown_id: Literal["omit", "item", "error"] = "omit"
    """An unknown id is left out (`omit`), is an `item` that failed, or is an `error` of the whole request."""
    single_id: bool = True
    """Whether the body may be one id instead of a list."""
    validation_status: Literal[400, 500] = 400
    # Older documents have 500 for a body that is wrong.
    """The status for an invalid body: 400, or 500 as in older documents."""
    details_page_size: int = 100
    """How many columns a page of an object's details has."""
    purge_seconds: float | None = None
    """How long after its end a scan becomes PURGED; null means never."""

    def merged(self, changes: dict[str, Any]) -> Settings:
        """A generation sets the others, but those that are changed with it."""
        return super().merged({**GENERATIONS.get(changes.get("generation"), {}), **changes})


_SEED = {
    "status_key": "status",
    "word_space": True,
    "failure_word": "FAILED",
    "success_form": "string",
    "no_error": "-",
    "early_times": True,
    "echo_input": False,
    "id_form": "uuid",
    "unknown_id": "omit",
    "single_id": True,
}
GENERATIONS: dict[Any, dict[str, Any]] = {
    None: {},
    "2024": {"paths": "old", **_SEED},
    "2025": {
        "paths": "new",
        "status_key": "request_status",
        "word_space": False,
        "failure_word": "ERROR",
        "success_form": "boolean",
        "no_error": "",
        "early_times": False,
        "echo_input": True,
        "id_form": "long",
        "unknown_id": "error",
        "single_id": False,
    },
}
