# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in of the parts of AWX's API (v2) that awx_setup.yml meets, with the checks that AWX makes.

Written from AWX 24.6.1 as published; nobody has compared it with a running one.
"""

from __future__ import annotations

import json
import re
import socket
import threading
import time
import typing as t
from collections.abc import Iterable
from itertools import count

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

TOKEN = "awx-token"
ENCRYPTED = "$encrypted$"
TYPES = {"inventories": "inventory"}  # the rest only lose an s
# Each job template can be a workflow's node, and so can these.
UNIFIED = ("job_templates", "workflow_job_templates", "projects", "inventory_sources")
# What AWX answers where nothing was said, as far as the public collection compares it.
DEFAULTS: dict[str, dict[str, t.Any]] = {
    "credentials": {"inputs": {}, "organization": None, "description": ""},
    "inventories": {"kind": "", "host_filter": None, "variables": ""},
    "projects": {"scm_branch": "", "scm_revision": "", "credential": None},
}
ID = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
Item = dict[str, t.Any]


class Refused(Exception):
    """What AWX answers with 400."""


class AwxServer:
    """AWX on a free port of this machine; `journal` has the method and path of each request."""

    def __init__(self, project_files: Iterable[str]) -> None:
        self.project_files = set(project_files)
        self.items: dict[str, dict[int, Item]] = {"organizations": {}}
        self.surveys: dict[tuple[str, int], t.Any] = {}
        self.joined: dict[tuple[str, int, str], list[tuple[str, int]]] = {}
        self.journal: list[str] = []
        self._ids = count(1)
        self.add("organizations", name="Default")
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(self._app(), log_level="error"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    def add(self, kind: str, /, **fields: t.Any) -> int:
        """Keep a thing as if somebody had made it."""
        number = next(self._ids)
        self.items.setdefault(kind, {})[number] = {**DEFAULTS.get(kind, {}), **fields, "id": number}
        return number

    def named(self, kind: str) -> dict[str, Item]:
        """What AWX has of a kind, by name or, for nodes, by identifier."""
        return {item.get("name") or item["identifier"]: item for item in self.items.get(kind, {}).values()}

    def joined_to(self, kind: str, name: str, relation: str) -> list[str]:
        """The names of what was joined to a thing."""
        found = self.joined.get((kind, self.named(kind)[name]["id"], relation), [])
        return [
            self.items[other][number].get("name") or self.items[other][number]["identifier"] for other, number in found
        ]

    def survey(self, kind: str, name: str) -> t.Any:
        return self.surveys.get((kind, self.named(kind)[name]["id"]), {})

    def _app(self) -> FastAPI:
        app = FastAPI(redirect_slashes=False)

        @app.middleware("http")
        async def answer(request: Request, _next: t.Any) -> Response:
            self.journal.append(f"{request.method} {request.url.path}")
            response = await self._answer(request)
            response.headers.update({"X-API-Product-Name": "AWX", "X-API-Product-Version": "24.6.1"})
            return response

        return app

    async def _answer(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return JSONResponse({"detail": "Authentication credentials were not provided."}, 401)
        parts = request.url.path.removeprefix("/api/v2/").strip("/").split("/")
        data = json.loads(await request.body() or b"null")
        try:
            if len(parts) == 1:
                return self._list(parts[0], dict(request.query_params), request.method, data)
            kind, number = parts[0], int(parts[1])
            if number not in self.items.get(kind, {}):
                return JSONResponse({"detail": "Not found."}, 404)
            if len(parts) == 2:
                return self._one(kind, number, request.method, data)
            if parts[2] == "survey_spec":
                return self._survey(kind, number, request.method, data)
            return self._join(kind, number, parts[2], request.method, data)
        except Refused as refusal:
            return JSONResponse({"error": str(refusal), "__all__": [str(refusal)]}, 400)

    def _list(self, kind: str, query: dict[str, str], method: str, data: t.Any) -> Response:
        if method == "POST":
            names = ("name", "identifier", "organization", "workflow_job_template")
            same = {field: str(data[field]) for field in names if field in data}
            if self._find(kind, same):
                raise Refused(f"There is a {kind} like this already.")
            self._check(kind, data)
            number = self.add(kind, **self._told(data))
            if kind == "projects":  # AWX fetches it at once
                update = self.add("project_updates", status="successful")
                self.items[kind][number]["summary_fields"] = {"current_update": {"id": update}}
            return JSONResponse(self._shown(kind, number), 201)
        kinds = UNIFIED if kind == "unified_job_templates" else (kind,)
        found = [self._shown(one, number) for one in kinds for number in self._find(one, query)]
        return JSONResponse({"count": len(found), "next": None, "previous": None, "results": found})

    def _find(self, kind: str, wanted: dict[str, str]) -> list[int]:
        return [
            number
            for number, item in self.items.get(kind, {}).items()
            if all(str(item.get(field)) == value for field, value in wanted.items())
        ]

    def _one(self, kind: str, number: int, method: str, data: t.Any) -> Response:
        if method == "PATCH":
            item = self.items[kind][number]
            inputs = {
                name: item["inputs"][name] if value == ENCRYPTED else value
                for name, value in (data.get("inputs") or {}).items()
            }
            changed = {**data, **({"inputs": inputs} if "inputs" in data else {})}
            self._check(kind, {**item, **changed})
            item.update(self._told(changed))
        return JSONResponse(self._shown(kind, number))

    @staticmethod
    def _told(data: Item) -> Item:
        """What may be set; the rest is AWX's own."""
        return {name: value for name, value in data.items() if name not in ("id", "type", "url", "managed")}

    def _shown(self, kind: str, number: int) -> Item:
        url = f"/api/v2/{kind}/{number}/"
        shown = {
            "summary_fields": {},
            **self.items[kind][number],
            "type": TYPES.get(kind, kind.removesuffix("s")),
            "url": url,
            "related": {"survey_spec": f"{url}survey_spec/"},
            **({"managed": False} if kind == "credential_types" else {}),
        }
        if kind == "credentials":
            secret = {field["id"] for field in self._fields(shown) if field.get("secret")}
            shown["inputs"] = {name: ENCRYPTED if name in secret else value for name, value in shown["inputs"].items()}
        return shown

    def _fields(self, credential: Item) -> list[Item]:
        fields: list[Item] = self.items["credential_types"][credential["credential_type"]]["inputs"]["fields"]
        return fields

    def _check(self, kind: str, item: Item) -> None:
        if kind == "credential_types":
            check_credential_type(item)
        elif kind == "credentials":
            unknown = set(item.get("inputs", {})) - {field["id"] for field in self._fields(item)}
            if unknown:
                raise Refused(f"Additional inputs are not allowed: {unknown}")
        elif kind == "job_templates" and item["playbook"] not in self.project_files:
            raise Refused("Playbook not found for project.")

    def _survey(self, kind: str, number: int, method: str, data: t.Any) -> Response:
        if method == "GET":
            return JSONResponse(self.surveys.get((kind, number), {}))
        check_survey(data)
        self.surveys[kind, number] = data
        return Response()

    def _join(self, kind: str, number: int, relation: str, method: str, data: t.Any) -> Response:
        other = {"success_nodes": kind, "failure_nodes": kind, "always_nodes": kind}.get(
            relation, re.sub(r"^(notification_templates)_.*", r"\1", relation)
        )
        joined = self.joined.setdefault((kind, number, relation), [])
        if method == "GET":
            found = [self._shown(*one) for one in joined]
            return JSONResponse({"count": len(found), "next": None, "previous": None, "results": found})
        if data.get("disassociate"):
            joined.remove((other, data["id"]))
        elif data["id"] not in self.items.get(other, {}):
            raise Refused("Not found.")
        else:
            joined.append((other, data["id"]))
        return Response(status_code=204)


