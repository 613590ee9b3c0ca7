#!/usr/bin/env bash
# library_without_inspector.sh CMAKE SOURCE_DIR COMPILER: with -DMP_INSPECTOR=OFF the tree configures on a machine
# that has none of the window's and recorder's packages; with ON it must say which is missing.
set -euo pipefail

cmake=$1 source=$2 compiler=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# pkg-config then finds nothing; the others are not even looked for.
export PKG_CONFIG_LIBDIR=$work
absent=()
for package in glfw3 OpenGL SQLite3 SQLiteCpp CLI11; do
  absent+=("-DCMAKE_DISABLE_FIND_PACKAGE_$package=ON")
done
configure() {
  "$cmake" -G Ninja -S "$source" -B "$work/$1" -DCMAKE_CXX_COMPILER="$compiler" -DMP_INSPECTOR="$1" -DMP_TESTS=OFF \
    -DMP_BENCH=OFF -DMP_EXAMPLES=OFF "${absent[@]}" >"$work/log" 2>&1
}

configure OFF || { cat "$work/log"; exit 1; }
if configure ON; then
  echo "the inspector configures without its packages: this check takes away too little"
  exit 1
fi
grep -q 'SQLite3' "$work/log"
