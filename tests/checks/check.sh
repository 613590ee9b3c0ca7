#!/usr/bin/env bash
# check.sh NAME ROOT: runs NAME.awk over the C++ sources below ROOT; prints what it refuses, and then fails.
# A ROOT may bring tables of its own (ROOT/tables/), as the samples in fixtures/ do.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
name=$1 root=$2
tables=$here/tables
[[ -d $root/tables ]] && tables=$root/tables
cd "$root"

folders=()
for folder in libmp inspector logging tests; do
  [[ -d $folder ]] && folders+=("$folder")
done
mapfile -t files < <(find "${folders[@]}" -path tests/checks -prune -o \( -name '*.hpp' -o -name '*.cpp' \) -print | LC_ALL=C sort)
if ((${#files[@]} == 0)); then
  echo "check.sh: no sources below $root" >&2
  exit 2
fi

refused=$(awk -v tables="$tables" -f "$here/$name.awk" "${files[@]}") && code=0 || code=$?
if ((code > 1)); then
  printf '%s\n' "$refused" >&2
  exit "$code"
fi
[[ -z $refused ]] && exit 0
printf '%s\n' "$refused"
exit 1
