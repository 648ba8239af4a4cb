# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets Python keep the collection's compiled files on the controller, as it does for every other package.

Ansible's finder of collections compiles each file in each run, which is half of what loading this collection takes. The
files of action plugins are an exception: Ansible loads them past its finder, so they have a `__pycache__` anyway.
"""

from __future__ import annotations

import functools
import sys
import types
import typing as t
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader

_PLUGINS = __name__.partition("module_utils.")[0]  # what the names of all plugins of this collection begin with


class _SourceFinder:
    """Finds the collection's Python files for Python's own loader. Ansible's finder finds the rest, such as folders."""

    def find_spec(self, name: str, path: t.Sequence[str] | None, target: t.Any = None) -> ModuleSpec | None:
        """What Python's import system calls; `path` has the folder of the package that the module is in."""
        if not path or not name.startswith(_PLUGINS):
            return None
        spec = _folder_finder(path[0]).find_spec(name)
        return spec if spec is not None and spec.loader is not None else None


class _SourceLoader(SourceFileLoader):
    """Python's loader, which raises where a compiled file is cut off after its header, or damaged."""

    def get_code(self, fullname: str) -> types.CodeType | None:
        """The code of a module; of a compiled file that cannot be read, its source counts."""
        try:
            return super().get_code(fullname)
        except (EOFError, ImportError, TypeError, ValueError):
            path = self.get_filename(fullname)
            code: types.CodeType = self.source_to_code(self.get_data(path), path)
            return code


@functools.cache
def _folder_finder(folder: str) -> FileFinder:
    return FileFinder(folder, (_SourceLoader, SOURCE_SUFFIXES))


def keep_bytecode() -> None:
    """Let Python's own loader load the collection's files from now on: it reads and writes `__pycache__`.

    Nothing changes where Ansible's finder is not in use.
    """
    loader: t.Any = sys.modules.get("ansible.utils.collection_loader")  # not imported, because it is not sent to a host
    finder = loader and loader.AnsibleCollectionConfig.collection_finder
    if finder in sys.meta_path:
        # Just before Ansible's finder: ansible-test has its own finder before that one, and demands to be the first.
        sys.meta_path.insert(sys.meta_path.index(finder), _SourceFinder())
