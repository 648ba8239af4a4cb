# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in of the parts of AWX's API (v2) that awx_setup.yml uses, with the checks that AWX makes.

Written from AWX 24.6.1 as published, and made as strict as a real one was where the playbook had met it.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping
from itertools import count
from uuid import uuid4

from awx_checks import Item, Refused, check_credential_type, check_extra_vars, check_survey

ENCRYPTED = "$encrypted$"
PAGE_SIZE = 25
TYPES = {"inventories": "inventory"}  # the rest only lose an s
# Each of these can be the template of a workflow's node.
UNIFIED = ("job_templates", "workflow_job_templates", "projects", "inventory_sources")
NODES = "workflow_job_template_nodes"
LINKS = ("success_nodes", "failure_nodes", "always_nodes")
# The fields that make an item unique. All other names belong to one organization.
UNIQUE: dict[str, tuple[str, ...]] = {
    "organizations": ("name",),
    "credential_types": ("name", "kind"),
    "execution_environments": ("name",),
    "credentials": ("organization", "name", "credential_type"),
    NODES: ("identifier", "workflow_job_template"),
}
# The values of fields that were not set.
DEFAULTS: dict[str, Item] = {
    "credentials": {"inputs": {}, "organization": None, "description": ""},
    "execution_environments": {"organization": None, "credential": None, "description": "", "pull": ""},
    "inventories": {"kind": "", "host_filter": None, "variables": ""},
    "job_templates": {"allow_simultaneous": False, "extra_vars": "", "description": "", "organization": None},
    "notification_templates": {"organization": None},
    "projects": {"scm_branch": "", "scm_revision": "", "credential": None, "organization": None},
    "workflow_job_templates": {"allow_simultaneous": False, "extra_vars": "", "description": "", "organization": None},
    NODES: {"unified_job_template": None, "all_parents_must_converge": False},
}
# Fields that hold the id of another item.
REFERENCES = {
    "organization": ("organizations",),
    "project": ("projects",),
    "inventory": ("inventories",),
    "execution_environment": ("execution_environments",),
    "credential": ("credentials",),
    "credential_type": ("credential_types",),
    "workflow_job_template": ("workflow_job_templates",),
    "unified_job_template": UNIFIED,
}
FILTERS = {"id", "name", "type", "identifier", "organization", "workflow_job_template", "credential_type"}
FILTERS |= {"credential_type__kind"}
Answer = tuple[int, t.Any]


