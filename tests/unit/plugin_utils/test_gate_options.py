# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of a role: values that are refused before any request, and values that are accepted."""

from __future__ import annotations

import json
import re
import textwrap
import typing as t
from datetime import datetime, timezone
from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.release import __version__ as ansible_version
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    InvalidInputError,
    UnsupportedError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_class
from ansible_collections.datascan.gate.plugins.plugin_utils._gate_options import (
    absolute_reports,
    check_names,
    check_options,
    given_credentials,
    known_reports,
    needs_issue_count,
    read_options,
)
from ansible_collections.datascan.gate.plugins.plugin_utils._role_variables import ROLES
from glasswall_script import SCAN_ID, TARGET
from packaging.version import Version
from provider_samples import sample_target

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
UNTIL = {"until": "2999-01-01T00:00:00Z", "reason": "Known."}
GATED = ("run_scan", "watch_scans", "rescan")


def defaults(role: str) -> dict[str, t.Any]:
    loaded: dict[str, t.Any] = yaml.safe_load((ROLES / role / "defaults" / "main.yml").read_text(encoding="utf-8"))
    return loaded


def usual(role: str, **more: t.Any) -> dict[str, t.Any]:
    subject: dict[str, t.Any] = {
        "run_scan": {"run_scan_glasswall": TARGET},
        "watch_scans": {"watch_scans_ids": [SCAN_ID]},
        "rescan": {"rescan_scan_id": SCAN_ID},
    }[role]
    return {**defaults(role), **subject, "datascan_provider": "glasswall", **more}


def check(role: str, variables: dict[str, t.Any]) -> None:
    check_options(read_options(role, variables, lambda value: value), role)


@pytest.mark.parametrize("role", GATED)
def test_usual_variables_are_accepted(role: str) -> None:
    check(role, usual(role, datascan_gate={"passed": True}, datascan_in_process=False, **{f"{role}_result": {}}))


@pytest.mark.parametrize("role", GATED)
def test_an_empty_text_is_the_same_as_not_set(role: str) -> None:
    spec = yaml.safe_load((ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    names = set(spec["argument_specs"][role]["options"]) - set(usual(role))
    assert names
    check(role, {**usual(role), **dict.fromkeys(names, "")})


@pytest.mark.parametrize("role", GATED)
@pytest.mark.parametrize(
    "name", ["{role}_polcy", "{role}_wait_timout", "datascan_api_key", "{role}_", "{role}_results"]
)
def test_an_unknown_name_is_refused(role: str, name: str) -> None:
    name = name.format(role=role)
    with pytest.raises(InvalidInputError, match=name):
        check(role, usual(role, **{name: ""}))


@pytest.mark.parametrize(
    ("role", "name", "meant"),
    [
        ("run_scan", "run_scan_polcy", "run_scan_policy"),
        ("run_scan", "run_scan_wait_timout", "run_scan_wait_timeout"),
        ("run_scan", "datascan_api_tokn", "datascan_api_token"),
        ("run_scan", "run_scan_provider", "datascan_provider"),  # the name is right, and the prefix is not
        ("watch_scans", "datascan_policy", "watch_scans_policy"),
        ("watch_scans", "watch_scans_id", "watch_scans_ids"),
        ("watch_scans", "watch_scans_scan_ids", "watch_scans_ids"),  # the name of the module's option
        ("watch_scans", "watch_scans_started_after", "watch_scans_query.started_after"),
        ("rescan", "rescan_max_issues", "rescan_policy.max_issues"),
    ],
)
def test_an_unknown_name_comes_with_the_variable_that_is_meant(role: str, name: str, meant: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"^{name} is not .*Did you mean {re.escape(meant)}\?"):
        check(role, usual(role, **{name: 1}))


KNOWN = ("sandbox_state", "sandbox_port", "sandbox_url")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("sandbox_prt", "sandbox_port"),
        ("sandbox_sate", "sandbox_state"),
        ("datascan_api_tokn", "datascan_api_token"),
        ("datascan_port", "sandbox_port"),  # the name is right, and the prefix is not
    ],
)
def test_a_misspelt_variable_of_what_is_not_a_gate_is_refused(name: str, meant: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"^{name} is not a variable of sandbox\. Did you mean {meant}\?"):
        check_names("sandbox", {"sandbox_port": 1, name: 1}, KNOWN)


