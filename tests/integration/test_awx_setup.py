# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""awx_setup.yml with AWX's own public collection, against a stand-in of AWX's API."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from awx_api import NODES, AwxApi, name_of
from awx_checks import check_credential_type, check_extra_vars, check_survey
from awx_job import environment_of, page
from awx_server import TOKEN, AwxServer
from awx_workflow import launch
from playbook_runs import clean_environment

pytestmark = pytest.mark.one_core

ROOT = Path(__file__).resolve().parents[2]
# The package that has the collection awx.awx (24.6.1, the newest there is) outside Galaxy.
ANSIBLE = "ansible==12.3.0"
VENDORS = sorted(path.stem for path in (ROOT / "playbooks/files/awx").iterdir())
GLASSWALL = page("glasswall")
RUN_SCAN, WATCH_SCANS, RESCAN = [template["name"] for template in GLASSWALL["job_templates"]]
PAGE = (ROOT / "docs/awx.md").read_text()
# The variables as the page gives them, and the secrets that it takes from the environment.
VARIABLES = re.search(r"```yaml\n(awx_setup_provider:.*?)```", PAGE, re.DOTALL)[1]
SECRETS = {"DATASCAN_API_TOKEN": "secret-token", "SOURCE_SAS": "secret-source", "DESTINATION_SAS": "secret-destination"}
# The modules that the playbook uses.
TASKS = "".join(path.read_text() for path in (ROOT / "playbooks/tasks/awx_setup").iterdir())
MODULES = sorted(set(re.findall(r"^  awx\.awx\.(\w+):$", TASKS, re.MULTILINE)))
PROJECT = [path.name for path in (ROOT / "docs/awx/project").glob("*.yml")]


@pytest.fixture(scope="session")
def awx_collection(collections: Path) -> Path:
    """A second folder for ANSIBLE_COLLECTIONS_PATH, with awx.awx and nothing else of that large package."""
    cache = ROOT / ".work" / "cache" / "awx"
    wheels = list(cache.glob(f"{ANSIBLE.replace('==', '-')}-*.whl"))
    if not wheels:
        # For the Python that the package wants, whichever runs the tests: only the collection in it is used.
        download = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
        download += ["--python-version=3.12", "--dest", str(cache), ANSIBLE]
        subprocess.run([*download, "--quiet", "--disable-pip-version-check"], check=True)
        wheels = list(cache.glob("*.whl"))
    folder = collections.with_name("awx_collection")
    with zipfile.ZipFile(wheels[0]) as package:
        package.extractall(
            folder, [name for name in package.namelist() if name.startswith("ansible_collections/awx/awx/")]
        )
    actions = folder / "ansible_collections/awx/awx/plugins/action"
    actions.mkdir(exist_ok=True)
    for module in MODULES:
        shutil.copy(ROOT / "tests/integration/programs/awx_action.py", actions / f"{module}.py")
    return folder


def furnish(awx: AwxApi) -> AwxApi:
    """Add what the variables of the page name, and the same names in another organization."""
    for organization in (awx.default, awx.add("organizations", name="Second")):
        awx.add("job_templates", name="Deploy", organization=organization)
        awx.add("notification_templates", name="Security team", organization=organization)
    awx.add("job_templates", name="Open a ticket", organization=awx.default)
    fields = [{"id": "password", "label": "Password", "type": "string", "secret": True}]
    kind = awx.add("credential_types", name="Vault", kind="vault", inputs={"fields": fields})
    awx.add("credentials", name="Vault", credential_type=kind, organization=awx.default)
    return awx


@pytest.fixture(scope="module")
def awx():
    server = AwxServer(PROJECT)
    furnish(server)
    yield server
    server.close()