class AwxApi:
    """What AWX keeps, and what it answers. `repository` has the files that a project gets when it is synced."""

    def __init__(self, repository: Iterable[str]) -> None:
        self.repository = set(repository)
        self.items: dict[str, dict[int, Item]] = {}
        self.surveys: dict[tuple[str, int], t.Any] = {}
        self.joined: dict[tuple[str, int, str], list[tuple[str, int]]] = {}
        self._files: dict[int, list[str]] = {}
        self._ids = count(1)
        self.default = self.add("organizations", name="Default")

    def add(self, kind: str, /, **fields: t.Any) -> int:
        """Keep an item as if somebody had made it."""
        number = next(self._ids)
        if kind == NODES:
            fields = {"identifier": str(uuid4()), **fields}
        self.items.setdefault(kind, {})[number] = {**DEFAULTS.get(kind, {}), **fields, "id": number}
        return number

    def named(self, kind: str, organization: int | None = None) -> dict[str, Item]:
        """The items of a kind by name or, for nodes, by identifier; of one organization or of all."""
        return {
            name_of(item): item
            for item in self.items.get(kind, {}).values()
            if organization in (None, item.get("organization"))
        }

    def joined_to(self, kind: str, number: int, relation: str) -> list[Item]:
        """What was joined to an item."""
        return [self.items[other][one] for other, one in self.joined.get((kind, number, relation), [])]

    def join(self, kind: str, number: int, relation: str, other: int) -> None:
        """Join an item to another, as if somebody had done it."""
        self._join(kind, number, relation, {"id": other})

    def answer(self, method: str, path: str, query: Mapping[str, str], data: t.Any) -> Answer:
        """The status and the body that AWX answers."""
        parts = path.removeprefix("/api/v2/").strip("/").split("/")
        try:
            if len(parts) == 1:
                return self._create(parts[0], data) if method == "POST" else (200, self._page(parts[0], query))
            kind, number = parts[0], int(parts[1])
            if number not in self.items.get(kind, {}):
                return 404, {"detail": "Not found."}
            if len(parts) == 2:
                return self._change(kind, number, data) if method == "PATCH" else (200, self._shown(kind, number))
            return self._related(method, kind, number, parts[2], data)
        except Refused as refusal:
            return refusal.status, {"error": str(refusal), "__all__": [str(refusal)]}

    def _related(self, method: str, kind: str, number: int, relation: str, data: t.Any) -> Answer:
        if relation == "playbooks":
            return 200, self._files[number]
        if relation == "update":
            return 202, self._shown("project_updates", self._sync(number))
        if relation == "survey_spec" and method == "POST":
            check_survey(data)
            self.surveys[kind, number] = data
            return 200, None
        if relation == "survey_spec":
            return 200, self.surveys.get((kind, number), {})
        if method == "POST":
            self._join(kind, number, relation, data)
            return 204, None
        found = [self._shown(*one) for one in self.joined.get((kind, number, relation), [])]
        return 200, {"count": len(found), "next": None, "previous": None, "results": found}

    def _page(self, kind: str, query: Mapping[str, str]) -> Item:
        wanted = {name: value for name, value in query.items() if name != "page"}
        unknown = {name.removeprefix("or__") for name in wanted} - FILTERS
        if unknown:
            raise Refused(f"{kind} have no fields named {unknown}.")
        kinds = UNIFIED if kind == "unified_job_templates" else (kind,)
        found = [self._shown(one, number) for one in kinds for number in self.items.get(one, {})]
        found = [item for item in found if _matches(item, wanted)]
        page = int(query.get("page", "1"))
        more = "&".join([*(f"{name}={value}" for name, value in wanted.items()), f"page={page + 1}"])
        return {
            "count": len(found),
            "next": f"/api/v2/{kind}/?{more}" if len(found) > page * PAGE_SIZE else None,
            "previous": None,
            "results": found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        }

    def _create(self, kind: str, data: Item) -> Answer:
        item = self._checked(kind, {**DEFAULTS.get(kind, {}), **_settable(data)})
        same = UNIQUE.get(kind, ("name", "organization"))
        for other in self.items.get(kind, {}).values():
            if all(other.get(field) == item.get(field) for field in same):
                raise Refused(f"{kind} with this combination of {same} already exists.")
        number = self.add(kind, **item)
        if kind != "projects":
            return 201, self._shown(kind, number)
        update = self._sync(number)  # AWX fetches it at once
        return 201, {**self._shown(kind, number), "summary_fields": {"current_update": {"id": update}}}

    def _change(self, kind: str, number: int, data: Item) -> Answer:
        item = self.items[kind][number]
        changed = dict(_settable(data))
        if "inputs" in changed and kind == "credentials":
            # The inputs are replaced as a whole. A secret stays if it comes back as AWX shows it.
            kept = {name: item["inputs"][name] for name, value in changed["inputs"].items() if value == ENCRYPTED}
            changed["inputs"] = changed["inputs"] | kept
        owner = changed.get("organization")
        if kind == "execution_environments" and owner and owner != item["organization"]:
            raise Refused("Cannot change the organization of an execution environment.")
        if kind == "credential_types" and changed.get("inputs", item["inputs"]) != item["inputs"]:
            self._check_unused(number)
        item.update(self._checked(kind, {**item, **changed}))
        return 200, self._shown(kind, number)

    def _checked(self, kind: str, item: Item) -> Item:
        """An item that AWX accepts."""
        for field, kinds in REFERENCES.items():
            if item.get(field) is not None and not any(item[field] in self.items.get(one, {}) for one in kinds):
                raise Refused(f'{field}: Invalid pk "{item[field]}" - object does not exist.')
        if kind == "credential_types":
            check_credential_type(item)
        elif kind == "credentials":
            unknown = set(item["inputs"]) - {field["id"] for field in self._fields(item)}
            if unknown:
                raise Refused(f"Additional inputs are not allowed: {unknown}")
        elif kind == "job_templates":
            check_extra_vars(item["extra_vars"])
            if item["playbook"] not in self._files[item["project"]]:
                raise Refused("Playbook not found for project.")
            # A job template belongs to the organization of its project, whatever was sent.
            item = {**item, "organization": self.items["projects"][item["project"]]["organization"]}
        return item

    def _check_unused(self, credential_type: int) -> None:
        if credential_type in [one["credential_type"] for one in self.items.get("credentials", {}).values()]:
            raise Refused("Modifications to inputs are not allowed for credential types that are in use", 403)

    def _shown(self, kind: str, number: int) -> Item:
        url = f"/api/v2/{kind}/{number}/"
        shown = {
            "summary_fields": {},
            **self.items[kind][number],
            "type": TYPES.get(kind, kind.removesuffix("s")),
            "url": url,
            "related": {"survey_spec": f"{url}survey_spec/", "update": f"{url}update/"},
        }
        if kind == "credential_types":
            shown["managed"] = False
        if kind == NODES:
            shown |= {link: [one for _kind, one in self.joined.get((kind, number, link), [])] for link in LINKS}
        if kind == "credentials":
            shown["credential_type__kind"] = self.items["credential_types"][shown["credential_type"]]["kind"]
            secret = {field["id"] for field in self._fields(shown) if field.get("secret")}
            shown["inputs"] = {name: ENCRYPTED if name in secret else value for name, value in shown["inputs"].items()}
        organization = shown.get("organization")
        if organization:
            shown["summary_fields"] = {"organization": {"name": self.items["organizations"][organization]["name"]}}
        return shown

    def _fields(self, credential: Item) -> list[Item]:
        fields: list[Item] = self.items["credential_types"][credential["credential_type"]]["inputs"]["fields"]
        return fields

    def _sync(self, project: int) -> int:
        """Bring the files of the repository into a project. It is not synced at any other time."""
        self._files[project] = sorted(self.repository)
        revision = str(hash(tuple(self._files[project])))
        self.items["projects"][project]["scm_revision"] = revision
        ended = {"status": "successful", "failed": False, "finished": "2026-01-01T00:00:00Z", "elapsed": 1.0}
        return self.add("project_updates", name="datascan.gate", scm_revision=revision, **ended)

    def _join(self, kind: str, number: int, relation: str, data: Item) -> None:
        other = kind if relation in LINKS else re.sub(r"^(notification_templates)_.*", r"\1", relation)
        joined = self.joined.setdefault((kind, number, relation), [])
        one = (other, data["id"])
        if data.get("disassociate"):
            joined.remove(one)
            return
        if one[1] not in self.items.get(other, {}):
            raise Refused("Not found.")
        if relation in LINKS:
            self._check_link(number, relation, one[1])
        elif relation == "credentials":
            types = [self.items[other][held]["credential_type"] for _kind, held in joined]
            if self.items[other][one[1]]["credential_type"] in types:
                raise Refused("Cannot assign multiple credentials of one type.")
        if one not in joined:
            joined.append(one)

    def _check_link(self, parent: int, relation: str, child: int) -> None:
        for link in set(LINKS) - {relation}:
            if (NODES, child) in self.joined.get((NODES, parent, link), []):
                raise Refused("Relationship not allowed.")
        if parent == child or parent in self._descendants(child):
            raise Refused("Cycle detected.")

    def _descendants(self, node: int) -> set[int]:
        below: set[int] = set()
        todo = [node]
        while todo:
            children = [one for link in LINKS for _kind, one in self.joined.get((NODES, todo[-1], link), [])]
            todo.pop()
            todo += [child for child in children if child not in below]
            below |= set(children)
        return below


def name_of(item: Item) -> str:
    name: str = item.get("name") or item["identifier"]
    return name


def _settable(data: Item) -> Item:
    """What may be set; AWX ignores the rest."""
    return {name: value for name, value in data.items() if name not in ("id", "type", "url", "managed")}


def _matches(item: Item, wanted: Mapping[str, str]) -> bool:
    """Whether an item has each of the values, and one of those whose names begin with `or__`."""
    any_of = {name.removeprefix("or__"): value for name, value in wanted.items() if name.startswith("or__")}
    all_of = {name: value for name, value in wanted.items() if not name.startswith("or__")}
    types = all_of.pop("type", item["type"]).split(",")
    return (
        item["type"] in types
        and all(str(item.get(name)) == value for name, value in all_of.items())
        and (not any_of or any(str(item.get(name)) == value for name, value in any_of.items()))
    )
