# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The EXAMPLES of every module run as they stand: one play each, on a host of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from docs_blocks import PLUGINS, examples_of, task_names
from docs_runs import COMPLETED, QUICK, Reader, play, seeded

# Four of the twenty columns of the sandbox lack the tag, and there is no gate whose result could be published.
CLOSED = {
    "Continue only if every column of a cluster has the tag sensitivity",
    "Stop the play unless the gate passes",
}


def scan(scan_id, state="completed"):
    return {"id": scan_id, "provider": "glasswall", "state": state, "finished": True, "succeeded": True}


@pytest.fixture
def done(sandbox, collections, tmp_path):
    """The one run of them all. Advalidation has a public host, so no example names it: the environment does."""
    sandbox.control("POST", "settings", QUICK)
    ids = seeded(sandbox)
    now = datetime.now(timezone.utc).isoformat()
    times = {"started_at": now, "finished_at": now}
    accepted = {"issue_count": 1, "issues": [{"name": "invoices/2026-11.pdf", "result": "Failed", "place": None}]}
    # What tasks before the example would have registered.
    before = {
        "scan_wait": {"started": {"scan": scan(sandbox.seed())}},
        "scan_gate": {
            "waited": {"scans": [{**scan(sandbox.seed()), **times}]},
            "found": {
                "scans": [{**scan(sandbox.seed()), **times, **issues} for issues in ({"issue_count": 0}, accepted)],
                "missing": [],
                "complete": True,
            },
            "commit_time": {"stdout": "1700000000"},
        },
    }
    hosts = {Path(plugin).stem: examples_of(plugin) for plugin in PLUGINS}
    cancel = hosts["scan_cancel"]
    hosts["scan_cancel"] = replace(cancel, text=cancel.text.replace(COMPLETED, sandbox.seed("Listing")))
    reader = Reader(sandbox, collections, tmp_path, "advalidation", tuple(hosts), ids)
    plays = (play(block, host, vars=before.get(host, {}), ignore_errors=True) for host, block in hosts.items())
    return reader.run("".join(plays))


def test_every_example_runs_as_it_stands(done):
    names = [name for plugin in PLUGINS for name in task_names(examples_of(plugin).data)]
    assert done.missing(names) == CLOSED, done.output


def test_every_plugin_has_examples():
    assert len(PLUGINS) >= 9
    assert all(task_names(examples_of(plugin).data) for plugin in PLUGINS)
