#!/usr/bin/env bash
# Runs every linter, and stops at the first failure. Usage: lint.sh PYTHON
set -euo pipefail

cd "$(dirname "$0")/../.."
python=$1
bin=$(dirname "$python")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run() {
    echo "-- ${1##*/} ${*:2}"
    "$@"
}

run "$bin/ruff" check .
run "$bin/ruff" format --check .
# Galaxy's importer checks event sources with these rules, and shows what it finds in its log.
importer_ignores=D100,D104,INP001,FA102,UP001,UP010,I001,FA100,PLR0913,E501
run "$bin/ruff" check --isolated --quiet --select ALL --ignore "$importer_ignores" extensions/eda/plugins/event_source
run tests/tools/mypy.sh "$python"
run "$bin/antsibull-changelog" lint

# ansible-lint needs the collection where Ansible finds it, and writes next to the files that it reads.
"$python" tests/tools/tree.py --copy "$work"
cd "$work/ansible_collections/datascan/gate"
export ANSIBLE_HOME=$work/home ANSIBLE_COLLECTIONS_PATH=$work PATH=$work/bin:$bin:$PATH
# ansible-lint checks the syntax of each playbook in a process of its own, which takes two thirds of its time. Here they
# are noted, and checked afterwards in one process. A role's is a temporary file, so it is checked at once.
mkdir "$work/bin"
cat >"$work/bin/ansible-playbook" <<-END
	#!/bin/sh
	for playbook do :; done
	case \$1,\$playbook in
	--syntax-check,[!/]*) echo "\$playbook" >>"$work/playbooks" ;;
	*) exec "$bin/ansible-playbook" "\$@" ;;
	esac
END
chmod +x "$work/bin/ansible-playbook"
# The whole tree, as a user's CI would: changelogs, docs and the tests' playbooks, too.
run "$bin/ansible-lint" --nocolor --strict
mapfile -t playbooks <"$work/playbooks"
echo "-- ansible-playbook --syntax-check of ${#playbooks[@]} playbooks"
"$bin/ansible-playbook" --syntax-check "${playbooks[@]}" >"$work/syntax" 2>&1 || { cat "$work/syntax"; exit 1; }
