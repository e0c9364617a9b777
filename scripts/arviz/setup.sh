#!/bin/bash
# In: nothing. Out: a Python environment with ArviZ and Zarr at pinned versions, in ~/.cache/sinter-arviz (or $SINTER_ARVIZ).
# Prints the path of its python. Running it again does nothing.
set -euo pipefail
home=${SINTER_ARVIZ:-${XDG_CACHE_HOME:-$HOME/.cache}/sinter-arviz}
python=$home/venv/bin/python
wanted="arviz==0.23.4 zarr==3.1.6"
if [ "$(cat "$home/installed" 2>/dev/null)" != "$wanted" ]; then
  mkdir -p "$home"
  "${PYTHON:-python3}" -m venv "$home/venv" >&2 || { echo "setup.sh: python -m venv failed (Debian: apt-get install python3-venv)" >&2; exit 1; }
  # shellcheck disable=SC2086
  "$python" -m pip install --quiet --disable-pip-version-check $wanted >&2 || { echo "setup.sh: pip could not install $wanted" >&2; exit 1; }
  echo "$wanted" > "$home/installed"
fi
echo "$python"
