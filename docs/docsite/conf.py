# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx builds the site; tests/tools/docs.sh calls it on a copy of the checkout."""

from __future__ import annotations

import typing as t
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.addnodes import pending_xref

if t.TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

GALAXY = yaml.safe_load((Path(__file__).resolve().parents[2] / "galaxy.yml").read_text(encoding="utf-8"))

project = f"{GALAXY['namespace']}.{GALAXY['name']}"
author = GALAXY["authors"][0]
project_copyright = f"2026, {author}"
version = release = GALAXY["version"]
html_title = f"{project} {version}"
html_short_title = project

extensions = ["myst_parser", "sphinx_antsibull_ext"]
# The source is the whole collection, so that links between its pages and files lead somewhere.
include_patterns = [
    "index.md",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/**.md",
    "roles/*/README.md",
    "reference/**",
]
exclude_patterns = ["docs/docsite"]
# GitHub's names of headings, which the pages use in links.
myst_heading_anchors = 3

html_theme = "sphinx_ansible_theme"
templates_path = ["templates"]
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
# Pygments reads no expressions in Terraform's language, such as 24 * 60 * 60, and then colours a block in part.
suppress_warnings = ["misc.highlighting_failure"]
default_role = "any"
nitpicky = True
html_copy_source = False
html_show_sphinx = False
html_use_index = False

# Where ansible-core's documentation has what ours refers to. Its inventory would need the network, and a build that
# has it would differ from one that has not.
ANSIBLE = "https://docs.ansible.com/projects/ansible-core/devel/"
LABELS = {
    "action_plugins": "plugins/action.html#action-plugins",
    "ansible_configuration_settings": "reference_appendices/config.html#ansible-configuration-settings",
    "common_return_values": "reference_appendices/common_return_values.html#common-return-values",
}
BUILTIN = "ansible_collections.ansible.builtin."


def core_url(label: str) -> str | None:
    """Return the address of a label of ansible-core, or None where this is no such label."""
    if label in LABELS:
        return ANSIBLE + LABELS[label]
    if label.startswith(BUILTIN) and label.endswith(("_module", "_lookup", "_filter", "_test")):
        return f"{ANSIBLE}collections/ansible/builtin/{label.removeprefix(BUILTIN)}.html"
    return None


def find_in_core(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, text: nodes.TextElement
) -> nodes.reference | None:
    """Resolve what is not found in this site."""
    url = core_url(node["reftarget"])
    return nodes.reference("", "", text, internal=False, refuri=url) if url else None


def unlink_folders(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the names of the repository's folders and drop the links, which lead somewhere in the repository only."""
    here = Path(app.srcdir, app.env.docname).parent
    for node in list(doctree.findall(pending_xref)):
        if node["reftype"] == "myst" and (here / node["reftarget"]).is_dir():
            node.replace_self(node.children)


def setup(app: Sphinx) -> None:
    """Extend Sphinx."""
    app.connect("doctree-read", unlink_folders)
    app.connect("missing-reference", find_in_core)