def test_other_variables_of_what_is_not_a_gate_are_accepted() -> None:
    own = {"sandbox_of_mine": 7, "sandbox_port": "{{ sandbox_of_mine }}", "mysandbox_prt": 1, "sandboxed": 1}
    shared = {"datascan_api_token": "t", "datascan_time_zone": "UTC", "datascan_gate": {}, "datascan_in_process": False}
    check_names("sandbox", {**own, **shared}, KNOWN)


def known_in(path: Path, owner: str) -> set[str]:
    """The variables with a prefix that a YAML file names in its step `names`, and those of its argument spec."""
    step, rest = path.read_text(encoding="utf-8").partition("step: names")[::2]
    return set(re.findall(rf"(?m)^ +({owner}_\w+):$", step)) | set(
        re.findall(rf"\b{owner}_\w+", rest.partition("\n\n")[0])
    )


def test_what_the_sandbox_and_the_playbook_set_themselves_is_known() -> None:
    """A second sandbox or a second cancellation of a play must not be refused."""
    tasks = ROLES / "sandbox" / "tasks"
    sets = "".join((tasks / name).read_text(encoding="utf-8") for name in ("present.yml", "absent.yml"))
    facts = {*re.findall(r"register: (\w+)", sets), *re.findall(r"(?m)^    (sandbox_\w+): \S", sets)} - {"sandbox_now"}
    assert facts == known_in(tasks / "names.yml", "sandbox")
    playbook = ROLES.parent / "playbooks" / "cancel_scan.yml"
    used = set(re.findall(r"\bcancel_scan_\w+", playbook.read_text(encoding="utf-8"))) - {"cancel_scan_spec"}
    assert used == known_in(playbook, "cancel_scan")


