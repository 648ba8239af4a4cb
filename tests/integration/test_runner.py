# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them, with the credential types, surveys and project that awx_setup.yml uses."""

from __future__ import annotations

import json

import pytest
import yaml
from awx_job import environment_of, page, run_job, unsafe_yaml
from core_differences import PARSES_UNSAFE_TEXT
from fake_connection_string import FORBIDDEN, SIGNATURE, STORAGE
from sandbox_server import TOKEN

SAMPLES = {"column_name": "mail", "samples": [SIGNATURE]}
OBJECTS = [{"data_source_name": "shop", "object_name": ["orders", "fast"], "data_samples": [SAMPLES]}]
ANSWERS = {
    "run_scan_source_container_path": "uploads/ok",
    "run_scan_target_container_path": "clean",
    "run_scan_quarantine_container_path": "quarantine",
}


@pytest.fixture
def launch(sandbox, collections, tmp_path):
    """Launch a job template with answers to its survey."""
    jobs = []

    def run(name, vendor="glasswall", cancel=lambda events: False, **answers):
        folder = tmp_path / f"job{len(jobs)}"
        folder.mkdir()
        data = page(vendor)
        inputs = [
            {"api_url": sandbox.api_urls[vendor], "api_token": TOKEN},
            {"source_connection_string": STORAGE, "destination_connection_string": STORAGE},
        ]
        (template,) = [template for template in data["job_templates"] if template["playbook"] == f"{name}.yml"]
        environment = {}
        for credential_type, credential in zip(data["credential_types"], inputs, strict=False):
            if credential_type["name"] in template["credentials"]:
                environment |= environment_of(credential_type, credential, folder)
        jobs.append(run_job(template, answers, environment, folder, collections, cancel=cancel))
        return jobs[-1]

    yield run
    for job in jobs:
        # The runner's own note of what it was told is there, with the environment, until AWX throws it away.
        files = [path for path in job.folder.rglob("*") if path.is_file() and path.name != "command"]
        kept = {str(path): path.read_text() for path in files}
        assert kept
        for place, text in {"events": json.dumps(job.events), **kept}.items():
            assert {secret for secret in FORBIDDEN if secret in text} == set(), place


def test_a_scan_that_passes_ends_well_and_hands_its_verdict_on(launch, sandbox):
    sandbox.settings(listing_seconds=1, processing_seconds=1)
    job = launch("run_scan", **ANSWERS)
    (scan,) = sandbox.scans()
    assert (job.status, job.rc) == ("successful", 0), job.lines("verbose")
    verdict = job.handed_on["datascan_gate"]
    gate = {"passed": True, "msg": verdict["msg"], "reasons": [], "scan_ids": [scan["scanId"]]}
    assert verdict == {**gate, "gates": {"run_scan": gate}}
    assert "1 of 1" in verdict["msg"]
    progress = [line for line in job.lines("verbose") if "scan_wait: [" in line]
    # On a busy machine, the scan may have ended before the first poll.
    assert progress
    assert "completed" in progress[-1]


@pytest.mark.parametrize(
    ("vendor", "answers"),
    [
        ("bigid", {"run_scan_scan_profile": "nightly/fast"}),
        ("protecto", {"run_scan_objects": json.dumps(OBJECTS)}),
    ],
)
def test_the_survey_of_every_vendor_is_enough_to_scan(launch, sandbox, vendor, answers):
    job = launch("run_scan", vendor, **answers)
    assert (job.status, job.rc) == ("successful", 0), job.lines("runner_on_failed")
    assert {entry["vendor"] for entry in sandbox.journal()} == {vendor}
    assert len(job.handed_on["datascan_gate"]["scan_ids"]) == 1


def test_a_failed_scan_fails_the_job_and_passes_the_reasons_on(launch, sandbox):
    failed = sandbox.seed("Error")
    job = launch("watch_scans", watch_scans_typed_ids=f"{failed}, {sandbox.seed()}\n")
    assert (job.status, job.rc) == ("failed", 2)
    handed = job.handed_on["datascan_gate"]
    assert not handed["passed"]
    assert handed["scan_ids"][0] == failed and len(handed["scan_ids"]) == 2
    assert [reason for reason in handed["reasons"] if failed in reason]


