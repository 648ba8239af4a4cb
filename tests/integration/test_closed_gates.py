# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gate that does not pass stops the deployment, whatever stands around it in the playbook or on the command line."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest
from fake_connection_string import STORAGE
from gate_plays import INVENTORY, UPLOADS, GatePlays

ANSIBLES_KEYS = {"changed", "failed", "exception"}  # which no role can leave out of what it registers
DEPLOY = """
- name: Deployment
  hosts: web1:web2
  gather_facts: false
  tasks:
    - name: Deploy
      ansible.builtin.debug:
      tags: [always, release]
"""


def keys_of_result(role: str) -> set[str]:
    """The keys that the README of a role documents."""
    page = (Path(__file__).parents[2] / "roles" / role / "README.md").read_text(encoding="utf-8")
    table = page.partition("\n| Key | Meaning |\n")[2].partition("\n\n")[0]
    return set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


@pytest.fixture
def plays(sandbox, tmp_path, collections) -> GatePlays:
    return GatePlays(sandbox, tmp_path, collections)


def gate_role(variables: str, **keywords: str) -> str:
    """A play on both hosts: the role watch_scans, then the deployment."""
    more = "".join(f"\n      {name}: {value}" for name, value in keywords.items() if not name.startswith("play_"))
    play = "".join(f"\n  {name[5:]}: {value}" for name, value in keywords.items() if name.startswith("play_"))
    return f"""
- name: Gate and deployment
  hosts: web1:web2
  gather_facts: false{play}
  tasks:
    - name: Gate
      ansible.builtin.include_role:
        name: datascan.gate.watch_scans
      vars: {variables}{more}
    - name: Deploy
      ansible.builtin.debug:
      tags: [always, release]
"""


IMPORTED = """
- ansible.builtin.import_playbook: datascan.gate.{name}
  vars: {variables}
"""


# The playbooks


def test_a_playbook_that_passes_lets_the_deployment_go_on(plays: GatePlays) -> None:
    """Case A6: `register: result` in an earlier play does not stop it."""
    earlier = """
- name: Earlier
  hosts: all,localhost
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
      register: result
"""
    run = plays(earlier + IMPORTED.format(name="watch_scans", variables='{watch_scans_ids: "{{ passes }}"}') + DEPLOY)
    assert (run.rc, run.deployed) == (0, ["web1", "web2"]), run.output
    assert run.stats["passed"] is True


def test_a_playbook_that_does_not_pass_stops_it(plays: GatePlays) -> None:
    run = plays(IMPORTED.format(name="watch_scans", variables='{watch_scans_ids: "{{ fails }}"}') + DEPLOY)
    assert (run.rc, run.deployed) == (2, []), run.output
    assert run.stats["passed"] is False and run.stats["scan_ids"] == [plays.fails]


def test_a_gate_that_was_left_out_because_localhost_failed_before(plays: GatePlays) -> None:
    """Case A2: the first gate passes, a play fails on localhost only, and the second gate is skipped."""
    between = """
- name: Between
  hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.fail:
"""
    first = IMPORTED.format(name="watch_scans", variables='{watch_scans_ids: "{{ passes }}"}')
    second = IMPORTED.format(name="watch_scans", variables='{watch_scans_ids: "{{ fails }}"}')
    run = plays(first + between + second + DEPLOY)
    assert (run.rc != 0, run.deployed) == (True, []), run.output


PASSED = '{"passed": true, "proceed": true}'


@pytest.mark.parametrize(
    "arguments",
    [
        ("--limit", "web1"),
        (
            *("--limit", "web1", "-e", f'{{"run_scan_result": {PASSED}, "watch_scans_result": {PASSED}}}'),
            *("-e", "result=inventory_hostname"),
        ),
        (
            *("--limit", "web1", "-e", '{"__datascan_required": {"number": -1}}'),
            *("-e", "__datascan_role=watch_scans"),
        ),
        ("--limit", "web1", "--tags", "release"),
    ],
    ids=" ".join,
)
def test_a_limit_without_localhost_deploys_nothing(plays: GatePlays, arguments: tuple[str, ...]) -> None:
    run = plays(IMPORTED.format(name="watch_scans", variables='{watch_scans_ids: "{{ passes }}"}') + DEPLOY, *arguments)
    assert (run.rc != 0, run.deployed, run.journal) == (True, [], []), run.output


