# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML as yamllint accepts it: lists are indented, and there are no aliases."""

from __future__ import annotations

import textwrap
import typing as t

import yaml


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: t.Any) -> bool:
        return True


def to_yaml(data: t.Any, *, indent: int = 0, width: int = 112) -> str:
    """The data in the order in which it is given; `indent` spaces before each line, of about `width` characters."""
    text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, width=width - indent, allow_unicode=True)
    return textwrap.indent(text, " " * indent)
