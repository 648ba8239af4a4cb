# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands and links in the documentation name what is there: targets, playbooks, options, variables, files."""

from __future__ import annotations

import re
import shlex

import pytest
import yaml
from ansible.cli.doc import DocCLI
from ansible.cli.galaxy import GalaxyCLI
from ansible.cli.playbook import PlaybookCLI
from docs_blocks import PAGES, ROOT, SHELL, blocks_of

# What the pages use of other people's programs; each option was looked up once.
OTHERS = {
    "ansible-builder",
    "ansible-rulebook",
    "podman",
    "git",
    "cd",
    "sed",
    "terraform",
    "terraform-provider-datascan",
}
SECRETS = {"SOURCE_SAS", "DESTINATION_SAS", "CONTROLLER_HOST", "CONTROLLER_OAUTH_TOKEN"}
ENVIRONMENT = set(re.findall(r"E\((DATASCAN_\w+)\)", (ROOT / "plugins/doc_fragments/connection.py").read_text()))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
TARGETS |= set(re.search(r"^PARTS := (.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split())
PLAYBOOKS = {path.stem for path in ROOT.glob("playbooks/*.yml")}
MODULES = {path.stem for path in ROOT.glob("plugins/modules/*.py")}
INLINE = re.compile(r"`((?:ansible-playbook|ansible-doc|make) [^`]+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)")


def variables():
    """The variables of the roles, and of the playbooks that check their own."""
    names = {f"datascan_{name}" for name in ("in_process",)}
    for path in ROOT.glob("roles/*/meta/argument_specs.yml"):
        for spec in yaml.safe_load(path.read_text())["argument_specs"].values():
            names |= set(spec["options"])
    for path in ROOT.glob("playbooks/*.yml"):
        text = path.read_text()
        names |= set(re.findall(r"^\s+((?:cancel_scan|awx_setup|demo)_\w+):", text, re.M))
    return names


def commands_of(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    lines = [command.replace("\n", " ") for command in INLINE.findall(text)]
    for block in blocks_of(page):
        if block.language in SHELL:
            lines += block.text.replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip()]


def fault(line):
    """What is wrong with a command, or None."""
    words = shlex.split(line, comments=True)
    while words and re.fullmatch(r"\w+=.*", words[0]):
        words.pop(0)
    if not words:
        return None
    program, arguments = words[0].rpartition("/bin/")[2], words[1:]  # of a virtual environment, too
    if program == "export":
        strange = {word.partition("=")[0] for word in arguments} - ENVIRONMENT - SECRETS
        return f"no such variable: {strange}" if strange else None
    if program == "make":
        strange = {word for word in arguments if "=" not in word and word != "..."} - TARGETS
        return f"no such target: {strange}" if strange else None
    if program in ("pip", "python", "python3"):
        return python_fault(arguments)
    if program in ("ansible-playbook", "ansible-galaxy", "ansible-doc"):
        return ansible_fault(program, arguments)
    return None if program in OTHERS or (ROOT / program).is_file() else "an unknown program"


def python_fault(arguments):
    files = [arguments[place + 1] for place, word in enumerate(arguments) if word == "-r"]
    files = [file.rpartition("ansible_collections/datascan/gate/")[2] for file in files]
    missing = [file for file in files if not (ROOT / file).is_file()]
    return f"no such file: {missing}" if missing else None


def ansible_fault(program, arguments):
    arguments = [word for word in arguments if word != "..."]
    if arguments[-1:] == ["-e"]:
        arguments.pop()
    cli = {"ansible-playbook": PlaybookCLI, "ansible-galaxy": GalaxyCLI, "ansible-doc": DocCLI}[program]
    command = cli([program, *arguments])
    command.init_parser()
    try:
        given = command.parser.parse_args(arguments)
    except SystemExit as end:
        # `--version` ends the parser with 0.
        return None if end.code == 0 else "Ansible takes no such options"
    named = [word for word in arguments if word.startswith("datascan.gate.")]
    known = PLAYBOOKS if program == "ansible-playbook" else MODULES
    strange = [word for word in named if word.rpartition(".")[2] not in {*known, "NAME"}]
    extra = [word for word in getattr(given, "extra_vars", ()) if not word.startswith("@")]
    strange += [word for word in extra if word.partition("=")[0] not in variables()]
    return f"no such thing: {strange}" if strange else None


@pytest.mark.parametrize("page", [page for page in PAGES if commands_of(page)])
def test_a_pages_commands_name_what_is_there(page):
    found = {line: fault(line) for line in commands_of(page)}
    assert {line: why for line, why in found.items() if why} == {}


@pytest.mark.parametrize(
    "line",
    [
        "make demolish",
        "ansible-playbook datascan.gate.walk_scan",
        "ansible-playbook datascan.gate.run_scan -e run_scan_polcy=x",
        "ansible-playbook --no-such-option site.yml",
        "ansible-doc datascan.gate.scan_begin",
        "pip install -r requirement.txt",
        "export DATASCAN_TOKEN=x",
        "curl https://example.com",
    ],
)
def test_a_command_that_is_wrong_is_noticed(line):
    assert fault(line)


def anchors(path):
    """As GitHub makes them from headings."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_a_pages_links_lead_somewhere(page):
    for file, anchor in LINK.findall((ROOT / page).read_text(encoding="utf-8")):
        target = ((ROOT / page).parent / file).resolve() if file else ROOT / page
        assert target.exists(), f"{page}: {file}"
        assert not anchor or anchor[1:] in anchors(target), f"{page}: {file}{anchor}"


def test_the_architecture_page_names_every_part_of_the_core():
    text = (ROOT / "docs/architecture.md").read_text()
    core = ROOT / "plugins/module_utils/_core"
    parts = [f"`{path.name}/`" if path.is_dir() else f"`{path.name}`" for path in core.iterdir()]
    assert [part for part in parts if part not in text and part not in ("`__init__.py`", "`__pycache__/`")] == []