@pytest.mark.parametrize(
    "condition", ["watch_scans_result is not defined", "not (watch_scans_result.passed | default(false))"]
)
def test_a_condition_on_the_result_does_not_end_the_import_halfway(plays: GatePlays, condition: str) -> None:
    """Case A8."""
    gate = IMPORTED.format(name="watch_scans", variables='{watch_scans_ids: "{{ fails }}"}') + f"  when: {condition}\n"
    run = plays(gate + DEPLOY)
    assert (run.rc, run.deployed) == (2, []), run.output


# A role in a play on two hosts


@pytest.mark.parametrize(
    "keywords",
    [
        {},
        {"run_once": "true"},
        {"when": "inventory_hostname == 'web1'"},
        {"when": "inventory_hostname == 'web2'"},
        {"ignore_errors": "true", "play_ignore_errors": "true", "play_ignore_unreachable": "true"},
        {"play_serial": "1"},
        {"play_strategy": "ansible.builtin.free"},
        {"play_strategy": "host_pinned"},
        {"play_strategy": "ansible.builtin.free", "when": "inventory_hostname == 'web1'"},
        {"loop": "[1, 2]", "loop_control": "{loop_var: item}"},
        {
            "play_module_defaults": "{datascan.gate.scan_gate: {mode: advise, policy: {states: [failed]}}}",
            "play_vars": "{watch_scans_mode: advise}",
            "play_any_errors_fatal": "false",
        },
    ],
    ids=str,
)
def test_a_failed_gate_deploys_to_no_host(plays: GatePlays, keywords: dict[str, str]) -> None:
    variables = '{watch_scans_ids: "{{ fails }}", watch_scans_mode: enforce}'
    run = plays(gate_role(variables, **keywords))
    if "when" in keywords and "free" in keywords.get("play_strategy", ""):
        assert "web1" not in run.deployed, run.output  # the other host is not stopped, and never asks: docs/gates.md
    else:
        assert run.deployed == [], run.output
    assert run.rc != 0, run.output


def test_the_failed_gate_of_one_host_stops_both(plays: GatePlays) -> None:
    """Rule 4 of the gate: the other host's own gate passes."""
    run = plays(gate_role("""{watch_scans_ids: "{{ fails if inventory_hostname == 'web2' else passes }}"}"""))
    assert (run.rc, run.deployed) == (2, []), run.output


def test_gates_that_pass_on_both_hosts_or_on_one_for_both(plays: GatePlays) -> None:
    """Three plays of one run."""
    keywords: list[dict[str, str]] = [{}, {"run_once": "true"}, {"when": "inventory_hostname == 'web2'"}]
    run = plays("".join(gate_role('{watch_scans_ids: "{{ passes }}"}', **each) for each in keywords))
    assert (run.rc, run.deployed) == (0, 3 * ["web1"] + 3 * ["web2"]), run.output
    assert run.stats["passed"] is True


def test_a_host_that_is_lost_after_the_read_stops_both(plays: GatePlays) -> None:
    """Case A7, with `ignore_unreachable` on the play."""
    lost = """
all:
  hosts:
    web1: {ansible_connection: local}
    web2:
      ansible_connection: "{{ 'ssh' if __datascan_found | default(none) else 'local' }}"
      ansible_host: 127.0.0.1
      ansible_port: 1
"""
    run = plays(
        gate_role('{watch_scans_ids: "{{ passes }}"}', play_ignore_unreachable="true", play_ignore_errors="true"),
        inventory=lost,
    )
    assert run.deployed == [] and run.rc != 0, run.output