@pytest.mark.parametrize(
    ("role", "changes", "unknown", "meant"),
    [
        ("run_scan", {"policy": {"max_isues": 1}}, "policy.max_isues", "policy.max_issues"),
        ("run_scan", {"glasswall": {"auto_rescn": True}}, "glasswall.auto_rescn", "glasswall.auto_rescan"),
        ("run_scan", {"reports": [{"formt": "json"}]}, "reports[0].formt", "reports[0].format"),
        ("watch_scans", {"query": {"stats": ["failed"]}}, "query.stats", "query.states"),
    ],
)
def test_an_unknown_suboption_is_named_by_the_roles_variable(
    role: str, changes: dict[str, t.Any], unknown: str, meant: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check(role, usual(role, **{f"{role}_{name}": value for name, value in changes.items()}))
    assert caught.value.message == f"{role}_{unknown} is not an option. Did you mean {role}_{meant}?"


SECRET = VaultSecret(b"password")
VAULT = VaultLib([("default", SECRET)])


def test_secrets_are_known_behind_templates_and_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """This also holds for a value with another part whose template fails."""
    monkeypatch.setenv("DATASCAN_REFRESH_TOKEN", "user-1234")
    monkeypatch.delenv("DATASCAN_API_TOKEN", raising=False)
    values = {"{{ token }}": "token-1234", "{{ sas }}": "sas-1234"}

    def template(value: t.Any) -> t.Any:
        return values[value] if isinstance(value, str) else {}["fails"]

    target = {"source_connection_string": "{{ sas }}", "source_container_path": "{{ no_such_variable }}"}
    given = {"datascan_api_token": "{{ token }}", "run_scan_glasswall": target}
    assert sorted(given_credentials("run_scan", given, template)) == ["sas-1234", "token-1234", "user-1234"]
    assert given_credentials("no_such_role", given, template) == ["user-1234"]


def vaulted(text: str) -> t.Any:
    """A text with the tag !vault as templating returns it: since ansible-core 2.19 decrypted, before that unchanged."""
    if Version(ansible_version) >= Version("2.19.dev0"):
        return text
    yaml_text = f"text: !vault |\n{textwrap.indent(VAULT.encrypt(text).decode(), '  ')}"
    loader = DataLoader()
    loader.set_vault_secrets([("default", SECRET)])
    return loader.load(yaml_text)["text"]


def test_vaulted_texts_are_read() -> None:
    given = usual("run_scan", datascan_api_token=vaulted("token-1234"), run_scan_wait_timeout=vaulted("90"))
    given["run_scan_glasswall"] = {**TARGET, "source_connection_string": vaulted(TARGET["source_connection_string"])}
    options = read_options("run_scan", given, lambda value: value)
    assert options["wait_timeout"] == 90
    assert options["glasswall"]["source_connection_string"] == TARGET["source_connection_string"]
    check_options(options, "run_scan")


def test_a_variable_that_an_option_uses_is_the_users_own() -> None:
    given = usual("run_scan", run_scan_previous_scan_id="{{ run_scan_last_id }}", run_scan_last_id="")
    check("run_scan", given)


@pytest.mark.parametrize(
    "template",
    ["{{\nrun_scan_days * 86400 }}", "{% if run_scan_days %}5{% endif %}", "{{ {'a': {}} | d(run_scan_days) }}"],
)
def test_a_template_inside_an_option_may_use_the_users_own_variable(template: str) -> None:
    policy = {"max_age": template}
    given = usual("run_scan", run_scan_policy=policy, run_scan_days=1)
    read_options("run_scan", given, lambda value: {"max_age": 5} if value == policy else value)


@pytest.mark.parametrize("text", ["run_scan_max_issues.xml", "{{ folder }}/run_scan_max_issues", "run_scan_max_issues"])
def test_text_that_is_no_template_uses_no_variable(text: str) -> None:
    given = usual("run_scan", run_scan_reports=[{"format": "junit", "dest": text}], run_scan_max_issues=0)
    with pytest.raises(InvalidInputError, match=r"^run_scan_max_issues is not .*run_scan_policy\.max_issues"):
        check("run_scan", given)


@pytest.mark.parametrize("role", GATED)
@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("wait_timeout", -1),
        ("wait_timeout", float("nan")),
        ("wait_timeout", "soon"),
        ("wait_timeout", [5]),
        ("wait_interval", 0),
        ("wait_interval", -0.5),
        ("on_timeout", "ignore"),
        ("mode", "Enforce"),
        ("policy", "strict"),
        ("policy", [1]),
        ("policy", {"states": "complete"}),
        ("policy", {"max_age": -1}),
        ("policy", {"max_issues": float("inf")}),
        ("wait_timeout", 10**400),
        ("policy", {"max_isues": 1}),
        ("policy", {"allow_missing": "perhaps"}),
        *(("policy", {"min_scans": value}) for value in (0, -1, True, 1.5, "many", [1], 2)),  # 2 of one
        *(("policy", {"newer_than": value}) for value in ("yesterday", 0, -1, 1767323045.5, NOW, NOW.date(), True, [])),
        ("policy", {"newer_than": "2999-01-01T00:00:00Z"}),
        ("policy", {"newer": "2026-01-01T00:00:00Z"}),
        ("policy", {"accepted": {"scan": "a", **UNTIL}}),
        ("policy", {"accepted": "a"}),
        ("policy", {"accepted": [{}]}),
        ("policy", {"accepted": [{"scan": "", "issue": "", **UNTIL}]}),
        ("policy", {"accepted": [{"scan": "a", "reason": "b"}]}),
        ("policy", {"accepted": [{"scan": "a", "reason": "", "until": "2999-01-01T00:00:00Z"}]}),
        ("policy", {"accepted": [{"scan": "a", "reason": "b", "until": "2999-01-01"}]}),
        ("policy", {"accepted": [{"scan": "a", "reason": "b", "until": "2999-01-01T00:00:00"}]}),
        ("policy", {"accepted": [{"scan": "a", "reason": "b", "until": NOW}]}),
        ("policy", {"accepted": [{"scan": 7, **UNTIL}]}),
        ("policy", {"accepted": [{"scan": "a", "issues": ["b"], **UNTIL}]}),
        ("policy", {"accepted": [{"scan": "a", "issue": "", **UNTIL}]}),
        ("policy", {"accepted": [{"scan": "a", "issue": None, **UNTIL}]}),
        ("policy", {"accepted": [{"scan": None, "issue": "a", **UNTIL}]}),
        ("policy", json.dumps({"accepted": [{"scan": "a", "issue": None, **UNTIL}]})),
        ("policy", {"accepts": []}),
        ("reports", "scan.xml"),
        ("reports", [{"format": "xml", "dest": "a"}]),
        ("reports", [{"dest": "a"}]),
        ("reports", [7]),
    ],
    ids=str,
)
def test_an_option_that_cannot_work_is_refused(role: str, option: str, value: t.Any) -> None:
    with pytest.raises(DatascanError, match=option if option != "policy" else "polic|max_|states|allow|accept|newer"):
        check(role, usual(role, **{f"{role}_{option}": value}))


