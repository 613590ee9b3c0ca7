# Only libmp/src/os calls the kernel: a call of a function in the global namespace, ::name(...), is refused elsewhere.
# SQLite's functions have no other name, and some of the C library's never reach the kernel; tests and examples may
# call what they like.

BEGIN { harmless = "^::(sqlite3_[a-z0-9_]+|setenv|unsetenv|strnlen|localtime_r|gmtime_r|__fpurge)$" }

FILENAME ~ /^(libmp\/src\/os|libmp\/examples|tests)\// { next }

{
  code = $0
  sub(/\/\/.*/, "", code)
  gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
  while (match(code, /(^|[^A-Za-z0-9_>:])::[a-z_][a-z0-9_]*[ ]*\(/)) {
    call = substr(code, RSTART, RLENGTH)
    code = substr(code, RSTART + RLENGTH)
    sub(/^[^:]/, "", call)
    sub(/[ ]*\($/, "", call)
    if (call !~ harmless) printf "%s:%d: %s() belongs in libmp/src/os\n", FILENAME, FNR, call
  }
}