def test_tags_of_an_include_do_not_skip_the_gate(plays: GatePlays) -> None:
    """Case A4."""
    run = plays(gate_role('{watch_scans_ids: "{{ fails }}"}', tags="release"), "--tags", "release")
    assert (run.rc, run.deployed) == (2, []), run.output


# Variables of other roles, and private ones


@pytest.mark.parametrize(
    "extra",
    [
        {
            "watch_scans_mode": "advise",
            "watch_scans_policy": {"states": ["failed"]},
            "watch_scans_wait_timeout": 1,
            "watch_scans_on_timeout": "return",
            "rescan_mode": "advise",
        },
        {"__datascan_judged": {"passed": True, "proceed": True}},
        {"__datascan_begun": {"refused": False, "options": {"mode": "advise", "policy": {}, "reports": []}}},
        {"run_scan_result": {"passed": True, "proceed": True}},
    ],
    ids=" ".join,
)
def test_extra_variables_of_other_roles_open_no_gate(plays: GatePlays, extra: dict[str, t.Any]) -> None:
    """Case A5."""
    target = "\"{{ target | combine({'source_container_path': 'uploads/error'}) }}\""
    run = plays(IMPORTED.format(name="run_scan", variables=f"{{run_scan_glasswall: {target}}}") + DEPLOY, **extra)
    assert (run.rc, run.deployed) == (2, []), run.output


def test_facts_and_included_variables_of_other_roles_open_no_gate(plays: GatePlays) -> None:
    (plays.folder / "more.json").write_text(
        json.dumps({"watch_scans_policy": {"states": ["failed"]}, "__datascan_judged": {"proceed": True}})
    )
    run = plays("""
- hosts: web1
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact:
        watch_scans_mode: advise
        __datascan_begun: {options: {mode: advise}}
    - ansible.builtin.include_vars: more.json
    - ansible.builtin.import_role:
        name: datascan.gate.run_scan
      vars:
        run_scan_glasswall: "{{ target | combine({'source_container_path': 'uploads/error'}) }}"
    - name: Deploy
      ansible.builtin.debug:
""")
    assert (run.rc, run.deployed) == (2, []), run.output


@pytest.mark.parametrize("where", ["role", "play"])
def test_private_variables_from_a_playbook_are_refused(plays: GatePlays, where: str) -> None:
    planted = "__datascan_begun: {options: {mode: advise, policy: {states: [failed]}}}"
    more = {"play_vars": f"{{{planted}}}"} if where == "play" else {}
    inner = f", {planted}" if where == "role" else ""
    run = plays(gate_role(f'{{watch_scans_ids: "{{{{ fails }}}}"{inner}}}', **more))
    assert (run.rc != 0, run.deployed, run.journal) == (True, [], []), run.output


@pytest.mark.parametrize("where", ["extra", "play", "fact"])
def test_a_host_cannot_publish_the_verdict_of_another(plays: GatePlays, where: str) -> None:
    """`inventory_hostname` is a variable as well: here both hosts would be web1, whose scan passes."""
    more = {"play_vars": "{inventory_hostname: web1}"} if where == "play" else {}
    gate = gate_role("""{watch_scans_ids: "{{ fails if name == 'two' else passes }}"}""", **more)
    if where == "fact":
        gate = gate.replace("  tasks:\n", "  tasks:\n    - ansible.builtin.set_fact: {inventory_hostname: web1}\n")
    hosts = INVENTORY.replace("web2: {", "web2: {name: two, ").replace("web1: {", "web1: {name: one, ")
    extra = {"inventory_hostname": "web1"} if where == "extra" else {}
    run = plays(gate, inventory=hosts, **extra)
    assert run.deployed == [] and run.rc != 0, run.output
    assert run.stats["passed"] is False