@pytest.mark.parametrize("role", GATED)
def test_a_policy_that_asks_for_all_is_accepted(role: str) -> None:
    policy = {"min_scans": 1, "newer_than": "1767323045", "accepted": [{"scan": "nightly", **UNTIL}]}
    check(role, usual(role, **{f"{role}_policy": policy}))
    for empty in ({"min_scans": "", "newer_than": "", "accepted": ""}, {"accepted": []}, dict.fromkeys(policy)):
        check(role, usual(role, **{f"{role}_policy": empty}))


@pytest.mark.parametrize("role", GATED)
def test_what_is_not_set_is_not_handed_on_as_null(role: str) -> None:
    """A module cannot distinguish a null from a role and a null from the user."""
    entry = {"scan": "nightly", **UNTIL}
    options = read_options(role, usual(role, **{f"{role}_policy": {"accepted": [entry]}}), lambda value: value)
    assert options["policy"]["accepted"] == [entry]


def test_more_scans_than_there_can_be_are_refused() -> None:
    ids = {"watch_scans_ids": [SCAN_ID, SCAN_ID]}
    with pytest.raises(InvalidInputError, match=r"watch_scans_policy\.min_scans is 2, but the gate judges at most 1\."):
        check("watch_scans", usual("watch_scans", **ids, watch_scans_policy={"min_scans": 2}))
    query = {"watch_scans_ids": "", "watch_scans_query": {"limit": 1}, "watch_scans_policy": {"min_scans": 2}}
    with pytest.raises(InvalidInputError, match="at most 1"):
        check("watch_scans", usual("watch_scans", **query))
    check("watch_scans", usual("watch_scans", **{**query, "watch_scans_query": {"states": ["completed"]}}))


@pytest.mark.parametrize("role", GATED)
def test_newer_than_is_refused_where_the_vendor_reports_no_start(role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_class("glasswall"), "has_start_times", False)
    with pytest.raises(UnsupportedError, match=rf"{role}_policy\.newer_than: Glasswall does not report"):
        check(role, usual(role, **{f"{role}_policy": {"newer_than": "1767323045"}}))


def test_a_wrong_option_does_not_show_a_token() -> None:
    with pytest.raises(InvalidInputError) as raised:
        check("run_scan", usual("run_scan", datascan_api_token="t0ken-of-mine", run_scan_mode="t0ken-of-mine"))
    assert "t0ken" not in str(raised.value)


def test_a_template_that_fails_names_its_variable() -> None:
    def template(value: t.Any) -> t.Any:
        if value == "{{ nowhere }}":
            raise AnsibleError("'nowhere' is undefined")
        return value

    with pytest.raises(InvalidInputError, match=r"watch_scans_ids: .*nowhere"):
        read_options("watch_scans", usual("watch_scans", watch_scans_ids="{{ nowhere }}"), template)


@pytest.mark.parametrize("role", GATED)
@pytest.mark.parametrize("name", ["glasswall", "advalidation"])
def test_a_vendor_that_counts_takes_a_policy_that_needs_a_count(role: str, name: str) -> None:
    if role == "run_scan" and name == "advalidation":
        pytest.skip("Advalidation cannot start scans.")
    own = {"rescan_scan_id": None, "rescan_creative_id": "7"} if (role, name) == ("rescan", "advalidation") else {}
    check(role, {**usual(role, datascan_provider=name), **own, f"{role}_policy": {"max_issues": 0}})


