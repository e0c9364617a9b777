#!/bin/bash
# In: nothing. Out: Bun and Deno at pinned versions, in ~/.cache/sinter-hosts (or $SINTER_HOSTS).
# Prints the paths of bun and deno, a line each. Running it again does nothing.
set -euo pipefail
home=${SINTER_HOSTS:-${XDG_CACHE_HOME:-$HOME/.cache}/sinter-hosts}
wanted="bun@1.4.5 deno@2.9.6"
if [ "$(cat "$home/installed" 2>/dev/null)" != "$wanted" ]; then
  mkdir -p "$home"
  # Their install scripts only link the program that an optional dependency brings; it is found below without them.
  # shellcheck disable=SC2086
  npm install --prefix "$home" --no-save --ignore-scripts --no-audit --no-fund --loglevel=error $wanted >&2 || { echo "setup.sh: npm could not install $wanted" >&2; exit 1; }
  echo "$wanted" > "$home/installed"
fi
# Of several builds for one platform the first that starts here is taken.
find_program() {
  local program
  for program in "$home"/node_modules/@*/*/"$1" "$home"/node_modules/@*/*/bin/"$1"; do
    if [ -x "$program" ] && "$program" --version >/dev/null 2>&1; then echo "$program"; return; fi
  done
  echo "setup.sh: no $1 among the packages that npm installed in $home" >&2
  exit 1
}
find_program bun
find_program deno
