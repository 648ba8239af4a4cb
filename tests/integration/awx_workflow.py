# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX's workflow manager does with the nodes of a workflow."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from awx_api import LINKS, NODES, UNIFIED, AwxApi, Item, name_of


@dataclass
class Launch:
    """A launch: the templates that ran, the workflow's status, and the notifications of failures."""

    ran: list[str] = field(default_factory=list)
    status: str = "successful"  # or failed, or running, which never ends
    notified: list[str] = field(default_factory=list)


class _Manager:
    """Runs the nodes of one workflow by the rules of AWX's dag_workflow.py.

    A node without a parent runs at the launch.
    """

    def __init__(self, awx: AwxApi, workflow: int, ends: Mapping[str, str]) -> None:
        self.awx = awx
        self.workflow = workflow
        self.ends = ends
        nodes = awx.items.get(NODES, {}).values()
        self.nodes = {node["id"]: node for node in nodes if node["workflow_job_template"] == workflow}
        # How the jobs of nodes ended, and the nodes that do not run. A node without a template is in neither.
        self.ended: dict[int, str] = {}
        self.skipped: set[int] = set()

    def launch(self) -> Launch:
        launch = Launch()
        self._skip()
        while todo := self._to_run():
            for number in todo:
                self._run(self.nodes[number], launch)
            self._skip()
        undecided = [node for number, node in self.nodes.items() if number not in self.ended.keys() | self.skipped]
        if any(node["unified_job_template"] for node in undecided):
            launch.status = "running"
        elif any(self._has_failed(number) for number in self.nodes):
            launch.status = "failed"
            launch.notified += self._notified("workflow_job_templates", self.workflow)
        return launch

    def _skip(self) -> None:
        """Mark the nodes that never run."""
        while new := [number for number in self.nodes if self._is_skipped(number)]:
            self.skipped |= set(new)

    def _is_skipped(self, number: int) -> bool:
        parents = self._parents(number)
        if not parents or number in self.ended.keys() | self.skipped:
            return False
        if self.nodes[number]["all_parents_must_converge"]:
            return any(parent in self.skipped for parent, _link in parents) or not self._converge(number)
        decided = all(parent in self.ended.keys() | self.skipped or self._is_empty(parent) for parent, _link in parents)
        return decided and not any(self._leads_on(parent, link) for parent, link in parents)

    def _to_run(self) -> list[int]:
        found = []
        todo = [number for number in self.nodes if not self._parents(number)]
        for number in todo:
            if number in self.skipped:
                continue
            if number in self.ended or self._is_empty(number):
                links = ("always_nodes", "success_nodes" if self._succeeded(number) else "failure_nodes")
                todo += [one for link in links for one in self._children(number, link) if one not in todo]
            elif self._waits_for_none(number):
                found.append(number)
        return found

    def _waits_for_none(self, number: int) -> bool:
        finished = self.ended.keys() | self.skipped
        parents = self._parents(number)
        if not all(parent in finished or self._is_empty(parent) for parent, _link in parents):
            return False
        return not self.nodes[number]["all_parents_must_converge"] or self._converge(number)

    def _converge(self, number: int) -> bool:
        """Whether all parents lead on; AWX leaves out those whose job was cancelled."""
        asked = [one for one in self._parents(number) if self.ended.get(one[0]) in ("successful", "failed")]
        return all(self._leads_on(parent, link) for parent, link in asked)

    def _run(self, node: Item, launch: Launch) -> None:
        template = node["unified_job_template"]
        kind = next(kind for kind in UNIFIED if template in self.awx.items.get(kind, {}))
        name = name_of(self.awx.items[kind][template])
        launch.ran.append(name)
        self.ended[node["id"]] = self.ends.get(name, "successful")
        if self.ended[node["id"]] == "failed":
            launch.notified += self._notified(kind, template)

    def _has_failed(self, number: int) -> bool:
        """Whether a node makes its workflow fail. A failure that a branch handles does not."""
        if number in self.skipped or self._succeeded(number):
            return False
        return not self._children(number, "failure_nodes") + self._children(number, "always_nodes")

    def _succeeded(self, number: int) -> bool:
        return self.ended.get(number) == "successful"

    def _is_empty(self, number: int) -> bool:
        return self.nodes[number]["unified_job_template"] is None

    def _leads_on(self, parent: int, link: str) -> bool:
        if parent not in self.ended and not self._is_empty(parent):
            return False
        return link == "always_nodes" or self._succeeded(parent) == (link == "success_nodes")

    def _notified(self, kind: str, number: int) -> list[str]:
        return [name_of(one) for one in self.awx.joined_to(kind, number, "notification_templates_error")]

    def _children(self, number: int, link: str) -> list[int]:
        return [child["id"] for child in self.awx.joined_to(NODES, number, link)]

    def _parents(self, number: int) -> list[tuple[int, str]]:
        return [(one, link) for one in self.nodes for link in LINKS if number in self._children(one, link)]


def launch(awx: AwxApi, workflow: int, failing: Collection[str] = (), cancelled: Collection[str] = ()) -> Launch:
    """Launch a workflow whose templates of the names in `failing` fail, and of those in `cancelled` are cancelled."""
    return _Manager(
        awx, workflow, {**dict.fromkeys(failing, "failed"), **dict.fromkeys(cancelled, "canceled")}
    ).launch()