@pytest.mark.parametrize("role", ["run_scan", "watch_scans"])
@pytest.mark.parametrize("name", ["bigid", "protecto"])
@pytest.mark.parametrize(
    ("policy", "option"),
    [
        ({"max_issues": 0}, "max_issues"),
        ({"accepted": [{"issue": "a", "until": "2099-01-01T00:00:00Z", "reason": "b"}]}, "accepted.issue"),
    ],
)
def test_a_vendor_that_cannot_count_is_refused_with_what_to_do(
    role: str, name: str, policy: dict[str, t.Any], option: str
) -> None:
    """The message names the variable of the role, which has no option count_issues."""
    title = {"bigid": "BigID", "protecto": "Protecto"}[name]
    subject = {"run_scan_glasswall": None, f"run_scan_{name}": sample_target(provider_class(name))}
    given = usual(role, datascan_provider=name, **{f"{role}_policy": policy})
    with pytest.raises(UnsupportedError) as raised:
        check(role, {**given, **(subject if role == "run_scan" else {})})
    assert raised.value.message == (
        f"{role}_policy.{option} needs a count of issues, and {title} does not count them. Remove {option}."
    )


@pytest.mark.parametrize(
    ("policy", "needed"),
    [
        ({}, False),
        ({"max_issues": None, "accepted": None}, False),
        ({"max_issues": "", "accepted": [{"scan": "a", "issue": None, **UNTIL}]}, False),
        ({"max_issues": 0}, True),
        ({"accepted": [{"scan": "a", **UNTIL}]}, False),
        ({"accepted": [{"scan": "a", **UNTIL}, {"scan": "a", "issue": "b", **UNTIL}]}, True),
    ],
    ids=str,
)
def test_issues_are_counted_where_the_policy_needs_them(policy: dict[str, t.Any], needed: bool) -> None:
    assert needs_issue_count(policy) is needed


@pytest.mark.parametrize(
    ("role", "changes", "named"),
    [
        ("run_scan", {"run_scan_bigid": {"scan_profile": "a"}}, "run_scan_bigid"),
        ("run_scan", {"run_scan_glasswall": ""}, "run_scan_glasswall"),
        ("run_scan", {"datascan_provider": "advalidation"}, "Advalidation"),
        ("run_scan", {"datascan_provider": "acme"}, "acme"),
        ("rescan", {"rescan_creative_id": "7"}, "rescan_creative_id"),
        ("rescan", {"datascan_provider": "protecto"}, "Protecto"),
        ("watch_scans", {"watch_scans_ids": ""}, "watch_scans_ids"),
        ("watch_scans", {"watch_scans_query": {"limit": 1}}, "watch_scans_query"),
        ("watch_scans", {"datascan_provider": "bigid", "watch_scans_on_timeout": "cancel"}, "BigID"),
    ],
)
def test_what_the_vendor_cannot_do_is_refused(role: str, changes: dict[str, t.Any], named: str) -> None:
    with pytest.raises(DatascanError, match=named):
        check(role, usual(role, **changes))


def test_what_a_query_finds_is_not_cancelled() -> None:
    """A query may also find scans of other users."""
    variables = usual("watch_scans", watch_scans_query={"limit": 1}, watch_scans_on_timeout="cancel")
    with pytest.raises(InvalidInputError, match="watch_scans_on_timeout: cancel would cancel scans of others"):
        check("watch_scans", {**variables, "watch_scans_ids": []})
    check("watch_scans", {**variables, "watch_scans_query": {}})


def test_a_missing_scan_names_the_questions_of_the_survey() -> None:
    page = yaml.safe_load((ROLES.parent / "playbooks/files/awx/glasswall.yml").read_text(encoding="utf-8"))
    (watch,) = [template for template in page["job_templates"] if template["playbook"] == "watch_scans.yml"]
    with pytest.raises(DatascanError) as raised:
        check("watch_scans", usual("watch_scans", watch_scans_ids=[], watch_scans_query={}))
    for question in watch["survey"]["spec"]:
        assert (question["question_name"] in str(raised.value)) == (not question["required"])


def test_the_vendor_of_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATASCAN_PROVIDER", "bigid")
    with pytest.raises(DatascanError, match="BigID"):
        check("watch_scans", usual("watch_scans", datascan_provider="", watch_scans_on_timeout="cancel"))


