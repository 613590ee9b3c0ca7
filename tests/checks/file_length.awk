# Caps on the length of a file: tables/length_caps.txt. tables/long_files.txt lists the files that may be longer, each
# with its reason; an entry that is no longer needed is refused as well.

BEGIN { read_caps(); read_long_files() }

FNR == 1 && NR > 1 { judge(previous, lines) }
{ previous = FILENAME; lines = FNR }
END {
  if (NR > 0) judge(previous, lines)
  for (i = 1; i <= listings; ++i) {
    if (!(listed[i] in needed))
      print "tables/long_files.txt: " listed[i] " is short enough, or gone: remove its line"
  }
}

function judge(path, length_,   most) {
  most = cap(path)
  if (length_ <= most) return
  needed[path] = 1
  if (!(path in reason))
    printf "%s:%d: longer than %d lines; split it, or give a reason in tables/long_files.txt\n", path, length_, most
}

function cap(path,   i) {
  for (i = 1; i <= caps; ++i) if (path ~ pattern[i]) return most_lines[i]
  return 0
}

function read_caps(   line, words) {
  while ((getline line < (tables "/length_caps.txt")) > 0) {
    if (line ~ /^#/ || split(line, words, " ") != 2) continue
    gsub(/\./, "\\.", words[1])
    gsub(/\*/, ".*", words[1])
    pattern[++caps] = "^" words[1] "$"
    most_lines[caps] = words[2] + 0
  }
}

function read_long_files(   line, path) {
  while ((getline line < (tables "/long_files.txt")) > 0) {
    if (line ~ /^#/ || line !~ /[^ ]/) continue
    path = line
    sub(/ .*/, "", path)
    listed[++listings] = path
    reason[path] = line
    if (line !~ /^[^ ]+ +[^ ]+ +[^ ]/) print "tables/long_files.txt: " path " has no reason"
  }
}
