#!/usr/bin/env bash
# installed_library.sh CMAKE BUILD_DIR COMPILER: installs the library into a fresh prefix, moves that elsewhere, and
# builds and runs the consumer with find_package and with pkg-config.
set -euo pipefail

cmake=$1 build=$2 compiler=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$cmake" --install "$build" --prefix "$work/first" --component libmp >"$work/log" || { cat "$work/log"; exit 1; }
# A package that remembers where it was built would now point nowhere.
mv "$work/first" "$work/prefix"
prefix=$work/prefix

expect_answer() {
  local said
  said=$(timeout 20 "$1") || { echo "$2: the consumer ended with code $?"; exit 1; }
  [[ $said == "42" ]] || { echo "$2: the consumer said '$said', not 42"; exit 1; }
  echo "$2: ok"
}

build_with_cmake() {
  "$cmake" -S "$here/consumer" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$compiler" &&
    "$cmake" --build "$work/cmake"
}
build_with_cmake >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
expect_answer "$work/cmake/consumer" find_package

PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name libmp.pc)")
export PKG_CONFIG_PATH
read -ra flags < <(pkg-config --cflags --libs --static libmp)
"$compiler" -std=c++20 "$here/consumer/main.cpp" -o "$work/consumer" "${flags[@]}"
expect_answer "$work/consumer" pkg-config

# What is compiled in must not meet the consumer's own version of it.
if nm -C "$(find "$prefix" -name libmp.a)" 2>/dev/null | grep ' spdlog::' | head -n 3 | grep .; then
  echo "the installed archive has symbols of spdlog under its own name"
  exit 1
fi

if grep -rIl -e "$build" "$prefix"; then
  echo "the installed files above name the build folder"
  exit 1
fi
