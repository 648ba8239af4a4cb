# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A provider of things that are kept in memory: for tests of the protocol."""

from __future__ import annotations

import threading
import typing as t

from terraform_provider_datascan.protocol.diagnostics import ProviderError
from terraform_provider_datascan.protocol.provider import Call, DataSource, Provider, Resource
from terraform_provider_datascan.protocol.schema import Attribute, Schema
from terraform_provider_datascan.protocol.values import UNKNOWN, Values

SECRET = "toy-secret-0815"
PART = {
    "size": Attribute("number", required=True),
    "unit": Attribute(default="B"),
    "key": Attribute(optional=True, sensitive=True, write_only=True),
    "checksum": Attribute(computed=True),
    "kind": Attribute(optional=True, requires_replace=True),
}


class ToyThing(Resource):
    """A thing with parts. Its `mode` selects what its creation does."""

    schema = Schema(
        {
            "id": Attribute(computed=True),
            "mode": Attribute(optional=True),
            "name": Attribute(required=True, requires_replace=True),
            "interval": Attribute("number", optional=True),
            "limit": Attribute("number", default=10),
            "labels": Attribute(["map", "string"], optional=True),
            "token": Attribute(optional=True, sensitive=True, write_only=True),
            "main": Attribute(attributes=PART, optional=True),
            "parts": Attribute(attributes=PART, nesting="list", optional=True),
        },
        description="A thing.",
        version=1,
    )

    def validate(self, config: Values) -> None:
        if config["name"] == "wrong":
            raise ProviderError("The name is wrong", "Choose another.", ("name",))
        for position, part in enumerate(config["parts"] or ()):
            if part["size"] is not UNKNOWN and part["size"] < 0:
                self.call.diagnostics.add_error("The size is negative", path=("parts", position, "size"))

    def create(self, planned: Values, config: Values) -> Values:
        state = {**planned, "id": f"id-{planned['name']}"}
        self.provider.tokens.append(config["token"])
        for part in [state["main"], *(state["parts"] or ())]:
            if part:
                part["checksum"] = "c0ffee"
        mode = planned["mode"]
        if mode == "error":
            raise ProviderError("It failed", "It is there, but broken.", state=state)
        if mode == "crash-early":
            raise RuntimeError(f"no state yet, but {SECRET}")
        self.call.keep_state(state)
        if mode == "crash":
            raise RuntimeError(f"unexpected: {SECRET}")
        if mode == "odd":
            state["labels"] = {"when": object()}
        if mode == "wait":
            self.provider.waiting.release()
            self.provider.interrupted.wait()
            self.call.diagnostics.warn("Interrupted", "The next apply goes on.")
        self.provider.things[state["id"]] = state
        return state

    def read(self, state: Values) -> Values | None:
        return None if state["id"] in self.provider.lost else state

    def update(self, prior: Values, planned: Values, config: Values) -> Values:
        if planned["mode"] == "crash":
            raise RuntimeError("unexpected")
        return {**planned, "id": prior["id"]}

    def delete(self, state: Values) -> None:
        if state["mode"] == "stays":
            raise ProviderError("It cannot be deleted")
        self.provider.things.pop(state["id"], None)

    def import_state(self, identity: str) -> Values:
        return {"id": identity, "name": identity.removeprefix("id-"), "token": SECRET, "unheard_of": 1}


class ToyList(DataSource):
    """Many rows."""

    schema = Schema(
        {
            "count_of_rows": Attribute("number", required=True),
            "rows": Attribute(
                attributes={"id": Attribute(computed=True), "note": Attribute(computed=True)},
                nesting="list",
                computed=True,
            ),
        }
    )

    def read(self, config: Values) -> Values:
        rows = [{"id": str(number), "note": "x" * 500} for number in range(config["count_of_rows"])]
        return {**config, "rows": rows}


class ToyProvider(Provider):
    """Things by id."""

    schema = Schema({"region": Attribute(optional=True)})
    resources: t.ClassVar = {"datascan_thing": ToyThing}
    data_sources: t.ClassVar = {"datascan_rows": ToyList}

    def __init__(self) -> None:
        self.region: t.Any = None
        self.things: dict[str, Values] = {}
        self.lost: set[str] = set()
        self.tokens: list[t.Any] = []
        self.interrupted = threading.Event()
        self.waiting = threading.Semaphore(0)

    def configure(self, config: Values, call: Call) -> None:
        self.region = config["region"]
        if self.region == "far":
            call.diagnostics.warn("The region is far away", path=("region",))

    def redact(self, text: str) -> str:
        return text.replace(SECRET, "********")

    def interrupt(self) -> None:
        self.interrupted.set()
