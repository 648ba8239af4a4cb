# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The baseline of (e): reads pages of columns with requests and writes them, without any check.

Usage: bare_columns.py API_URL TOKEN CLUSTER DEST
"""

from __future__ import annotations

import csv
import json
import sys
import typing as t
from collections.abc import Iterator

import requests

PAGE = 1000
NAMES = {
    "fully_qualified_name": "fullyQualifiedName",
    "column_name": "columnName",
    "business_attribute": "businessAttribute",
    "table_name": "tableName",
    "source": "source",
    "is_primary": "isPrimary",
    "data_type": "dataType",
}
ATTRIBUTE = (
    "attribute_name",
    "attribute_original_name",
    "attribute_type",
    "attribute_id",
    "rank",
    "calc_confidence_level",
)


def columns(api_url: str, token: str, cluster: str) -> Iterator[dict[str, t.Any]]:
    """Every column, page by page."""
    skip = 0
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        while True:
            query = {"clusterId": cluster, "limit": PAGE, "skip": skip}
            answer = session.get(f"{api_url}/data-catalog/column/cluster/similar", params=query, timeout=30)
            answer.raise_for_status()
            page = answer.json()["results"]
            yield from page
            skip += len(page)
            if len(page) < PAGE:
                return


def as_cells(column: dict[str, t.Any]) -> list[t.Any]:
    """A line of CSV."""
    plain = [column[name] for name in NAMES.values()]
    plain[5] = str(plain[5]).lower()
    attributes = "; ".join(one["attribute_name"] for one in column["attributes"])
    return [*plain, attributes, "; ".join(f"{tag['tagName']}={tag['tagValue']}" for tag in column["tags"])]


def as_line(column: dict[str, t.Any]) -> str:
    """A line of JSON."""
    named = {name: column[theirs] for name, theirs in NAMES.items()}
    named["attributes"] = [{name: one[name] for name in ATTRIBUTE} for one in column["attributes"]]
    named["tags"] = [
        {
            "tag_name": tag["tagName"],
            "tag_value": tag["tagValue"],
            "tag_id": tag["tagId"],
            "value_id": tag["valueId"],
            "is_mutually_exclusive": tag["isMutuallyExclusive"] == "true",
            "properties": {
                "hidden": tag["properties"]["hidden"],
                "application_type": tag["properties"]["applicationType"],
            },
        }
        for tag in column["tags"]
    ]
    return json.dumps(named, separators=(",", ":"))


def main() -> None:
    """Write the file."""
    *where, dest = sys.argv[1:]
    with open(dest, "w", encoding="utf-8", newline="") as file:
        if dest.endswith(".csv"):
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerow([*NAMES, "attributes", "tags"])
            writer.writerows(map(as_cells, columns(*where)))
        else:
            file.writelines(as_line(column) + "\n" for column in columns(*where))


if __name__ == "__main__":
    main()
