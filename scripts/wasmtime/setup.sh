#!/bin/bash
# In: nothing. Out: a Python environment with wasmtime at a pinned version, in ~/.cache/sinter-wasmtime (or $SINTER_WASMTIME).
# Prints the path of its python. Running it again does nothing.
set -euo pipefail
home=${SINTER_WASMTIME:-${XDG_CACHE_HOME:-$HOME/.cache}/sinter-wasmtime}
python=$home/venv/bin/python
wanted=wasmtime==50.0.1
if [ "$(cat "$home/installed" 2>/dev/null)" != "$wanted" ]; then
  mkdir -p "$home"
  "${PYTHON:-python3}" -m venv "$home/venv" >&2 || { echo "setup.sh: python -m venv failed (Debian: apt-get install python3-venv)" >&2; exit 1; }
  "$python" -m pip install --quiet --disable-pip-version-check "$wanted" >&2 || { echo "setup.sh: pip could not install $wanted" >&2; exit 1; }
  echo "$wanted" > "$home/installed"
fi
echo "$python"
