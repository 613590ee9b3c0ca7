# An open end says of which kind it is: TODO(perf), TODO(port), TODO(test), TODO(cleanup). FIXME and XXX say nothing.

/(^|[^A-Za-z_])(TODO|FIXME|XXX)([^A-Za-z_X]|$)/ && !/TODO\((perf|port|test|cleanup)\): / {
  printf "%s:%d: write TODO(perf|port|test|cleanup): and what is missing\n", FILENAME, FNR
}