def test_an_inventory_that_calls_this_machine_by_its_address(plays: GatePlays) -> None:
    inventory = "all: {hosts: {127.0.0.1: {ansible_connection: local}}}"
    deploy = DEPLOY.replace("web1:web2", "all")
    gate = IMPORTED.format(name="watch_scans", variables='{watch_scans_ids: "{{ passes }}"}')
    run = plays(gate + deploy, inventory=inventory)
    assert (run.rc, run.deployed) == (0, ["127.0.0.1"]), run.output
    failing = IMPORTED.format(name="watch_scans", variables='{watch_scans_ids: "{{ fails }}"}')
    assert plays(failing + deploy, inventory=inventory).deployed == []


def test_the_role_of_shared_tasks_is_no_gate(plays: GatePlays) -> None:
    run = plays(gate_role("{}").replace("datascan.gate.watch_scans", "datascan.gate.gate"))
    assert (run.rc, run.deployed) == (2, []), run.output


# Results that must not survive

RESCUED = """
- name: Two gates
  hosts: localhost
  gather_facts: false
  tasks:
    - name: First gate
      ansible.builtin.include_role:
        name: datascan.gate.{role}
      vars: {passing}
    - name: Second gate
      block:
        - name: Gate
          ansible.builtin.include_role:
            name: datascan.gate.{role}
          vars: {failing}
        - name: Deploy
          ansible.builtin.debug:
      rescue:
        - name: Result
          ansible.builtin.debug:
            msg: "{{{{ {role}_result }}}}"
"""
RUN = "run_scan_glasswall: '{{ target }}'"
WATCH = "watch_scans_ids: '{{ passes }}'"
# Whatever refuses a gate: its variables, a template, the vendor, or Ansible.
REFUSALS = {
    "a wrong type": ("watch_scans", f"{{{WATCH}, watch_scans_wait_timeout: [soon]}}"),
    "an unknown variable": ("watch_scans", f"{{{WATCH}, watch_scans_polcy: {{max_age: 1}}}}"),
    "an undefined variable": ("watch_scans", "{watch_scans_ids: '{{ nowhere }}'}"),
    "key=value text that is none": ("watch_scans", f"{{{WATCH}, watch_scans_policy: 'a=1 b'}}"),
    "a wrong token": ("watch_scans", f"{{{WATCH}, datascan_api_token: wrong}}"),
    "a wrong address": ("watch_scans", f"{{{WATCH}, datascan_api_url: 'http://127.0.0.1:1', datascan_retries: 0}}"),
    "nothing to watch": ("watch_scans", "{watch_scans_ids: ''}"),
    "a start without a target": ("run_scan", "{run_scan_glasswall: {}}"),
    "a template error in the target": ("run_scan", "{run_scan_glasswall: '{{ target | combine(nowhere) }}'}"),
    "a scan that fails": (
        "run_scan",
        "{run_scan_glasswall: \"{{ target | combine({'source_container_path': 'uploads/error'}) }}\"}",
    ),
}


@pytest.mark.parametrize("role", ["run_scan", "watch_scans"])
def test_no_older_result_survives_a_gate_that_fails(plays: GatePlays, role: str) -> None:
    """Cases A1, I1 and I6: a later gate of a run is refused, whatever refuses it. Each case is two gates of one run."""
    passing = f"{{{RUN}}}" if role == "run_scan" else f"{{{WATCH}}}"
    cases = [case for case, (used_by, _variables) in REFUSALS.items() if used_by == role]
    playbook = "".join(
        RESCUED.format(role=role, passing=passing, failing=REFUSALS[case][1]).replace("name: Result", f"name: {case}")
        for case in cases
    )
    run = plays(playbook)
    assert run.deployed == [], run.output
    for case in cases:
        result = run.shown(case)
        assert result["passed"] is False and result["proceed"] is False, case
        assert result["error"]["kind"] and result["msg"] and result["reasons"], case
        assert set(result) - ANSIBLES_KEYS == keys_of_result(role), case
    assert run.stats["passed"] is False
    names = [role, *(f"{role} {number}" for number in range(2, 2 * len(cases) + 1))]
    assert [run.stats["gates"][name]["passed"] for name in names] == [True, False] * len(cases)


