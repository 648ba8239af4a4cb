# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""awx_setup.yml with AWX's own public collection, against a stand-in of AWX's API."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from awx_job import environment_of, page
from awx_server import TOKEN, AwxServer, check_credential_type, check_survey
from playbook_runs import clean_environment

ROOT = Path(__file__).resolve().parents[2]
# The package that has the collection awx.awx (24.6.1, the newest there is) outside Galaxy.
ANSIBLE = "ansible==12.3.0"
VENDORS = sorted(path.stem for path in (ROOT / "playbooks/files/awx").iterdir())
GLASSWALL = page("glasswall")
PAGE = (ROOT / "docs/awx.md").read_text()
# The variables as the page gives them, and the secrets that it takes from the environment.
VARIABLES = re.search(r"```yaml\n(awx_setup_provider:.*?)```", PAGE, re.DOTALL)[1]
SECRETS = {"DATASCAN_API_TOKEN": "secret-token", "SOURCE_SAS": "secret-source", "DESTINATION_SAS": "secret-destination"}


@pytest.fixture(scope="session")
def awx_collection(collections: Path) -> Path:
    """A second folder for ANSIBLE_COLLECTIONS_PATH, with awx.awx and nothing else of that large package."""
    cache = ROOT / ".work" / "cache" / "awx"
    wheels = list(cache.glob(f"{ANSIBLE.replace('==', '-')}-*.whl"))
    if not wheels:
        download = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(cache), ANSIBLE]
        subprocess.run([*download, "--quiet", "--disable-pip-version-check"], check=True)
        wheels = list(cache.glob("*.whl"))
    folder = collections.with_name("awx_collection")
    with zipfile.ZipFile(wheels[0]) as package:
        package.extractall(
            folder, [name for name in package.namelist() if name.startswith("ansible_collections/awx/awx/")]
        )
    return folder


@pytest.fixture(scope="module")
def awx():
    server = AwxServer(path.name for path in (ROOT / "docs/awx/project").glob("*.yml"))
    server.add("job_templates", name="Deploy")
    server.add("job_templates", name="Open a ticket")
    server.add("notification_templates", name="Security team")
    yield server
    server.close()


@pytest.fixture(scope="module")
def set_up(awx, awx_collection, collections, tmp_path_factory):
    folder = tmp_path_factory.mktemp("awx_setup")

    def run(*arguments):
        """The output of the playbook, and the requests it sent."""
        (folder / "awx.yml").write_text(VARIABLES)
        (folder / "ansible.cfg").touch()
        environment = {
            **clean_environment(folder, collections),
            "ANSIBLE_COLLECTIONS_PATH": f"{collections}:{awx_collection}",
            "ANSIBLE_PIPELINING": "true",
            "CONTROLLER_HOST": awx.url,
            "CONTROLLER_OAUTH_TOKEN": TOKEN,
            **SECRETS,
        }
        awx.journal.clear()
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "datascan.gate.awx_setup"]
        done = subprocess.run(
            [*command, "-e", "@awx.yml", *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout, {entry.split()[0] for entry in awx.journal}

    return run


def test_everything_is_made_once_and_check_mode_predicts_it(awx, set_up):
    printed, sent = set_up("--check")
    assert sent == {"GET"}
    assert "changed=0" not in printed

    printed, _sent = set_up("-vvv")
    assert not [secret for secret in SECRETS.values() if secret in printed]

    printed, sent = set_up()
    assert "changed=0" in printed
    assert sent == {"GET"}

    # What is there now is what the files say.
    types = awx.named("credential_types")
    for wanted in GLASSWALL["credential_types"]:
        made = types[wanted["name"]]
        assert {key: made[key] for key in wanted} == wanted
        credential = awx.named("credentials")[wanted["name"]]
        assert credential["credential_type"] == made["id"]
    credentials = awx.named("credentials")
    assert credentials["datascan.gate Glasswall"]["inputs"] == {
        "api_url": "https://scans.example.com/api/v1",
        "api_token": SECRETS["DATASCAN_API_TOKEN"],
    }
    assert credentials["datascan.gate Glasswall target"]["inputs"] == {
        "source_connection_string": SECRETS["SOURCE_SAS"],
        "destination_connection_string": SECRETS["DESTINATION_SAS"],
    }
    assert awx.named("projects")["datascan.gate"]["scm_url"] == "https://git.example.com/scans.git"
    assert awx.named("execution_environments")["datascan.gate"]["image"] in PAGE
    for wanted in GLASSWALL["job_templates"]:
        made = awx.named("job_templates")[wanted["name"]]
        assert (made["playbook"], json.loads(made["extra_vars"])) == (wanted["playbook"], wanted["extra_vars"])
        assert made["survey_enabled"] and awx.survey("job_templates", wanted["name"]) == wanted["survey"]
        credentials = awx.joined_to("job_templates", wanted["name"], "credentials")
        assert sorted(credentials) == ["datascan.gate Glasswall", "datascan.gate Glasswall target"]

    # A workflow that deploys only where the gate opened.
    workflow = GLASSWALL["workflow"]
    assert awx.survey("workflow_job_templates", workflow["name"]) == GLASSWALL["job_templates"][0]["survey"]
    told = awx.joined_to("workflow_job_templates", workflow["name"], "notification_templates_error")
    assert told == ["Security team"]
    nodes = awx.named("workflow_job_template_nodes")
    templates = {template["id"]: name for name, template in awx.named("job_templates").items()}
    assert {name: templates[node["unified_job_template"]] for name, node in nodes.items()} == {
        "gate": workflow["first"],
        "deploy": "Deploy",
        "closed": "Open a ticket",
    }
    assert awx.joined_to("workflow_job_template_nodes", "gate", "success_nodes") == ["deploy"]
    assert awx.joined_to("workflow_job_template_nodes", "gate", "failure_nodes") == ["closed"]


@pytest.mark.parametrize("vendor", VENDORS)
def test_awx_would_take_what_every_vendor_has(vendor):
    data = page(vendor)
    for credential_type in data["credential_types"]:
        check_credential_type(credential_type)
    for template in data["job_templates"]:
        check_survey(template["survey"])
        assert (ROOT / "docs/awx/project" / template["playbook"]).is_file()
    assert data["workflow"]["first"] in [template["name"] for template in data["job_templates"]]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_credential_of_which_little_is_filled_in_checks_certificates(vendor, tmp_path):
    environment = environment_of(page(vendor)["credential_types"][0], {"api_token": "any"}, tmp_path)
    assert environment["DATASCAN_PROVIDER"] == vendor
    assert (environment["DATASCAN_API_TOKEN"], environment["DATASCAN_VALIDATE_CERTS"]) == ("any", "true")
    assert environment["DATASCAN_CA_PATH"] == ""


def test_a_credential_brings_its_certificate_authorities_as_a_file(tmp_path):
    inputs = {"ca_path": "-----BEGIN CERTIFICATE-----", "skip_certificate_check": True}
    environment = environment_of(GLASSWALL["credential_types"][0], inputs, tmp_path)
    assert Path(environment["DATASCAN_CA_PATH"]).read_text() == inputs["ca_path"]
    assert environment["DATASCAN_VALIDATE_CERTS"] == "false"
