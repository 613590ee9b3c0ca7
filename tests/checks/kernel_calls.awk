# Only libmp/src/os calls the kernel: a call of a function in the global namespace, ::name(...), is refused elsewhere.
# SQLite's functions have no other name; tests may call what they like.

FILENAME ~ /^libmp\/src\/os\// || FILENAME ~ /^tests\// { next }

{
  code = $0
  sub(/\/\/.*/, "", code)
  gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
  while (match(code, /(^|[^A-Za-z0-9_>:])::[a-z_][a-z0-9_]*[ ]*\(/)) {
    call = substr(code, RSTART, RLENGTH)
    code = substr(code, RSTART + RLENGTH)
    sub(/^[^:]/, "", call)
    sub(/[ ]*\($/, "", call)
    if (call !~ /^::sqlite3_/) printf "%s:%d: %s() belongs in libmp/src/os\n", FILENAME, FNR, call
  }
}
