#!/usr/bin/env bash
# refuses_bad_samples.sh CHECK: each folder fixtures/CHECK/* is a small tree; the check must say exactly what the
# file `expected` in it says. There must be a sample that passes and one that does not.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
check=$1
passing=0 refused=0 wrong=0

for sample in "$here/fixtures/$check"/*/; do
  said=$(bash "$here/check.sh" "$check" "$sample") && code=0 || code=$?
  if ! difference=$(diff "$sample/expected" <(printf '%s' "${said:+$said$'\n'}")); then
    printf '%s\n%s\n' "${sample#"$here"/}: says something else than expected (<)" "$difference"
    wrong=$((wrong + 1))
  elif [[ -s $sample/expected ]]; then
    ((code == 1)) || { echo "${sample#"$here"/}: refused with exit code $code"; wrong=$((wrong + 1)); }
    refused=$((refused + 1))
  else
    ((code == 0)) || { echo "${sample#"$here"/}: nothing said, yet exit code $code"; wrong=$((wrong + 1)); }
    passing=$((passing + 1))
  fi
done

echo "$check: $passing good samples, $refused bad samples, $wrong wrong"
((wrong == 0 && passing > 0 && refused > 0))