def check_credential_type(data: Item) -> None:  # noqa: C901  (a branch for each thing that AWX refuses)
    """What AWX refuses in a credential type."""
    known = {
        "id",
        "label",
        "type",
        "format",
        "choices",
        "help_text",
        "multiline",
        "secret",
        "ask_at_runtime",
        "default",
    }
    fields = {field["id"]: field for field in data["inputs"]["fields"]}
    for name, field in fields.items():
        kind = field["type"]
        if not ID.fullmatch(name) or name == "tower" or not field["label"] or set(field) - known:
            raise Refused(f"{name} is no valid field.")
        if kind not in ("string", "boolean") or (kind != "string" and {"choices", "multiline", "secret"} & set(field)):
            raise Refused(f"{name} has a type that does not fit.")
        if not isinstance(field.get("default", ""), str) and kind == "string":
            raise Refused(f"The default of {name} is no text.")
    if set(data["inputs"]) - {"fields", "required"} or set(data["inputs"].get("required", ())) - set(fields):
        raise Refused("The inputs have the wrong keys.")
    if set(data["injectors"]) - {"file", "env", "extra_vars"}:
        raise Refused("The injectors have the wrong keys.")
    example: dict[str, t.Any] = dict.fromkeys(fields, "EXAMPLE")
    if "template" in data["injectors"].get("file", {}):
        example["tower"] = {"filename": "EXAMPLE_FILENAME"}
    for kind, injectors in data["injectors"].items():
        for name, template in injectors.items():
            if kind == "env" and (not ID.fullmatch(name) or name.startswith("ANSIBLE_") or not template.isascii()):
                raise Refused(f"The environment variable {name} is not allowed.")
            try:
                ImmutableSandboxedEnvironment(undefined=StrictUndefined).from_string(template).render(example)
            except TemplateError as error:
                raise Refused(f"{name}: {error}") from None


def check_survey(data: Item) -> None:
    """What AWX refuses in a survey."""
    defaults = {"text": str, "textarea": str, "password": str, "multiplechoice": str, "integer": int, "float": float}
    if not (isinstance(data["name"], str) and isinstance(data["description"], str) and data["spec"]):
        raise Refused("The survey lacks a part.")
    if len({question["variable"] for question in data["spec"]}) < len(data["spec"]):
        raise Refused("A variable is asked for twice.")
    for question in data["spec"]:
        if not question["question_name"] or not isinstance(question["required"], bool):
            raise Refused("A question lacks a part.")
        default = question.get("default", "")
        if default != "" and default.__class__ is not defaults[question["type"]]:
            raise Refused(f"The default of {question['variable']} does not fit its type.")
        if question["type"] == "multiplechoice" and default not in question["choices"]:
            raise Refused("Default choice must be answered from the choices listed.")
