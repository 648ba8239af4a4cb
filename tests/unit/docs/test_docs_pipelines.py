# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples for other pipelines are valid in those products."""

from __future__ import annotations

import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_groovy
import yaml

pytestmark = pytest.mark.one_core

PIPELINES = Path(__file__).resolve().parents[3] / "docs/pipelines"
GITHUB = PIPELINES / "github-actions.yml"
GITLAB = PIPELINES / "gitlab-ci.yml"
JENKINS = PIPELINES / "Jenkinsfile"
SCHEMAS = {
    GITHUB: ["vendor.github-workflows"],
    GITLAB: ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
}
# https://www.jenkins.io/doc/book/pipeline/syntax/: what may stand in what, as far as the example goes.
SECTIONS = {
    "pipeline": {"agent", "options", "environment", "stages", "post", "triggers", "parameters", "tools", "libraries"},
    "stages": {"stage"},
    "stage": {"agent", "options", "environment", "steps", "post", "when", "tools", "input"},
    "post": {"always", "success", "failure", "unstable", "changed", "aborted", "cleanup"},
}
REQUIRED = {"pipeline": {"agent", "stages"}, "stage": {"steps"}, "stages": {"stage"}}


def check(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "-m", "check_jsonschema", "--builtin-schema", *arguments, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_pipeline_keeps_its_products_schema(path: Path, tmp_path: Path) -> None:
    done = check(path, *SCHEMAS[path])
    assert done.returncode == 0, done.stdout + done.stderr
    broken = tmp_path / path.name
    broken.write_text(re.sub(r"^( *)(timeout-minutes|timeout): .*$", r"\1\2: [soon]", path.read_text(), flags=re.M))
    assert check(broken, *SCHEMAS[path]).returncode == 1


def groovy(text: str) -> tree_sitter.Node:
    language = tree_sitter.Language(tree_sitter_groovy.language())
    return tree_sitter.Parser(language).parse(text.encode()).root_node


def sections(node: tree_sitter.Node) -> t.Iterator[tuple[str, list[str]]]:
    """Each `name { ... }` and `name(...) { ... }`, with the names of what stands in it."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name and body and name.text and body.type == "closure":
        inner = [child.named_children[0] for child in body.named_children if child.type == "expression_statement"]
        names = [inside.child_by_field_name("name") or inside.child_by_field_name("left") for inside in inner]
        yield name.text.decode(), [one.text.decode() for one in names if one and one.text]
    for child in node.children:
        yield from sections(child)


def faults(text: str) -> list[str]:
    found = list(sections(groovy(text)))
    strange = [f"{name}: {one}" for name, inside in found for one in inside if one not in SECTIONS.get(name, {one})]
    missing = [f"{name} without {one}" for name, inside in found for one in REQUIRED.get(name, set()) - set(inside)]
    return strange + missing + ([] if found and found[0][0] == "pipeline" else ["no pipeline"])


def test_the_jenkinsfile_is_groovy_and_declarative() -> None:
    text = JENKINS.read_text()
    assert not groovy(text).has_error
    assert faults(text) == []
    assert [name for name, _inside in sections(groovy(text))].count("stage") == 3


@pytest.mark.parametrize(
    ("old", "new"), [("steps {", "step {"), ("agent {", "agents {"), ("post {", "finally {"), ("pipeline {", "node {")]
)
def test_a_jenkinsfile_that_is_not_declarative_is_noticed(old: str, new: str) -> None:
    text = JENKINS.read_text()
    assert old in text
    assert faults(text.replace(old, new))


def test_a_jenkinsfile_that_does_not_parse_is_noticed() -> None:
    assert groovy(JENKINS.read_text().replace("unit:", "unit")).has_error


def test_a_job_may_take_longer_than_the_wait() -> None:
    wait = yaml.safe_load((PIPELINES / "scan.yml").read_text())["run_scan_wait_timeout"]
    for path in (GITHUB, GITLAB, JENKINS):
        (minutes,) = re.findall(r"timeout(?:-minutes|\(time)?: (\d+)", path.read_text())
        assert int(minutes) * 60 >= wait + 600, path.name
