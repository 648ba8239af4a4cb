// Copyright: (c) 2026, datascan.gate maintainers
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Runs one method of Advalidation's own client after another: node advalidation_sdk.mjs PACKAGE_FILE CALLS
// CALLS is a JSON list of [METHOD, ARGUMENT...]. Prints a JSON list: {result} or {error, status} of each call.
// The address and the key are in ADVALIDATION_BASE_URL and ADVALIDATION_API_KEY.

import { pathToFileURL } from "node:url";

const [packageFile, calls] = process.argv.slice(2);
const { Advalidation } = await import(pathToFileURL(packageFile).href);
const client = new Advalidation();
const outcomes = [];
for (const [method, ...given] of JSON.parse(calls)) {
  if (given[0]?.data) given[0].data = Buffer.from(given[0].data);
  try {
    outcomes.push({ result: await client[method](...given) });
  } catch (error) {
    outcomes.push({ error: error.name, message: error.message, status: error.status ?? null });
  }
}
console.log(JSON.stringify(outcomes));
