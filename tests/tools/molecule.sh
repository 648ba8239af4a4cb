#!/usr/bin/env bash
# Runs the molecule scenarios against the installed collection. Usage: molecule.sh PYTHON COLLECTIONS [MOLECULE OPTIONS]
set -euo pipefail

tools=$(cd "$(dirname "$0")" && pwd)
python=$1
collections=$2
shift 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# In a copy, because molecule writes next to the scenarios and to Ansible's home.
"$python" "$tools/tree.py" --copy "$work"
cd "$work/ansible_collections/datascan/gate"
export ANSIBLE_HOME=$work/home ANSIBLE_COLLECTIONS_PATH=$collections PATH=$(dirname "$python"):$PATH
[ "$#" -gt 0 ] || set -- --all

# The collection is already installed. Molecule would install it for each scenario, which takes a third of its time. A
# fresh copy has no sandbox of an earlier run to clean up first.
cat >"$work/here.yml" <<-END
	prerun: false
	scenario:
	  test_sequence: [prepare, converge, idempotence, verify, cleanup]
END
molecule --base-config extensions/molecule/config.yml --base-config "$work/here.yml" test "$@"
