# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of Terraform's plugin protocol 6, as a table of the fields that this server uses.

Names and numbers are those of docs/plugin-protocol/tfplugin6.9.proto in Terraform's repository. There is no generated
code, because generated code demands one version of protobuf.
"""

from __future__ import annotations

import typing as t

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

# A line is a message: its fields as name=number:type. "*" is repeated, "MAP<X>" a map from strings to messages X, and a
# type with a capital letter is another message.
_TABLE = """
DynamicValue: msgpack=1:bytes json=2:bytes
Step: attribute_name=1:string element_key_string=2:string element_key_int=3:int64
AttributePath: steps=1:*Step
Diagnostic: severity=1:int32 summary=2:string detail=3:string attribute=4:AttributePath
RawState: json=1:bytes
Attribute: name=1:string type=2:bytes description=3:string required=4:bool optional=5:bool computed=6:bool \
    sensitive=7:bool description_kind=8:int32 nested_type=10:Object write_only=11:bool
Object: attributes=1:*Attribute nesting=3:int32
Block: version=1:int64 attributes=2:*Attribute description=4:string description_kind=5:int32
Schema: version=1:int64 block=2:Block
ServerCapabilities: plan_destroy=1:bool get_provider_schema_optional=2:bool
ClientCapabilities: deferral_allowed=1:bool write_only_attributes_allowed=2:bool
Empty:
GetProviderSchemaResponse: provider=1:Schema resource_schemas=2:MAP<Schema> data_source_schemas=3:MAP<Schema> \
    diagnostics=4:*Diagnostic provider_meta=5:Schema server_capabilities=6:ServerCapabilities
ValidateProviderConfigRequest: config=1:DynamicValue
ValidateProviderConfigResponse: diagnostics=2:*Diagnostic
ValidateRequest: type_name=1:string config=2:DynamicValue client_capabilities=3:ClientCapabilities
DiagnosticsResponse: diagnostics=1:*Diagnostic
UpgradeResourceStateRequest: type_name=1:string version=2:int64 raw_state=3:RawState
UpgradeResourceStateResponse: upgraded_state=1:DynamicValue diagnostics=2:*Diagnostic
ConfigureProviderRequest: terraform_version=1:string config=2:DynamicValue
ReadResourceRequest: type_name=1:string current_state=2:DynamicValue private=3:bytes
ReadResourceResponse: new_state=1:DynamicValue diagnostics=2:*Diagnostic private=3:bytes
PlanResourceChangeRequest: type_name=1:string prior_state=2:DynamicValue proposed_new_state=3:DynamicValue \
    config=4:DynamicValue prior_private=5:bytes
PlanResourceChangeResponse: planned_state=1:DynamicValue requires_replace=2:*AttributePath planned_private=3:bytes \
    diagnostics=4:*Diagnostic
ApplyResourceChangeRequest: type_name=1:string prior_state=2:DynamicValue planned_state=3:DynamicValue \
    config=4:DynamicValue planned_private=5:bytes
ApplyResourceChangeResponse: new_state=1:DynamicValue private=2:bytes diagnostics=3:*Diagnostic
ImportResourceStateRequest: type_name=1:string id=2:string
ImportedResource: type_name=1:string state=2:DynamicValue
ImportResourceStateResponse: imported_resources=1:*ImportedResource diagnostics=2:*Diagnostic
ReadDataSourceRequest: type_name=1:string config=2:DynamicValue
ReadDataSourceResponse: state=1:DynamicValue diagnostics=2:*Diagnostic
StopProviderResponse: Error=1:string
"""
# Of the service tfplugin6.Provider, what Terraform 1.11 calls: the message of the request, and that of the answer.
METHODS: t.Final = {
    "GetProviderSchema": ("Empty", "GetProviderSchemaResponse"),
    "ValidateProviderConfig": ("ValidateProviderConfigRequest", "ValidateProviderConfigResponse"),
    "ValidateResourceConfig": ("ValidateRequest", "DiagnosticsResponse"),
    "ValidateDataResourceConfig": ("ValidateRequest", "DiagnosticsResponse"),
    "UpgradeResourceState": ("UpgradeResourceStateRequest", "UpgradeResourceStateResponse"),
    "ConfigureProvider": ("ConfigureProviderRequest", "DiagnosticsResponse"),
    "ReadResource": ("ReadResourceRequest", "ReadResourceResponse"),
    "PlanResourceChange": ("PlanResourceChangeRequest", "PlanResourceChangeResponse"),
    "ApplyResourceChange": ("ApplyResourceChangeRequest", "ApplyResourceChangeResponse"),
    "ImportResourceState": ("ImportResourceStateRequest", "ImportResourceStateResponse"),
    "ReadDataSource": ("ReadDataSourceRequest", "ReadDataSourceResponse"),
    "StopProvider": ("Empty", "StopProviderResponse"),
}

_PACKAGE = "datascan_tfplugin6"
_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS: t.Final = {
    "bytes": _Field.TYPE_BYTES,
    "string": _Field.TYPE_STRING,
    "int64": _Field.TYPE_INT64,
    "int32": _Field.TYPE_INT32,
    "bool": _Field.TYPE_BOOL,
}


def _add_field(message: descriptor_pb2.DescriptorProto, text: str) -> None:
    """Add a field that is written as in the table."""
    name, _equals, rest = text.partition("=")
    number, _colon, kind = rest.partition(":")
    is_map = kind.startswith("MAP<")
    field = message.field.add(name=name, number=int(number), label=_Field.LABEL_OPTIONAL)
    if is_map or kind.startswith("*"):
        field.label = _Field.LABEL_REPEATED
    if is_map:
        entry = message.nested_type.add(name="".join(part.title() for part in name.split("_")) + "Entry")
        entry.options.map_entry = True
        _add_field(entry, "key=1:string")
        _add_field(entry, f"value=2:{kind[4:-1]}")
        kind = f"{message.name}.{entry.name}"
    kind = kind.removeprefix("*")
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
    else:
        field.type, field.type_name = _Field.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"


def _build() -> dict[str, t.Any]:
    file = descriptor_pb2.FileDescriptorProto(name=f"{_PACKAGE}.proto", package=_PACKAGE, syntax="proto3")
    for line in filter(None, _TABLE.splitlines()):
        name, _colon, fields = line.partition(":")
        message = file.message_type.add(name=name)
        for field in fields.split():
            _add_field(message, field)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        message.name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{message.name}"))
        for message in file.message_type
    }


MESSAGES: t.Final = _build()  # the class of each message in the table
