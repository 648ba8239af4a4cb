# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every block of YAML in the README, the roles' READMEs and the docs is run against the sandbox, or at least checked.

A page is run as its reader would: its playbooks and tasks in their order, with its variables and module defaults.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from docs_blocks import PAGES, PLUGINS, ROOT, Block, blocks_of, kind_of, task_names
from docs_runs import QUICK, VARIABLES, Reader, play, seeded
from sandbox_server import POLLED_LENGTHS

RUN = {"playbook", "tasks", "defaults", "variables"}
PROBE = "- name: Use the defaults\n  datascan.gate.scan_status:\n    query: {limit: 1}\n"


@dataclass(frozen=True)
class Page:
    """What is special about a page: its vendor and variables, settings of the sandbox, names to replace."""

    vendor: str = "glasswall"
    variables: dict[str, t.Any] = field(default_factory=dict)
    settings: dict[str, t.Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


SPECIAL = {
    # Columns of the sandbox's clusters break the rules, and the first gate that closes would end the page.
    "roles/audit_cluster/README.md": Page("bigid", {"audit_cluster_mode": "advise"}),
    # In AWX, what to scan comes from a survey.
    "docs/awx.md": Page(variables={"run_scan_glasswall": VARIABLES["uploads"]}),
    # The gate that is rescued has to fail.
    "docs/gates.md": Page(names={"payroll": "error"}),
    "docs/tutorials/advalidation-get-scan.md": Page("advalidation"),
    "docs/tutorials/bigid-cluster-analysis.md": Page("bigid"),
    "docs/tutorials/bigid-scan-insights.md": Page("bigid"),
    # A scan that is not polled lasts long enough to be cancelled.
    "docs/tutorials/glasswall-scan-controller.md": Page(settings=POLLED_LENGTHS),
    "docs/tutorials/protecto-data-scan-status.md": Page("protecto"),
}


def yaml_blocks(page: str, kinds: set[str] | None = None) -> list[Block]:
    found = [block for block in blocks_of(page) if block.language in ("yaml", "yml")]
    return [block for block in found if kinds is None or kind_of(block) in kinds]


# test_eda.py runs this page: it has the files of another program, and the playbook that the program runs.
OTHER_PROGRAMS = {"docs/eda.md"}
EVERY = [block for page in PAGES for block in yaml_blocks(page) if page not in OTHER_PROGRAMS]
RUNNABLE = [
    page for page in PAGES if page not in OTHER_PROGRAMS and yaml_blocks(page, {"playbook", "tasks", "defaults"})
]


def test_every_block_of_yaml_is_known():
    assert [str(block) for block in EVERY if kind_of(block) == "unknown"] == []
    assert len(EVERY) > 10


def test_variables_are_run_with_a_playbook_of_their_page():
    alone = {block.page for block in EVERY if kind_of(block) == "variables"} - set(RUNNABLE)
    assert alone == set()


@pytest.mark.parametrize("page", RUNNABLE)
def test_a_page_runs_as_it_stands(page, sandbox, collections, tmp_path):
    special = SPECIAL.get(page, Page())
    sandbox.control("POST", "settings", QUICK)
    sandbox.control("POST", "settings", {special.vendor: special.settings})
    reader = Reader(sandbox, collections, tmp_path, special.vendor, ids={**seeded(sandbox), **special.names})
    blocks = yaml_blocks(page, RUN)
    defaults: dict[str, t.Any] = {}
    for block in blocks:
        if kind_of(block) == "defaults":
            defaults |= block.data["module_defaults"]
    plays = [
        block.text if kind_of(block) == "playbook" else play(block, module_defaults=defaults)
        for block in yaml_blocks(page, {"playbook", "tasks"})
    ]
    if defaults and not yaml_blocks(page, {"tasks"}):
        plays.append(play(Block(page, 0, "yaml", PROBE), module_defaults=defaults))
    variables = {name: value for block in blocks if kind_of(block) == "variables" for name, value in block.data.items()}
    with sandbox.ends_polled_scans():
        done = reader.run("".join(plays), **variables, **special.variables)
    names = task_names(item for block in yaml_blocks(page, {"playbook", "tasks"}) for item in block.data)
    assert (done.rc, done.missing(names)) == (0, set()), done.output


@pytest.mark.parametrize("block", [block for block in EVERY if kind_of(block) == "changelog"], ids=str)
def test_a_changelog_fragment_has_sentences(block):
    assert all(isinstance(entry, str) for entries in block.data.values() for entry in entries)


def test_every_block_says_what_it_is():
    assert [str(block) for page in PAGES for block in blocks_of(page) if not block.language] == []


YESTERDAY = {
    expression
    for page in (*PAGES, *PLUGINS)
    for expression in re.findall(r"{{[^{}]* - 86400[^{}]*}}", (ROOT / page).read_text(encoding="utf-8"))
}


@pytest.mark.parametrize("expression", sorted(YESTERDAY))
@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York"])
def test_yesterday_is_yesterday_in_every_time_zone(zone, expression):
    program = Path(sys.executable).with_name("ansible")
    done = subprocess.run(
        [str(program), "-i", "localhost,", "-c", "local", "localhost", "-m", "debug", "-a", f'msg="{expression}"'],
        env={**os.environ, "TZ": zone, "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        check=True,
        text=True,
    )
    found = datetime.fromisoformat(re.search(r"\d{4}-\d\d-\d\dT[\d:]+", done.stdout)[0] + "+00:00")
    assert abs(datetime.now(timezone.utc) - timedelta(days=1) - found) < timedelta(minutes=5)


def test_the_pages_that_are_special_exist():
    assert set(SPECIAL) <= set(RUNNABLE)
