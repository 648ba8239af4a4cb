# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them: ansible-runner, credentials through the injectors, extra variables from a survey."""

from __future__ import annotations

import os
import shutil
import sys
import typing as t
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import ansible_runner
import yaml
from jinja2.sandbox import ImmutableSandboxedEnvironment
from playbook_runs import clean_environment

ROOT = Path(__file__).resolve().parents[2]
Data = dict[str, t.Any]


@dataclass
class OperationContext:
    """A job that has ended, and the folder that holds what AWX keeps of it."""

    status: str
    rc: int
    events: list[Data]
    folder: Path

    @property
    def handed_on(self) -> Data:
        """What AWX hands to the next node of a workflow."""
        (stats,) = [event for event in self.events if event["event"] == "playbook_on_stats"]
        handed: Data = stats["event_data"].get("artifact_data", {})
        return handed

    def lines(self, kind: str) -> list[str]:
        """What events of a kind show."""
        return [event["stdout"] for event in self.events if event["event"] == kind]


def page(vendor: str) -> Data:
    """What AWX is told of a vendor."""
    text = (ROOT / "playbooks/files/awx" / f"{vendor}.yml").read_text(encoding="utf-8")
    data: Data = yaml.safe_load(text)
    return data


def environment_of(credential_type: Data, inputs: Data, folder: Path) -> dict[str, str]:
    """What AWX puts into the environment of a job, and the file that it writes for it.

    A switch that nobody has set is off, and no other input that is missing is there.
    """
    fields = credential_type["inputs"]["fields"]
    switches = {field["id"]: False for field in fields if field["type"] == "boolean"}
    names: Data = {**switches, **{name: value for name, value in inputs.items() if value != ""}}
    environment = ImmutableSandboxedEnvironment()
    for template in credential_type["injectors"].get("file", {}).values():
        file = folder / "injected"
        file.write_text(environment.from_string(template).render(names))
        names["tower"] = {"filename": str(file)}
    injected = credential_type["injectors"]["env"]
    return {name: environment.from_string(template).render(names) for name, template in injected.items()}


class _Unsafe(yaml.SafeDumper):
    """What somebody typed into a survey must never become a template."""

    def represent_data(self, data: t.Any) -> yaml.Node:
        if isinstance(data, str):
            return self.represent_scalar("!unsafe", data)
        return super().represent_data(data)


def extra_variables(template: Data, answers: Data) -> str:
    """The file of extra variables: the template's own as they are, the survey's answers as what they are."""
    questions = template["survey"]["spec"]
    answered = {question["variable"]: question["default"] for question in questions if "default" in question} | answers
    assert set(answered) <= {question["variable"] for question in questions}
    assert {question["variable"] for question in questions if question["required"]} <= set(answered)
    text: str = yaml.safe_dump(template["extra_vars"]) if template["extra_vars"] else ""
    return text + unsafe_yaml(answered)


def unsafe_yaml(answers: Data) -> str:
    """Answers as AWX hands them on."""
    return str(yaml.dump(answers, Dumper=_Unsafe))


def run_job(
    template: Data,
    answers: Data,
    environment: dict[str, str],
    folder: Path,
    collections: Path,
    *,
    cancel: Callable[[list[Data]], bool] = lambda events: False,
) -> OperationContext:
    """Run a job template. `cancel` is asked from time to time whether somebody has cancelled the job."""
    private = folder / "private"
    for name in ("env", "inventory", "home"):
        (private / name).mkdir(parents=True)
    shutil.copytree(ROOT / "docs/awx/project", private / "project")
    (private / "inventory/hosts").touch()
    (private / "env/extravars").write_text(extra_variables(template, answers))
    given = {**clean_environment(private / "home", collections), **environment}
    del given["ANSIBLE_CALLBACKS_ENABLED"], given["ANSIBLE_CALLBACK_PLUGINS"]
    given["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), given["PATH"]])
    events: list[Data] = []
    runner = ansible_runner.run(
        private_data_dir=str(private),
        playbook=template["playbook"],
        envvars=given,
        event_handler=lambda event: bool(events.append(event)) or True,
        cancel_callback=lambda: cancel(events),
        suppress_env_files=True,  # as AWX does
        settings={"pexpect_timeout": 0.2},
        quiet=True,
    )
    return OperationContext(runner.status, runner.rc, events, private / "artifacts")