def test_a_start_that_the_vendor_refuses_leaves_a_result(plays: GatePlays) -> None:
    """Case A1: HTTP 412 in the second gate."""
    plays.sandbox.fault("POST", "/scans$", {"kind": "status", "code": 412}, skip=1)
    failing = "{run_scan_glasswall: \"{{ target | combine({'source_container_path': 'other'}) }}\"}"
    run = plays(RESCUED.format(role="run_scan", passing=f"{{{RUN}}}", failing=failing))
    result = run.shown("Result")
    assert run.deployed == [] and result["passed"] is False, run.output
    assert result["error"]["http_status"] == 412
    assert run.stats["passed"] is False


# What is refused before anything is sent

# One case of each kind. tests/unit/plugin_utils/test_gate_options.py has more.
PROFILE = {"datascan_provider": "bigid", "run_scan_bigid": {"scan_profile": "nightly"}}
CASES: dict[str, tuple[str, dict[str, t.Any], str]] = {
    "a vendor that cannot cancel": ("run_scan", {**PROFILE, "run_scan_on_timeout": "cancel"}, "cancel"),
    "a time that is no number": ("run_scan", {"run_scan_wait_timeout": "an hour"}, "run_scan_wait_timeout"),
    "a state that is none": ("run_scan", {"run_scan_policy": {"states": ["complete"]}}, "states"),
    "issues that nobody counts": ("run_scan", {**PROFILE, "run_scan_policy": {"max_issues": 0}}, "max_issues"),
    "issues of scans that nobody counts": (
        "watch_scans",
        {"datascan_provider": "bigid", "watch_scans_policy": {"max_issues": 0}},
        "max_issues",
    ),
    "a report without a folder": (
        "run_scan",
        {"run_scan_reports": [{"format": "json", "dest": "/nowhere/at/all.json"}]},
        "/nowhere/at",
    ),
    "a misspelt variable": ("run_scan", {"run_scan_wait_timout": 5}, "run_scan_wait_timout"),
    "a vendor that cannot start": ("run_scan", {"datascan_provider": "advalidation"}, "Advalidation"),
    "a vendor that cannot list": (
        "watch_scans",
        {"datascan_provider": "protecto", "watch_scans_ids": "", "watch_scans_query": {"states": ["running"]}},
        "Protecto",
    ),
    "the subject of another vendor": ("rescan", {"rescan_creative_id": "7"}, "rescan_creative_id"),
    "a signature that has expired": (
        "run_scan",
        {"run_scan_glasswall": {**UPLOADS, "source_connection_string": STORAGE.replace("2099-", "2023-")}},
        "source_connection_string",
    ),
    "an id that is none": ("watch_scans", {"watch_scans_ids": "../x"}, "../x"),
    "retries below zero": ("run_scan", {"datascan_retries": -1}, "retries"),
}
USUAL: dict[str, dict[str, t.Any]] = {
    "run_scan": {"run_scan_glasswall": UPLOADS},
    "watch_scans": {"watch_scans_ids": "67336873-8e06-464b-bd34-4a157cc87a18"},
    "rescan": {"rescan_scan_id": "67336873-8e06-464b-bd34-4a157cc87a18"},
}


def test_what_cannot_work_is_refused_before_anything_is_sent(plays: GatePlays) -> None:
    """Cases D and I5. Each case is a play of one run."""
    playbook = ""
    for number, (role, variables, _named) in enumerate(CASES.values()):
        given = {**USUAL[role], **variables}
        if variables.get("datascan_provider", "glasswall") != "glasswall":
            given.pop("run_scan_glasswall", None)
        playbook += plays.play_of(str(number), role, given)
    run = plays(playbook)
    assert run.journal == [], run.output
    for number, (case, (_role, _variables, named)) in enumerate(CASES.items()):
        result = run.shown(f"Result of {number}")
        assert result["passed"] is False and result["proceed"] is False, case
        assert result["error"]["kind"] in ("invalid_input", "unsupported"), (case, result)
        assert named in result["msg"], (case, result["msg"])


