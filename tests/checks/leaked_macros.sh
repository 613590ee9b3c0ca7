#!/usr/bin/env bash
# leaked_macros.sh COMPILER INCLUDE_ROOT: includes every header of the root in one source and fails when a macro of
# another package is visible after that. --self-test COMPILER: it must refuse each header in fixtures/leaked_macros/bad*.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
readonly foreign='^(FMT|SPDLOG|OPENSSL|BOOST|SQLITE|ZSTD|IMGUI|GLFW|CLI11|GTEST|NLOHMANN)_[A-Z_]*'

leaks() {
  local compiler=$1 root=$2 macros
  macros=$(cd "$root" && find . -name '*.hpp' | LC_ALL=C sort | sed 's,^\./\(.*\),#include <\1>,' |
    "$compiler" -std=c++20 -I "$root" -x c++ -E -dM -) || exit 2
  awk -v foreign="$foreign" '$1 == "#define" { sub(/\(.*/, "", $2); if ($2 ~ foreign) print $2 }' <<<"$macros" | LC_ALL=C sort
}

if [[ $1 == --self-test ]]; then
  [[ -z $(leaks "$2" "$here/fixtures/leaked_macros/good") ]] || { echo "refuses the good sample"; exit 1; }
  leaks "$2" "$here/fixtures/leaked_macros/bad" | grep -qx FMT_VERSION || { echo "does not see fmt in the bad sample"; exit 1; }
  exit 0
fi

found=$(leaks "$1" "$2")
[[ -z $found ]] && exit 0
echo "the public headers show macros of other packages:"
head -n 20 <<<"$found"
exit 1
