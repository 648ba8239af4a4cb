#!/usr/bin/env bash
# Checks the types of plugins/ and of the Terraform provider. Usage: mypy.sh PYTHON
# Plugins import each other as ansible_collections.datascan.gate, whatever the checkout's directory is called.
set -euo pipefail

cd "$(dirname "$0")/../.."
python=$1
tree=.work/tree

"$python" tests/tools/tree.py --link "$tree"
provider=extensions/terraform/src
MYPYPATH=$tree:$provider "$python" -m mypy "$tree/ansible_collections/datascan/gate/plugins" "$provider"
