# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on the server before each playbook runs, and what the playbook is told of it."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

from sandbox_server import POLLED_LENGTHS, Sandbox

DAY = 86400
# As the vendor shows a scan that the playbooks' `target` started.
SAME_TARGET = {
    "sourceStorage": "acct.blob.core.windows.net",
    "sourceContainerPath": "uploads",
    "targetStorage": "acct.blob.core.windows.net",
    "targetContainerPath": "clean",
}
# Whoever waits for a scan ends it. With whole seconds, a start would look for others until its second is over.
POLLED = {**POLLED_LENGTHS, "time_fraction": True}

Variables = dict[str, t.Any]


def start(sandbox: Sandbox) -> Variables:
    sandbox.settings(**POLLED)
    return {
        "previous_scan": sandbox.seed(**{**SAME_TARGET, "sourceContainerPath": "archive"}),
        "scan_of_something_else": sandbox.seed(),
    }


def start_anew(sandbox: Sandbox) -> Variables:
    sandbox.settings(**POLLED)
    sandbox.seed("Processing", **{**SAME_TARGET, "sourceContainerPath": "archive"})
    sandbox.seed(age=DAY, **SAME_TARGET)
    return {}


def status(sandbox: Sandbox) -> Variables:
    """130 scans of one's own, of which five in each week's worst states, and three of another user."""
    sandbox.settings(page_size_max=50)
    now = datetime.now(timezone.utc)
    sandbox.seed_many(60, "Completed", age=0.5 * DAY)
    errored = sandbox.seed_many(20, "Error", age=1.5 * DAY)
    running = sandbox.seed_many(10, "Processing", age=2.5 * DAY)
    sandbox.seed_many(40, "Cancelled", age=3.5 * DAY)
    sandbox.seed_many(3, "Completed", owner="other", age=4.5 * DAY)
    return {
        "some": [errored[3], errored[1], running[0]],
        "yesterday": (now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        # In another zone, which the vendor must not be bothered with.
        "day_before_yesterday": (now - timedelta(days=2)).astimezone(timezone(timedelta(hours=-8))).isoformat(),
    }


def cancel(sandbox: Sandbox) -> Variables:
    sandbox.settings(cancel_processing_seconds=30)
    return {
        "listing": sandbox.seed("Listing"),
        "also_listing": sandbox.seed("Listing"),
        "third_listing": sandbox.seed("Listing"),
        "processing": sandbox.seed("Processing"),
        "cancelled": sandbox.seed("Cancelled"),
        "completed": sandbox.seed("Completed"),
    }


def rescan(sandbox: Sandbox) -> Variables:
    sandbox.settings(**POLLED)
    contended = sandbox.seed(owner="other", sourceContainerPath="uploads/listing")
    sandbox.rescan(contended, "sandbox-other-token")
    early = sandbox.seed()
    sandbox.fault("PATCH", early, {"kind": "status", "code": 425}, times=2)
    return {
        "completed": sandbox.seed(sourceContainerPath="uploads/listing"),
        "contended": contended,
        "early": early,
        "listing": sandbox.seed("Listing"),
    }


def wait(sandbox: Sandbox) -> Variables:
    # With the new state in the answer to a cancel, since there is one second to read it once the time is up.
    sandbox.settings(**POLLED, cancel_body="new")
    return {
        "completed": sandbox.seed("Completed"),
        "failed": sandbox.seed("Error"),
        "processing": sandbox.seed("Processing"),
        "listing": sandbox.seed("Listing"),
    }


def wait_faults(sandbox: Sandbox) -> Variables:
    given = {name: sandbox.seed() for name in ("troubled", "broken", "completed")}
    given["processing"] = sandbox.seed("Processing")
    for fault in ({"kind": "status", "code": 503}, {"kind": "reset_before"}, {"kind": "html"}, {"kind": "cut_json"}):
        sandbox.fault("GET", given["troubled"], fault)
    sandbox.fault("GET", given["broken"], {"kind": "status", "code": 503}, times=None)
    sandbox.fault("GET", given["processing"], {"kind": "status", "code": 401}, skip=2, times=None)
    return given


def lost_answers(sandbox: Sandbox) -> Variables:
    for method, path in (("POST", "/scans$"), ("PATCH", "/scans/"), ("DELETE", "/scans/")):
        sandbox.fault(method, path, {"kind": "reset_after"})
    sandbox.fault("POST", "/scans$", {"kind": "reset_before"})
    return {"completed": sandbox.seed(sourceContainerPath="uploads/stuck"), "listing": sandbox.seed("Listing")}


def refused_unsent(sandbox: Sandbox) -> Variables:
    return {}


def options(sandbox: Sandbox) -> Variables:
    return {}


def refused_by_server(sandbox: Sandbox) -> Variables:
    expired = {
        "errorCode": 105,
        "message": "The signed start (se) parameter must be in the future for the source connection string.",
    }
    sandbox.fault("POST", "/scans$", {"kind": "status", "code": 400, "body": [expired]})
    given = {name: sandbox.seed() for name in ("completed", "redirected", "html", "shapeless", "strange")}
    for name, fault in (
        ("redirected", {"kind": "redirect", "location": "http://elsewhere.example/scans"}),
        ("html", {"kind": "html"}),
        ("shapeless", {"kind": "wrong_shape"}),
        ("strange", {"kind": "unknown_word"}),
    ):
        sandbox.fault("GET", given[name], fault, times=None)
    return {**given, "of_another_user": sandbox.seed(owner="other")}


def gate(sandbox: Sandbox) -> Variables:
    return {
        name: sandbox.seed(word)
        for name, word in (
            ("completed", "Completed"),
            ("failed", "Error"),
            ("cancelled", "Cancelled"),
            ("unknown", "Unknown"),
            ("running", "Processing"),
        )
    }


PREPARATIONS: dict[str, t.Callable[[Sandbox], Variables]] = {
    function.__name__: function
    for function in (
        start,
        start_anew,
        status,
        cancel,
        rescan,
        wait,
        wait_faults,
        lost_answers,
        refused_unsent,
        options,
        refused_by_server,
        gate,
    )
}
# These also run as modules: waits, starts whose answer is lost, and what Ansible refuses. Every module and role runs as
# modules, well and badly, in test_same_results.py.
AS_MODULES_TOO = {"start_anew", "wait", "wait_faults", "lost_answers", "options"}
# These change nothing, so a second run would show nothing more.
ONCE = {"status", "wait_faults", "refused_unsent", "options", "refused_by_server"}
# What these show may depend on the core: how it validates, hands on results and shows progress.
DEPEND_ON_THE_CORE = {"wait", "refused_unsent", "options", "gate"}
