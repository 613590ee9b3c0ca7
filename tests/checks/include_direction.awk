# Refuses an include that points upward, and a package's header outside its one home.
# The table is data: tables/layers.txt, nouns.txt, packages.txt.

BEGIN { read_layers(); read_nouns(); read_packages() }

FNR == 1 { layer = layer_of(FILENAME) }

layer == "tests" { next }

match($0, /^[ \t]*#[ \t]*include[ \t]*"[^"]*"/) {
  target = between($0, "\"", "\"")
  if (target !~ /\// && may[layer, "outside"]) next
  if (target !~ /\//) refuse("\"" target "\" does not say its layer: write \"layer/" target "\"")
  else judge_layer(ours(target), "\"" target "\"")
  next
}

match($0, /^[ \t]*#[ \t]*include[ \t]*<[^>]*>/) {
  target = between($0, "<", ">")
  if (target ~ /^libmp\//) judge_public(target)
  else if (!may[layer, "outside"]) judge_package(target)
}

function judge_layer(to, shown) {
  if (to == "") refuse(shown " is in no layer of tables/layers.txt")
  else if (to != layer && !may[layer, to]) refuse(layer " must not include " shown)
}

function judge_public(header,   noun) {
  if (layer == "public" || may[layer, "public"]) return
  noun = header
  sub(/^libmp\/(detail\/)?/, "", noun)
  sub(/\.hpp$/, "", noun)
  while (!(noun in home_of) && noun ~ /_/) sub(/_[^_]*$/, "", noun)
  if (!(noun in home_of)) refuse("<" header "> belongs to no layer in tables/nouns.txt")
  else if (home_of[noun] != layer && !may[layer, home_of[noun]]) refuse(layer " must not include <" header ">")
}

function judge_package(header,   i, j, homes, count) {
  if (header !~ /[\/.]/) return  # the standard library
  for (i = 1; i <= packages; ++i) {
    if (!matches(header, package[i])) continue
    count = split(package_homes[i], homes, " ")
    for (j = 1; j <= count; ++j) if (matches(FILENAME, homes[j])) return
    refuse("<" header "> may be included only in " package_homes[i])
    return
  }
  refuse("<" header "> is in no line of tables/packages.txt")
}

function refuse(why) { printf "%s:%d: %s\n", FILENAME, FNR, why }

function layer_of(path,   part) {
  if (path ~ /^libmp\/include\//) return "public"
  if (path ~ /^libmp\/examples\//) return "examples"
  if (path ~ /^libmp\/src\//) return ours(substr(path, length("libmp/src/") + 1))
  if (path ~ /^inspector\//) return ours(substr(path, length("inspector/") + 1))
  if (path ~ /^logging\//) return "logging"
  return "tests"
}

# "probe/runtime/ring.hpp" -> probe/runtime: the longest known layer that the path begins with.
function ours(path,   candidate) {
  candidate = path
  while (sub(/\/[^\/]*$/, "", candidate)) if (candidate in known) return candidate
  return ""
}

# A glob in which only * is special.
function matches(text, glob) {
  gsub(/[.+]/, "\\\\&", glob)
  gsub(/\*/, ".*", glob)
  return text ~ ("^" glob "$")
}

function between(text, open, close_,   rest) {
  rest = substr(text, index(text, open) + 1)
  return substr(rest, 1, index(rest, close_) - 1)
}

function read_layers(   line, words, count, i) {
  while ((getline line < (tables "/layers.txt")) > 0) {
    if (line ~ /^#/ || (count = split(line, words, " ")) == 0) continue
    known[words[1]] = 1
    for (i = 2; i <= count; ++i) may[words[1], words[i]] = 1
  }
  need("layers", length(known))
}

function read_nouns(   line, words, count, i) {
  while ((getline line < (tables "/nouns.txt")) > 0) {
    if (line ~ /^#/) continue
    count = split(line, words, " ")
    for (i = 2; i <= count; ++i) home_of[words[i]] = words[1]
  }
  need("nouns", length(home_of))
}

function read_packages(   line) {
  while ((getline line < (tables "/packages.txt")) > 0) {
    if (line ~ /^#/ || line !~ /[^ ]/) continue
    package[++packages] = line
    sub(/ .*/, "", package[packages])
    package_homes[packages] = line
    sub(/^[^ ]+ +/, "", package_homes[packages])
  }
  need("packages", packages)
}

function need(table, count) {
  if (count > 0) return
  print tables "/" table ".txt is missing or empty"
  exit 2
}
