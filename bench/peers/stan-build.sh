#!/bin/bash
# In: PROGRAM.stan. Out: on the last line of standard output one JSON object with the path of the binary, and how long
# stanc and g++ took. Binaries are kept under a hash of program, driver, flags and versions, so a second call costs nothing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${SINTER_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/sinter-peers}
program=$1
if [ ! -x "$home/venv/bin/python" ]; then
  echo "stan-build.sh: no Python environment in $home/venv; run bench/peers/setup.sh first" >&2
  exit 2
fi
httpstan=$("$home/venv/bin/python" -c "import httpstan, os; print(os.path.dirname(httpstan.__file__))")
compiler=${CXX:-g++}
# Stan's own -O3 build with every switch that makes the gradient quicker: native vector width, no range checks, no asserts.
stanc_flags="--O1"
flags="-std=c++17 -O3 -march=native -w -D_REENTRANT -DNDEBUG -DBOOST_DISABLE_ASSERTS -DSTAN_NO_RANGE_CHECKS -DEIGEN_NO_DEBUG"
key=$({ cat "$program" "$here/stan-gradient.cpp"; echo "$stanc_flags $flags"; "$compiler" --version; "$httpstan/stanc" --version; \
  grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true; } | sha256sum | cut -c1-16)
binary="$home/stan/$(basename "$program" .stan)-$key"
if [ ! -x "$binary" ]; then
  mkdir -p "$home/stan"
  work=$(mktemp -d "$home/stan/build.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  start=$(date +%s%N)
  # shellcheck disable=SC2086
  "$httpstan/stanc" $stanc_flags --o "$work/model.hpp" "$program" >&2
  # shellcheck disable=SC2086
  "$compiler" $flags -DMODEL_HPP="\"$work/model.hpp\"" -I"$httpstan/include" "$here/stan-gradient.cpp" -o "$work/model" \
    -L"$httpstan/lib" -lsundials_cvodes -lsundials_idas -lsundials_nvecserial -lsundials_kinsol -ltbb >&2
  echo $((($(date +%s%N) - start) / 1000000)) >"$binary.ms"
  mv "$work/model" "$binary"
fi
# The libraries are named at run time, so that cached binaries outlive a move of the environment.
echo "{\"binary\":\"$binary\",\"libraries\":\"$httpstan/lib\",\"compileMs\":$(cat "$binary.ms")}"