# What no gate can prevent, and its cure

GUARDED = """
- name: Deployment
  hosts: web1
  gather_facts: false
  tasks:
    - name: Deploy only if the gate passed
      ansible.builtin.assert:
        that: hostvars['localhost'].watch_scans_result.passed | default(false, true)
      tags: release

    - name: Deploy
      ansible.builtin.debug:
      when: hostvars['localhost'].watch_scans_result.passed | default(false, true)
      tags: release
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("--skip-tags", "always"),
        ("--start-at-task", "Deploy only if the gate passed"),
        ("--start-at-task", "Deploy"),
        ("--limit", "web1"),
    ],
    ids=" ".join,
)
def test_a_check_in_the_deployment_holds_where_the_gate_was_skipped(
    plays: GatePlays, arguments: tuple[str, ...]
) -> None:
    """Case A13, with the check that docs/gates.md gives as the cure. The gate asks for nothing, so it would pass."""
    gate = IMPORTED.format(name="watch_scans", variables='{watch_scans_ids: "{{ passes }}"}')
    run = plays(gate + GUARDED, *arguments)
    assert (run.deployed, run.journal) == ([], []), run.output


def test_that_check_lets_a_deployment_go_on(plays: GatePlays) -> None:
    gate = IMPORTED.format(name="watch_scans", variables='{watch_scans_ids: "{{ passes }}"}')
    run = plays(gate + GUARDED, "--tags", "release")
    assert (run.rc, run.deployed) == (0, ["web1"]), run.output


def test_an_included_gate_with_the_tag_always_runs_under_tags(plays: GatePlays) -> None:
    run = plays(gate_role('{watch_scans_ids: "{{ fails }}"}', tags="always"), "--tags", "release")
    assert (run.rc, run.deployed) == (2, []), run.output


# Advice, check mode, and the statistics


def test_advice_lets_a_failed_gate_go_on_and_says_so(plays: GatePlays) -> None:
    run = plays(gate_role('{watch_scans_ids: "{{ fails }}", watch_scans_mode: advise}'))
    assert (run.rc, run.deployed) == (0, ["web1", "web2"]), run.output
    assert run.stats["passed"] is False


def test_advice_does_not_pass_a_gate_that_could_not_ask(plays: GatePlays) -> None:
    run = plays(gate_role('{watch_scans_ids: "{{ passes }}", watch_scans_mode: advise, datascan_api_token: wrong}'))
    assert (run.rc, run.deployed) == (2, []), run.output


def test_check_mode_sends_no_start_and_goes_on(plays: GatePlays) -> None:
    run = plays(IMPORTED.format(name="run_scan", variables='{run_scan_glasswall: "{{ target }}"}') + DEPLOY, "--check")
    assert (run.rc, run.starts) == (0, 0), run.output


def test_the_statistics_name_every_gate_of_the_run(plays: GatePlays) -> None:
    run = plays(RESCUED.format(role="watch_scans", passing=f"{{{WATCH}}}", failing="{watch_scans_ids: '{{ fails }}'}"))
    gates = run.stats["gates"]
    assert (run.rc, run.stats["passed"]) == (0, False), run.output
    assert {name: gate["passed"] for name, gate in gates.items()} == {"watch_scans": True, "watch_scans 2": False}
    assert gates["watch_scans 2"]["scan_ids"] == [plays.fails]
    assert run.stats["scan_ids"] == [plays.passes, plays.fails]


def test_a_gate_as_a_module_in_a_process_of_its_own(plays: GatePlays) -> None:
    """One that passes. test_audit_cluster.py and test_killed_plays.py have some that fail."""
    variables = "{watch_scans_ids: '{{ passes }}', datascan_in_process: false}"
    run = plays(IMPORTED.format(name="watch_scans", variables=variables) + DEPLOY)
    assert run.deployed == ["web1", "web2"], run.output