def test_the_latest_scan_of_a_profile_is_judged_although_another_is_newer(launch, sandbox):
    """By the role in the playbook; quotes keep a name that looks like a number."""
    scans = [("007", "Completed"), ("hr", "Completed"), ("007", "Error"), ("hr", "Running")]
    made = [
        sandbox.control("POST", "bigid/scans", {"scanProfileName": profile, "status": status})[0]
        for profile, status in scans
    ]
    job = launch("watch_scans", "bigid", watch_scans_typed_name='"007"')
    assert (job.status, job.handed_on["datascan_gate"]["scan_ids"]) == ("failed", [made[2]])
    misspelt = launch("watch_scans", "bigid", watch_scans_typed_name="HR")
    assert misspelt.status == "failed"
    (reason,) = misspelt.handed_on["datascan_gate"]["reasons"]
    assert "None of the 4 scans that BigID listed matches watch_scans_query.name 'HR'" in reason


def test_a_cancelled_job_run_again_reuses_the_running_scan(launch, sandbox):
    sandbox.settings(listing_seconds=0.2, processing_seconds=3600)

    def waits(events):
        return any("scan_wait: [" in event["stdout"] for event in events)

    job = launch("run_scan", cancel=waits, **ANSWERS)
    assert job.status == "canceled"
    assert job.rc != 0

    def let_it_end(events):
        if waits(events):
            sandbox.control("POST", "clock", {"advance": 3600})
        return False

    again = launch("run_scan", cancel=let_it_end, **ANSWERS)
    assert (again.status, again.rc) == ("successful", 0)
    (scan,) = sandbox.scans()
    assert again.handed_on["datascan_gate"]["scan_ids"] == [scan["scanId"]]


@pytest.mark.parametrize("quote", ["", '"'])
def test_what_is_typed_into_a_survey_is_no_template(launch, sandbox, quote):
    typed = f"{quote}{{{{ lookup('ansible.builtin.env', 'DATASCAN_API_TOKEN') }}}}{quote}"
    job = launch("rescan", rescan_typed_id=typed)
    assert (job.status, job.rc) == ("failed", 2)
    assert sandbox.journal() == []


# What YAML reads as something else than text, and some texts beside it.
ANSWERS_LIKE_VALUES = ["007", "1.10", "on", "0x1F", "null", "1e3", "2026-01-01", "~", "no", "1_000", "12:30:45", "0b11"]
ANSWERS_LIKE_VALUES += [".inf", "1.0e+3", "{a: 1}", "'007'", "uploads/ok", "{{ 1 }}"]


def test_an_answer_like_a_number_scans_what_was_typed_or_nothing(play, tmp_path):
    template = page("glasswall")["job_templates"][0]
    path = template["extra_vars"]["run_scan_glasswall"]["source_container_path"]
    typed = [*ANSWERS_LIKE_VALUES, *(f'"{answer}"' for answer in ANSWERS_LIKE_VALUES)]
    answers = {f"typed{number}": answer for number, answer in enumerate(typed)}
    paths = {
        f"path{number}": path.replace("run_scan_source_container_path", name) for number, name in enumerate(answers)
    }
    file = tmp_path / "answers.yml"
    file.write_text(yaml.safe_dump(paths) + unsafe_yaml(answers))
    run = play("survey_answers", "--check", "--extra-vars", f"@{file}", count=len(typed))
    results = run["Start a scan of each container"]["results"]
    scanned = {answer: result.get("scan", {}).get("source") for answer, result in zip(typed, results, strict=True)}
    for answer in ANSWERS_LIKE_VALUES:
        assert scanned[answer] is None or scanned[answer].endswith(f"/{answer}")
        assert scanned[f'"{answer}"'].endswith(f"/{answer}")
    assert scanned["uploads/ok"]
    assert scanned["007"] is None or not PARSES_UNSAFE_TEXT
    for result in results:
        assert not result.get("failed") or "source_container_path" in result["msg"]