@pytest.fixture(scope="module")
def set_up(awx, awx_collection, collections, tmp_path_factory):
    folder = tmp_path_factory.mktemp("awx_setup")

    def run(*arguments, fails=False, playbook="datascan.gate.awx_setup", variables=VARIABLES):
        """The output of the playbook."""
        (folder / "awx.yml").write_text(variables)
        environment = {
            **clean_environment(folder, collections),
            "ANSIBLE_COLLECTIONS_PATH": f"{collections}:{awx_collection}",
            "ANSIBLE_PIPELINING": "true",
            # awx.awx loads all certificate authorities for each request, also without TLS. This takes most of its time.
            "SSL_CERT_FILE": os.devnull,
            "CONTROLLER_HOST": awx.url,
            "CONTROLLER_OAUTH_TOKEN": TOKEN,
            **SECRETS,
        }
        del environment["ANSIBLE_CALLBACKS_ENABLED"]
        awx.journal.clear()
        command = [str(Path(sys.executable).with_name("ansible-playbook")), str(playbook)]
        done = subprocess.run(
            [*command, "-e", "@awx.yml", *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stdout
        return done.stdout

    return run


@pytest.fixture(scope="module")
def created(awx, set_up):
    """The requests of the run that created everything."""
    printed = set_up("-vvv")
    assert not [secret for secret in SECRETS.values() if secret in printed]
    return awx.changes()


def workflow_of(awx, organization):
    return awx.named("workflow_job_templates", organization)[GLASSWALL["workflow"]["name"]]["id"]


def nodes_of(awx, workflow):
    nodes = awx.items[NODES].values()
    return {node["identifier"]: node["id"] for node in nodes if node["workflow_job_template"] == workflow}


def names(items):
    return [name_of(item) for item in items]


# The tests of this file share an AWX and run in their order.
@pytest.mark.parametrize(
    ("variable", "what"),
    [
        ({"awx_setup_failure_template": "Open a tickit"}, "awx_setup_failure_template: AWX has no template named"),
        ({"awx_setup_polcy": {}}, "awx_setup_polcy is not a variable of awx_setup. Did you mean awx_setup_policy?"),
        ({"awx_setup_policy": {"max_agee": 60}}, "max_agee"),
        ({"awx_setup_image": " "}, "awx_setup_image must not be empty"),
    ],
)
def test_a_misspelt_name_is_named_before_anything_is_made(awx, set_up, variable, what):
    printed = set_up("-e", json.dumps(variable), fails=True)
    assert what in printed.replace("\\", "")
    assert awx.changes() == []


def test_check_mode_predicts_changes_and_only_reads(awx, set_up):
    assert "changed=0" not in set_up("--check")
    assert awx.changes() == []


def test_everything_is_made_as_the_files_have_it(awx, created):
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
    assert awx.named("execution_environments")["datascan.gate Default"]["image"] in PAGE
    for wanted in GLASSWALL["job_templates"]:
        made = awx.named("job_templates")[wanted["name"]]
        assert (made["playbook"], json.loads(made["extra_vars"])) == (wanted["playbook"], wanted["extra_vars"])
        assert made["survey_enabled"] and awx.surveys["job_templates", made["id"]] == wanted["survey"]
        assert made["allow_simultaneous"]
        # A job does not start without each credential of its template, so only run_scan has the target's.
        expected = ["datascan.gate Glasswall", "datascan.gate Glasswall target"]
        attached = names(awx.joined_to("job_templates", made["id"], "credentials"))
        assert sorted(attached) == (expected if wanted["name"] == RUN_SCAN else expected[:1])


def test_the_workflow_deploys_only_after_a_gate_that_passed(awx, created):
    workflow = workflow_of(awx, awx.default)
    assert awx.surveys["workflow_job_templates", workflow] == GLASSWALL["job_templates"][0]["survey"]
    assert awx.items["workflow_job_templates"][workflow]["allow_simultaneous"]
    assert launch(awx, workflow).ran == [RUN_SCAN, "Deploy"]
    # AWX counts a workflow as successful once the branch for failures ran, so the job itself notifies.
    failed = launch(awx, workflow, {RUN_SCAN})
    assert (failed.ran, failed.status, failed.notified) == (
        [RUN_SCAN, "Open a ticket"],
        "successful",
        ["Security team"],
    )
    assert launch(awx, workflow, cancelled={RUN_SCAN}).ran == [RUN_SCAN, "Open a ticket"]
    failed = launch(awx, workflow, {"Deploy"})
    assert (failed.status, failed.notified) == ("failed", ["Security team"])
    # Of two templates with one name, each organization has its own.
    deploy = awx.items[NODES][nodes_of(awx, workflow)["deploy"]]
    assert deploy["unified_job_template"] == awx.named("job_templates", awx.default)["Deploy"]["id"]


def test_a_run_that_is_broken_off_leaves_no_deployment_without_a_gate(created):
    awx = furnish(AwxApi(PROJECT))
    name = GLASSWALL["workflow"]["name"]
    launches = []
    for method, path, data in created:
        status, _body = awx.answer(method, path, {}, data)
        assert status < 300
        if name in awx.named("workflow_job_templates"):
            workflow = workflow_of(awx, awx.default)
            launches.append(launch(awx, workflow, {RUN_SCAN}).ran)
            assert "Deploy" not in launch(awx, workflow, cancelled={RUN_SCAN}).ran
            assert launch(awx, workflow).ran in ([], [RUN_SCAN], [RUN_SCAN, "Deploy"])
    assert len(launches) >= 5
    assert not [ran for ran in launches if "Deploy" in ran]
    assert launches[-1] == [RUN_SCAN, "Open a ticket"]


def test_a_second_run_changes_nothing_and_keeps_what_was_added_by_hand(awx, created, set_up):
    workflow = workflow_of(awx, awx.default)
    nodes = nodes_of(awx, workflow)
    extra = awx.add("job_templates", name="Audit", organization=awx.default)
    by_hand = awx.add(NODES, workflow_job_template=workflow, unified_job_template=extra)
    awx.join(NODES, nodes["gate"], "success_nodes", by_hand)
    # An approval between the gate and the deployment stays between.
    awx.joined[NODES, nodes["gate"], "success_nodes"].remove((NODES, nodes["deploy"]))
    awx.join(NODES, by_hand, "success_nodes", nodes["deploy"])
    awx.join(NODES, nodes["deploy"], "always_nodes", awx.add(NODES, workflow_job_template=workflow))
    template = awx.named("job_templates")[RUN_SCAN]
    variables = json.loads(template["extra_vars"])
    variables |= {"run_scan_policy": {"max_age": 60}, "shown": "{{ 1 + 1 }}"}
    template["extra_vars"] = "# by hand\n" + yaml.safe_dump(variables)
    question = {**GLASSWALL["job_templates"][0]["survey"]["spec"][0], "variable": "ticket"}
    awx.surveys["job_templates", template["id"]]["spec"].append(question)
    awx.join("job_templates", template["id"], "credentials", awx.named("credentials")["Vault"]["id"])
    awx.named("credentials")["datascan.gate Glasswall"]["inputs"]["skip_certificate_check"] = True
    awx.named("execution_environments")["datascan.gate Default"]["pull"] = "always"
    by_hand_before = state(awx)

    assert "changed=0" in set_up()
    assert [path for _method, path, _data in awx.changes()] == [f"/api/v2/projects/{template['project']}/update/"]
    assert state(awx) == by_hand_before
    assert launch(awx, workflow, {RUN_SCAN}).ran == [RUN_SCAN, "Open a ticket"]
    assert "Deploy" not in launch(awx, workflow, {"Audit"}).ran
    assert launch(awx, workflow, cancelled={RUN_SCAN}).ran == [RUN_SCAN, "Open a ticket"]


def state(awx):
    """What AWX keeps, but for the syncs of projects."""
    items = {kind: kept for kind, kept in awx.items.items() if kind not in ("project_updates", "projects")}
    return json.loads(json.dumps([items, [*map(str, awx.joined.items())], [*map(str, awx.surveys.items())]]))


SECOND = {
    "awx_setup_organization": "Second",
    "awx_setup_provider": "protecto",
    "awx_setup_target_inputs": {},
    "awx_setup_failure_template": "",
    "awx_setup_policy": {"max_age": 60},
}


def test_a_repository_without_the_playbooks_is_named(awx, created, set_up):
    awx.repository.remove("run_scan.yml")
    printed = set_up("-e", json.dumps(SECOND), fails=True)
    assert "https://git.example.com/scans.git has no run_scan.yml at its top" in " ".join(printed.split())
    awx.repository.add("run_scan.yml")


def test_organizations_and_vendors_live_side_by_side(awx, created, set_up):
    before = {kind: dict(awx.named(kind, awx.default)) for kind in ("job_templates", "credentials", "projects")}
    set_up("-e", json.dumps(SECOND))
    second = awx.named("organizations")["Second"]["id"]
    assert before == {kind: awx.named(kind, awx.default) for kind in before}
    for wanted in page("protecto")["job_templates"]:
        made = awx.named("job_templates", second)[wanted["name"]]
        role = wanted["playbook"].removesuffix(".yml")
        expected = {**wanted["extra_vars"], f"{role}_policy": {"max_age": 60}}
        assert json.loads(made["extra_vars"]) == expected
        for field in ("project", "inventory", "execution_environment"):
            assert organizations_of(awx, made[field]) == [second]
        (credential,) = awx.joined_to("job_templates", made["id"], "credentials")
        assert credential["organization"] == second
    workflow = awx.named("workflow_job_templates", second)["datascan.gate Protecto gate"]["id"]
    deploy = awx.items[NODES][nodes_of(awx, workflow)["deploy"]]
    assert deploy["unified_job_template"] == awx.named("job_templates", second)["Deploy"]["id"]
    failed = launch(awx, workflow, {"datascan.gate run_scan Protecto"})
    assert (failed.ran, failed.status) == (["datascan.gate run_scan Protecto"], "failed")
    assert launch(awx, workflow, cancelled={"datascan.gate run_scan Protecto"}).status == "failed"
    before = state(awx)
    assert "changed=0" in set_up("-e", json.dumps(SECOND))
    assert state(awx) == before


@pytest.mark.parametrize("vendor", [vendor for vendor in VENDORS if "rescan" in page(vendor)["workflow"]["first"]])
def test_what_was_made_by_hand_for_another_vendor_is_what_the_playbook_makes(awx, created, set_up, vendor):
    """As the page has it. What a first run makes is the same, so that a second one changes nothing.

    Vendors that begin with a rescan: the tests above make those that begin with a start.
    """
    make_by_hand(awx, page(vendor))
    before = state(awx)
    nothing = {"awx_setup_deploy_template": "", "awx_setup_failure_template": "", "awx_setup_notifications": []}
    variables = {"awx_setup_provider": vendor, "awx_setup_inputs": {}, "awx_setup_target_inputs": {}, **nothing}
    assert "changed=0" in set_up("-e", json.dumps(variables))
    assert state(awx) == before


def make_by_hand(awx, data):
    owner = {"organization": awx.default}
    credentials = {}
    for kind in data["credential_types"]:
        number = awx.add("credential_types", **kind)
        credentials[kind["name"]] = awx.add("credentials", name=kind["name"], credential_type=number, **owner)
    kinds = {"project": "projects", "inventory": "inventories", "execution_environment": "execution_environments"}
    places = {field: next(iter(awx.named(kind, awx.default).values()))["id"] for field, kind in kinds.items()}
    options = {"allow_simultaneous": True, "survey_enabled": True, **owner}
    for template in data["job_templates"]:
        fields = {name: template[name] for name in ("name", "description", "playbook")}
        number = awx.add("job_templates", extra_vars=json.dumps(template["extra_vars"]), **fields, **places, **options)
        awx.surveys["job_templates", number] = deepcopy(template["survey"])
        for name in template["credentials"]:
            awx.join("job_templates", number, "credentials", credentials[name])
        if template["name"] == data["workflow"]["first"]:
            gate = {"survey": template["survey"], "number": number}
    fields = {name: data["workflow"][name] for name in ("name", "description")}
    workflow = awx.add("workflow_job_templates", **fields, **options)
    awx.surveys["workflow_job_templates", workflow] = deepcopy(gate["survey"])
    awx.add(NODES, identifier="gate", workflow_job_template=workflow, unified_job_template=gate["number"])


def organizations_of(awx, number):
    return [items[number]["organization"] for items in awx.items.values() if number in items]


def deploys_after_all(awx, nodes, other):
    awx.join(NODES, nodes["gate"], "always_nodes", other)
    awx.items[NODES][other]["unified_job_template"] = awx.items[NODES][nodes["deploy"]]["unified_job_template"]


def leads_on_after_a_failure(awx, nodes, other):
    awx.join(NODES, nodes["closed"], "success_nodes", other)
    awx.join(NODES, other, "success_nodes", nodes["deploy"])


def leads_to_both(awx, nodes, other):
    awx.join(NODES, other, "success_nodes", nodes["gate"])
    awx.join(NODES, other, "success_nodes", nodes["deploy"])


LINKS = [deploys_after_all, leads_on_after_a_failure, leads_to_both]


def add_workflow_without_a_gate(awx, link):
    """Add a workflow of the link's name, in which AWX deploys although the gate's job failed, or was cancelled."""
    templates = awx.named("job_templates", awx.default)
    workflow = awx.add("workflow_job_templates", name=link.__name__, organization=awx.default)
    nodes = {
        identifier: awx.add(
            NODES, identifier=identifier, workflow_job_template=workflow, unified_job_template=templates[name]["id"]
        )
        for identifier, name in (("gate", RUN_SCAN), ("deploy", "Deploy"), ("closed", "Open a ticket"))
    }
    awx.join(NODES, nodes["gate"], "success_nodes", nodes["deploy"])
    awx.join(NODES, nodes["gate"], "failure_nodes", nodes["closed"])
    other = awx.add("job_templates", name="Backup", organization=awx.default)
    link(awx, nodes, awx.add(NODES, workflow_job_template=workflow, unified_job_template=other))
    awx.items[NODES][nodes["deploy"]]["all_parents_must_converge"] = True
    launches = [launch(awx, workflow, {RUN_SCAN}), launch(awx, workflow, cancelled={RUN_SCAN})]
    assert any("Deploy" in ended.ran for ended in launches)


# Variables of the playbook, and its messages about them where it reads what must exist, before it creates anything.
FEWER_FIELDS = {"name": GLASSWALL["credential_types"][0]["name"], "inputs": {"fields": []}}
WITHOUT_INPUTS = {"awx_setup_inputs": {}, "awx_setup_target_inputs": {}}
LOOKED_UP = [
    ({"awx_setup_notifications": ["Security team", "Nobody"]}, "awx_setup_notifications: AWX has no notification"),
    ({"awx_setup_inputs": {"api_tokn": "any"}, "awx_setup_target_inputs": {}}, "awx_setup_inputs: unknown api_tokn"),
    ({"awx_setup_provider": "bigid"}, "awx_setup_target_inputs: unknown destination_connection_string"),
    ({"awx_setup_failure_template": "Deploy"}, '"Deploy" is also the deployment'),
    ({"awx_setup_image_credential": "Vault"}, "awx_setup_image_credential: AWX has no credential named"),
    (
        {**WITHOUT_INPUTS, "__awx_setup_data": {"credential_types": [FEWER_FIELDS]}},
        "AWX does not change them while credentials use it",
    ),
    *(
        (
            {**WITHOUT_INPUTS, "__awx_setup_data": {"credential_types": [], "workflow": {"name": link.__name__}}},
            f'In the workflow "{link.__name__}", the deployment also runs after a gate that failed',
        )
        for link in LINKS
    ),
]


def test_what_does_not_fit_what_awx_has_is_named(awx, created, set_up, collections, tmp_path):
    """The tasks that read what must exist, in one run: each case in a block that is rescued."""
    before = deepcopy((awx.items, awx.joined))
    for link in LINKS:
        add_workflow_without_a_gate(awx, link)
    playbooks = tmp_path / "playbooks"
    shutil.copytree(collections / "ansible_collections/datascan/gate/playbooks", playbooks)
    (play,) = yaml.safe_load((playbooks / "awx_setup.yml").read_text())
    play["vars"] |= yaml.safe_load(VARIABLES)
    look_up = "tasks/awx_setup/look_up.yml"
    assert look_up in json.dumps(play.pop("tasks"))
    play["tasks"] = [
        {
            "block": [
                {"ansible.builtin.set_fact": {"__awx_setup_ids": {}}},
                {"ansible.builtin.include_tasks": look_up, "vars": variables},
                {"ansible.builtin.debug": {"msg": f"{sentence} was not said"}},
            ],
            "rescue": [{"ansible.builtin.meta": "noop"}],
        }
        for variables, sentence in [({}, "Anything"), *LOOKED_UP]
    ]
    (playbooks / "look_up.yml").write_text(yaml.safe_dump([play], sort_keys=False))
    printed = " ".join(set_up(playbook=playbooks / "look_up.yml", variables="{}").replace("\\", "").split())
    assert [sentence for _variables, sentence in LOOKED_UP if sentence not in printed] == []
    assert f"rescued={len(LOOKED_UP)} " in printed
    assert printed.count("was not said") == 1  # of what fits
    assert awx.changes() == []
    awx.items, awx.joined = before


@pytest.mark.parametrize("vendor", VENDORS)
def test_awx_would_take_what_every_vendor_has(vendor):
    data = page(vendor)
    for credential_type in data["credential_types"]:
        check_credential_type(credential_type)
    for template in data["job_templates"]:
        check_survey(template["survey"])
        assert (ROOT / "docs/awx/project" / template["playbook"]).is_file()
        check_extra_vars(json.dumps(template["extra_vars"]))
    # AWX gives back what it got, so that a second run finds no difference.
    assert json.loads(json.dumps(data)) == data
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