def test_reports_get_absolute_paths_once_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = read_options("run_scan", usual("run_scan", run_scan_reports=[{"format": "json", "dest": "a.json"}]), id_)
    assert absolute_reports(given) == [{"format": "json", "dest": str(tmp_path / "a.json")}]
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "link.json").symlink_to(tmp_path / "a.json")
    two = [{"format": "json", "dest": "a.json"}, {"format": "html", "dest": "link.json"}]
    with pytest.raises(InvalidInputError, match="same dest"):
        absolute_reports(read_options("run_scan", usual("run_scan", run_scan_reports=two), id_))


def test_a_report_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    missing = [{"format": "json", "dest": str(tmp_path / "nowhere/a.json")}]
    with pytest.raises(InvalidInputError, match=r"run_scan_reports: .*nowhere"):
        absolute_reports(read_options("run_scan", usual("run_scan", run_scan_reports=missing), id_))


@pytest.mark.parametrize("role", [*GATED, "audit_cluster"])
def test_reports_are_known_although_other_variables_are_wrong(role: str, tmp_path: Path) -> None:
    reports = [
        {"format": "json", "dest": "/a.json"},
        {"format": "pdf", "dest": "/b.pdf"},
        {"format": "markdown"},
        {"dest": "/c"},
        {"format": ["json"], "dest": "/d"},
        {"Format": "json", "Dest": "/e"},
        {"format": "json", "dest": ["/f"]},
        {"format": "json", "dest": ["/g", "/h"]},
        {"format": "json", "dest": ""},
        7,
    ]
    known = {
        "/a.json": "json",
        "/b.pdf": "",
        "/c": "",
        "/d": "",
        "/e": "json",
        "/f": "json",
    }  # "": the older report is removed
    assert {one["dest"]: one["format"] for one in known_reports(role, {f"{role}_reports": reports}, id_)} == known
    for wrong in (None, "a.json", 7):
        assert known_reports(role, {f"{role}_reports": wrong}, id_) == []


@pytest.mark.parametrize("is_named", [False, True])
def test_a_template_that_fails_costs_only_the_report_it_stands_in(is_named: bool) -> None:
    """This also holds where the variable refers to another variable, as in the playbooks of a team."""
    reports = [
        {"format": "json", "dest": "{{ folder }}/a.json"},
        {"format": "html", "dest": "/b.html"},
        {"format": "{{ nothing }}", "dest": "/c"},
    ]
    templates = {"folder": None, "nothing": None}

    def template(value: t.Any) -> t.Any:
        if any(name in str(value) for name in templates) or "{{" in str(value):
            raise AnsibleError("'folder' is undefined")
        return value

    variables = {"run_scan_reports": "{{ team_reports }}", "team_reports": reports}
    given = variables if is_named else {"run_scan_reports": reports}
    known = [{"format": "html", "dest": "/b.html"}, {"format": "", "dest": "/c"}]
    assert known_reports("run_scan", given, template) == known
    assert known_reports("run_scan", {"run_scan_reports": "{{ folder }}"}, template) == []
    assert known_reports("run_scan", {"run_scan_reports": "{{ run_scan_reports }}"}, template) == []


@pytest.mark.parametrize("name", ["run_scan_report", "run_scan_reprots", "run_scan_reports_"])
def test_reports_are_known_under_a_misspelt_name(name: str) -> None:
    given = {"run_scan_reports": [], name: [{"format": "json", "dest": "/a.json"}], "run_scan_policy": {"dest": "/b"}}
    assert known_reports("run_scan", given, id_) == [{"format": "json", "dest": "/a.json"}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("run_scan_repo", {"dest": "/srv/app.tar", "version": "main"}),
        ("run_scan_repository", [{"dest": "/srv/app.json", "format": "json"}]),
        ("run_scan_replicas", "dest=/srv/app.tar format=tar"),
        ("run_scan_report", {"dest": "/srv/app.tar", "format": "tar"}),
        ("run_scan_reporter", {"dest": "/srv/app.json", "format": "json"}),
    ],
)
def test_no_file_of_another_variable_is_a_report(name: str, value: t.Any) -> None:
    """A file that counts as a report would be overwritten or removed."""
    assert known_reports("run_scan", {"run_scan_reports": [], name: value}, id_) == []


def id_(value: t.Any) -> t.Any:
    return value
