# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference of the Terraform provider, made from its schema, in the layout of Terraform's registry."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

import terraform_schema
from conftest import ROOT

FOLDER = "docs/terraform"
EXAMPLES = ROOT / "extensions/terraform/examples/reference"
_KINDS = {"resources": "resource", "data_sources": "data-source"}
_IMPORT = """
## Import

A scan that this configuration did not start is imported by the vendor's id. `terraform destroy` does not cancel it.

```terraform
import {
  to = datascan_scan.uploads
  id = "83d71394-faa2-4b6c-b13b-6d3118de459e"
}
```
"""
Block = Mapping[str, t.Any]


def pages() -> dict[str, str]:
    """The text of each page by its path."""
    schema = terraform_schema.schema()
    found = {f"{FOLDER}/index.md": _page("datascan provider", "provider", schema["provider"])}
    for kind, singular in _KINDS.items():
        for name, block in schema[kind].items():
            short = name.removeprefix("datascan_")
            title = f"{name} ({singular.replace('-', ' ')})"
            path = f"{FOLDER}/{singular}s/{short}.md"
            found[path] = _page(title, f"{singular}_{short}", block)
    found[f"{FOLDER}/resources/scan.md"] += _IMPORT
    return found


def _page(title: str, example: str, block: Block) -> str:
    code = (EXAMPLES / f"{example}.tf").read_text(encoding="utf-8").rstrip("\n")
    parts = [
        f'---\npage_title: "{title}"\n---',
        f"# {title}",
        block["description"],
        f"## Example\n\n```terraform\n{code}\n```",
        "## Schema",
        *_attributes(block["attributes"], ""),
    ]
    return "\n\n".join(parts) + "\n"


def _attributes(attributes: Mapping[str, Block], path: str) -> Iterator[str]:
    """The lists of attributes, and after them those of each nested object."""
    groups = {"Required": "required", "Optional": "optional", "Read-only": "computed"}
    shown: set[str] = set()
    for heading, key in groups.items():
        names = [name for name, row in attributes.items() if row.get(key) and name not in shown]
        shown.update(names)
        if names:
            lines = [_line(name, attributes[name], path) for name in sorted(names)]
            yield f"{heading}:\n\n" + "\n".join(lines)
    for name, row in sorted(attributes.items()):
        if "attributes" in row:
            yield f"### {path}{name}"
            yield from _attributes(row["attributes"], f"{path}{name}.")


def _line(name: str, row: Block, path: str) -> str:
    facts = [_type(row)]
    facts += [label for key, label in (("sensitive", "sensitive"), ("write_only", "write-only")) if row.get(key)]
    parts = [f"- `{name}` ({', '.join(facts)})", row.get("description", "")]
    if "default" in row:
        parts.append(f"The default is `{_default(row['default'])}`.")
    if row.get("requires_replace"):
        parts.append("A change replaces the resource.")
    if "attributes" in row:
        parts.append(f"See [{path}{name}](#{_anchor(path + name)}).")
    return " ".join(part for part in parts if part)


def _default(value: t.Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _anchor(heading: str) -> str:
    """The anchor that GitHub makes from a heading."""
    return "".join(character for character in heading.lower() if character.isalnum() or character in "-_")


def _type(row: Block) -> str:
    if "attributes" in row:
        return "list of objects" if row["nesting"] == "list" else "object"
    kind = row["type"]
    return f"{kind[0]} of {kind[1]}s" if isinstance(kind, list) else str(kind)
