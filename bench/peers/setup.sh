#!/bin/bash
# In: flags. Out: a Python environment with the peers at pinned versions, in ~/.cache/sinter-peers (or $SINTER_PEERS).
# usage: setup.sh [--nutpie] [--pyro]
# Without flags: Stan (httpstan ships stanc and the headers), NumPyro on JAX's CPU backend, stanli; about 1 GB.
# --nutpie adds nutpie and PyMC, --pyro adds Pyro with torch (3 GB). Running it again installs only what is missing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${SINTER_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/sinter-peers}
base=(httpstan==4.13.0 numpyro==0.22.0 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 scipy==1.17.1 stanli==0.24.0)
nutpie=(nutpie==0.16.8 pymc==5.28.5 arviz==0.23.4)
pyro=(pyro-ppl==1.9.2 torch==2.15.0)

say() { echo "setup.sh: $*" >&2; }
wanted=("${base[@]}")
for flag in "$@"; do
  case $flag in
    --nutpie) wanted+=("${nutpie[@]}") ;;
    --pyro) wanted+=("${pyro[@]}") ;;
    *) say "unknown flag $flag; usage: setup.sh [--nutpie] [--pyro]"; exit 2 ;;
  esac
done

python=${PYTHON:-python3}
command -v "$python" >/dev/null || { say "no $python; install Python 3.11 or later, or set PYTHON"; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { say "$("$python" --version) is too old; the pinned peers need 3.11 or later (set PYTHON)"; exit 1; }
command -v "${CXX:-g++}" >/dev/null || { say "no ${CXX:-g++}; Stan models are compiled with it (Debian: apt-get install g++), or set CXX"; exit 1; }

mkdir -p "$home"
if [ ! -x "$home/venv/bin/python" ]; then
  "$python" -m venv "$home/venv" || { say "python -m venv failed (Debian: apt-get install python3-venv)"; exit 1; }
fi
stamp="$home/installed"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "${wanted[*]}" ]; then
  say "nothing to do in $home"
  exit 0
fi
"$home/venv/bin/python" -m pip install --quiet --disable-pip-version-check "${wanted[@]}" || {
  say "pip could not install: ${wanted[*]}"
  say "the message above tells which; a wheel may be missing for this Python ($("$python" --version)) or platform"
  exit 1
}
"$home/venv/bin/python" -c 'import httpstan, numpyro, stanli' || { say "installed, but an import failed (above)"; exit 1; }
echo "${wanted[*]}" >"$stamp"
say "ready in $home"
