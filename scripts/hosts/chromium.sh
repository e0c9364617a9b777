#!/bin/bash
# In: nothing. Out: the path of a Chromium on standard output; where there is none and this is Debian, as root, it is installed first.
set -euo pipefail
wanted=${SINTER_CHROMIUM:-/usr/bin/chromium}
if [ ! -x "$wanted" ]; then
  # What apt says is for people: standard output holds the path alone.
  if ! { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium; } >&2; then
    echo "chromium.sh: no $wanted, and apt-get could not install it; install Chromium, or name one with SINTER_CHROMIUM" >&2
    exit 1
  fi
fi
echo "$wanted"
