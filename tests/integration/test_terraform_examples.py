# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the Terraform provider, with a real terraform: their own tests, and the schema that it prints."""

from __future__ import annotations

import json
import shutil
import typing as t
from pathlib import Path

import pytest
from fake_connection_string import FORBIDDEN, STORAGE
from sandbox_server import TOKEN
from terraform_runs import ADDRESS, ROOT, SOURCE, TERRAFORM_MARKS, Terraform, make_provider

pytestmark = TERRAFORM_MARKS
EXAMPLES = ROOT / "extensions" / "terraform" / "examples"
REFRESH_TOKEN = "sandbox-refresh-token"
WITH_TESTS = sorted(path.parents[1].name for path in EXAMPLES.glob("*/tests/*.tftest.hcl"))
VENDORS = {"check": "bigid"}  # of examples whose connection is in the environment


@pytest.fixture
def example(sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Callable[[str], Terraform]:
    """A copy of an example, with the connections and the secrets in the environment."""

    def copy(name: str) -> Terraform:
        sandbox.control(
            "POST",
            "settings",
            {
                "glasswall": {"listing_seconds": 0, "processing_seconds": 0},
                "bigid": {"queued_seconds": 0, "running_seconds": 0},
            },
        )
        folder = tmp_path / name
        shutil.copytree(EXAMPLES / name, folder)
        monkeypatch.setenv("DATASCAN_API_URL", sandbox.api_urls[VENDORS.get(name, "glasswall")])
        monkeypatch.setenv("DATASCAN_API_TOKEN", TOKEN)
        variables = {
            "source_connection_string": STORAGE,
            "destination_connection_string": STORAGE,
            "glasswall_url": sandbox.api_urls["glasswall"],
            "bigid_url": sandbox.api_urls["bigid"],
            "glasswall_token": TOKEN,
            "bigid_token": REFRESH_TOKEN,
        }
        environment = {f"TF_VAR_{variable}": value for variable, value in variables.items()}
        return Terraform(folder, make_provider, **environment)

    return copy


@pytest.mark.parametrize("name", WITH_TESTS)
def test_an_example_passes_its_own_tests(example, sandbox, name: str) -> None:
    sandbox.control("POST", "bigid/scans", {"scanProfileName": "nightly"})
    terraform = example(name)
    assert terraform.init().rc == 0
    run = terraform.run("test")
    assert (run.rc, " 0 failed" in run.text) == (0, True), run.output
    assert {secret for secret in FORBIDDEN if secret in run.output} == set()


def test_every_example_has_tests_or_is_of_the_reference() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == {*WITH_TESTS, "reference"}
    assert len(WITH_TESTS) == 4


def test_the_examples_of_the_reference_are_valid(example) -> None:
    run = example("reference").run("validate")
    assert run.rc == 0, run.output


def test_terraform_prints_the_schema_that_the_pages_are_made_from(example) -> None:
    run = example("reference").run("providers", "schema", "-json")
    printed = json.loads(run.output)["provider_schemas"][ADDRESS]
    schema = json.loads((SOURCE / "terraform_provider_datascan" / "schema.json").read_text())
    assert shown(printed["provider"]["block"]) == expected(schema["provider"])
    for kind, key in (("resources", "resource_schemas"), ("data_sources", "data_source_schemas")):
        assert {name: shown(block["block"]) for name, block in printed[key].items()} == {
            name: expected(block) for name, block in schema[kind].items()
        }


_FLAGS = ("required", "optional", "computed", "sensitive", "write_only")


def shown(block: dict[str, t.Any]) -> dict[str, t.Any]:
    """Attributes as terraform prints them."""
    attributes = {}
    for name, row in block["attributes"].items():
        nested = row.get("nested_type")
        kind: t.Any = (nested["nesting_mode"], shown(nested)) if nested else row["type"]
        attributes[name] = (kind, row.get("description", ""), {flag for flag in _FLAGS if row.get(flag)})
    return attributes


def expected(block: dict[str, t.Any]) -> dict[str, t.Any]:
    """The same of the schema."""
    attributes = {}
    for name, row in block["attributes"].items():
        kind = (row["nesting"], expected(row)) if "attributes" in row else row["type"]
        flags = {flag for flag in _FLAGS if row.get(flag)} | ({"optional", "computed"} if "default" in row else set())
        attributes[name] = (kind, row.get("description", ""), flags)
    return attributes
