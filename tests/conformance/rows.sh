#!/usr/bin/env bash
# What of CPython's own test suite holds here. tests/conformance/rows.tsv is the list: the id of a row of that suite,
# its area, whether it applies to C++ (yes, adapt: in C++'s manner, no: it is about Python alone), and the test that
# holds it (Suite.name; `-` while there is none).
#
# rows.sh --table      prints how much of each area is covered, and what is open
# rows.sh --check      refuses a row whose test is not there, a test of CPython's name that no row knows, a row that is
#                      there twice
# rows.sh --self-test  --check refuses lists that lie
set -euo pipefail

# Suite.name of every test in the files given.
tests_in() {
  grep -hoE '^(TYPED_)?TEST(_P|_F)?\( *[A-Za-z_0-9]+, *[A-Za-z_0-9]+' "$@" /dev/null |
    sed -E 's/^[A-Z_]+\( *//; s/, */./' | sort -u
}

# check ROWS FOLDER: FOLDER/conformance holds the tests that must be in the list.
check() {
  local rows=$1 folder=$2 refused=0 known named
  known=$(find "$folder" -name '*.cpp' -print0 | xargs -0 bash -c 'tests_in "$@"' _)
  named=$(awk -F'\t' '!/^#/ && $4 != "-" && $4 != "" { print $4 }' "$rows" | sort -u)
  while read -r test; do
    [[ -n $test ]] || continue
    echo "$rows: there is no test $test"
    refused=1
  done < <(comm -23 <(echo "$named") <(echo "$known"))
  while read -r test; do
    [[ -n $test ]] || continue
    echo "$rows: no row names $test"
    refused=1
  done < <(comm -13 <(echo "$named") <(find "$folder/conformance" -name '*.cpp' -print0 |
    xargs -0 bash -c 'tests_in "$@"' _ | grep -E '^Test|Tests?\.|TestCase\.'))
  awk -F'\t' -v rows="$rows" '
    /^#/ { next }
    NF != 4 || $3 !~ /^(yes|adapt|no)$/ || $4 == "" { print rows ":" NR ": not: id, area, yes|adapt|no, test"; bad = 1 }
    seen[$1]++ { print rows ":" NR ": " $1 " is there twice"; bad = 1 }
    END { exit bad }' "$rows" || refused=1
  return $refused
}
export -f tests_in

table() {
  awk -F'\t' '
    /^#/ || $3 == "no" { next }
    { if (!all[$2]++) areas[++n] = $2; total++ }
    $4 != "-" { covered[$2]++; total_covered++ }
    $4 == "-" { open[$2] = open[$2] "\n    " $1 }
    END {
      for (i = 1; i <= n; i++) printf "%-18s %3d of %3d%s\n", areas[i], covered[areas[i]], all[areas[i]], open[areas[i]]
      printf "%-18s %3d of %3d rows that apply\n", "all", total_covered, total
    }' "$1"
}

case ${1:-} in
  --table) table "${BASH_SOURCE[0]%/*}/rows.tsv" ;;
  --check) check "${BASH_SOURCE[0]%/*}/rows.tsv" "${BASH_SOURCE[0]%/*}/.." ;;
  --self-test)
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    mkdir "$folder/conformance"
    printf 'TEST(TestLock, test_lock) {}\nTEST_P(TestQueue, test_get) {}\n' >"$folder/conformance/a_test.cpp"
    says() {
      local expected=$1
      shift
      printf '%b\n' "$@" >"$folder/rows.tsv"
      local outcome=fine
      check "$folder/rows.tsv" "$folder" >/dev/null || outcome=refused
      [[ $outcome == "$expected" ]] && return
      echo "rows.sh: $outcome, not $expected: $*" >&2
      exit 1
    }
    lock='_TestLock.test_lock\tlock\tyes\tTestLock.test_lock'
    queue='_TestQueue.test_get\tqueue\tadapt\tTestQueue.test_get'
    says fine "$lock" "$queue" '_TestA.test_a\tmisc\tno\t-' '_TestB.test_b\tmisc\tyes\t-'
    says refused "$lock" "$queue" '_TestA.test_a\tmisc\tyes\tTestA.test_a'
    says refused "$lock"
    says refused "$lock" "$queue" "$queue"
    says refused "$lock" "$queue" '_TestA.test_a\tmisc\tperhaps\t-'
    ;;
  *)
    echo "usage: ${BASH_SOURCE[0]} --table|--check|--self-test" >&2
    exit 64
    ;;
esac
