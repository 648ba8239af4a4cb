# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX's workflow manager does with the nodes of a workflow."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from awx_api import NODES, UNIFIED, AwxApi, Item, name_of


@dataclass
class Launch:
    """A launch that has ended: the templates that ran, the workflow's status, and the notifications of failures."""

    ran: list[str] = field(default_factory=list)
    status: str = "successful"
    notified: list[str] = field(default_factory=list)


class _Manager:
    """Runs the nodes of one workflow. A node without a parent runs at the launch."""

    def __init__(self, awx: AwxApi, workflow: int, failing: Collection[str]) -> None:
        self.awx = awx
        self.workflow = workflow
        self.failing = failing
        nodes = awx.items.get(NODES, {}).values()
        self.nodes = {node["id"]: node for node in nodes if node["workflow_job_template"] == workflow}
        self.passed: dict[int, bool] = {}
        self.skipped: set[int] = set()

    def launch(self) -> Launch:
        launch = Launch()
        while todo := [node for node in self.nodes.values() if self._is_decided(node)]:
            for node in todo:
                if self._runs(node):
                    self._run(node, launch)
                else:
                    self.skipped.add(node["id"])
        if launch.status == "failed":
            launch.notified += self._notified("workflow_job_templates", self.workflow)
        return launch

    def _run(self, node: Item, launch: Launch) -> None:
        """Run a node. One without a template runs nothing and counts as failed."""
        template = node["unified_job_template"]
        kind = next((kind for kind in UNIFIED if template in self.awx.items.get(kind, {})), "")
        name = name_of(self.awx.items[kind][template]) if kind else ""
        if name:
            launch.ran.append(name)
        self.passed[node["id"]] = bool(name) and name not in self.failing
        if self.passed[node["id"]]:
            return
        if name:
            launch.notified += self._notified(kind, template)
        # A failure that a branch handles is no failure of the workflow.
        if not self._children(node, "failure_nodes") + self._children(node, "always_nodes"):
            launch.status = "failed"

    def _notified(self, kind: str, number: int) -> list[str]:
        return [name_of(one) for one in self.awx.joined_to(kind, number, "notification_templates_error")]

    def _children(self, node: Item, link: str) -> list[int]:
        return [child["id"] for child in self.awx.joined_to(NODES, node["id"], link)]

    def _parents(self, node: Item) -> list[tuple[int, str]]:
        links = ("success_nodes", "failure_nodes", "always_nodes")
        return [
            (one["id"], link)
            for one in self.nodes.values()
            for link in links
            if node["id"] in self._children(one, link)
        ]

    def _is_decided(self, node: Item) -> bool:
        ended = self.passed.keys() | self.skipped
        return node["id"] not in ended and all(parent in ended for parent, _link in self._parents(node))

    def _runs(self, node: Item) -> bool:
        met = [parent in self.passed and self._leads_on(parent, link) for parent, link in self._parents(node)]
        if not met:
            return True
        return all(met) if node["all_parents_must_converge"] else any(met)

    def _leads_on(self, parent: int, link: str) -> bool:
        return link == "always_nodes" or self.passed[parent] == (link == "success_nodes")


def launch(awx: AwxApi, workflow: int, failing: Collection[str] = ()) -> Launch:
    """Launch a workflow whose templates of the names in `failing` fail."""
    return _Manager(awx, workflow, failing).launch()
