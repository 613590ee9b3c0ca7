#!/usr/bin/env bash
# parity.sh DOC INCLUDE: the table of Python's names in DOC tells the truth about the headers in INCLUDE: each header it
# names is there and has the names of its row, and each header that is there is named.
# parity.sh --self-test: refuses a table that lies.
set -euo pipefail

check() {
  local doc=$1 include=$2 refused=0
  while IFS='|' read -r _ names header state _; do
    header=$(tr -d ' `' <<<"$header")
    [[ $header == *.hpp ]] || continue
    if [[ ! -f $include/$header ]]; then
      echo "$doc: there is no $header"
      refused=1
      continue
    fi
    # What stands in backticks in the state replaces the Python name, which C++ then spells otherwise.
    local from=$names
    [[ $state == *'`'* ]] && from=$state
    while read -r name; do
      grep -qw -- "$name" "$include/$header" && continue
      echo "$doc: $header has no '$name'"
      refused=1
    done < <(grep -o '`[^`]*`' <<<"$from" | sed 's/([^)]*)//g; s/throw //; s/mp:://g; s/::/ /g; s/\./ /g' | tr -d '`*' |
      tr ' ,' '\n\n' | grep -vxE '(connection|queue|threading|pickle|multiprocessing|block|)' || true)
  done < <(grep '^|' "$doc")
  for header in "$include"/*.hpp; do
    header=${header##*/}
    [[ $header == libmp.hpp ]] && continue
    grep -q "\`$header\`" "$doc" && continue
    echo "$doc: $header is not in the table"
    refused=1
  done
  return $refused
}

if [[ $1 != --self-test ]]; then
  check "$1" "$2"
  exit
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/include"
echo 'class Lock { bool acquire(); };' >"$folder/include/lock.hpp"
refuses() {
  printf '%s\n' "$@" >"$folder/parity.md"
  if check "$folder/parity.md" "$folder/include" >/dev/null; then
    echo "parity.sh accepts: $*" >&2
    exit 1
  fi
}
refuses '| `Lock.acquire` | `lock.hpp` | yes |' '| `RLock` | `rlock.hpp` | yes |'
refuses '| `Lock.acquire release` | `lock.hpp` | yes |'
refuses '| `Lock.acquire` | `lock.hpp` | yes: `try_acquire` |'
refuses '| `RLock` | | |'
printf '%s\n' '| `Lock.acquire` | `lock.hpp` | yes |' >"$folder/parity.md"
check "$folder/parity.md" "$folder/include"
