#!/bin/sh
# Brings the browser that the report's tests click through: the distribution's
# chromium and chromium-driver, where apt-get and root are at hand. Elsewhere
# it says what is missing and succeeds; the tests then skip with that reason.
set -eu

if { command -v chromium || command -v chromium-browser; } >/dev/null && command -v chromedriver >/dev/null; then
  exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Chromium or chromedriver is missing: the browser tests of the report will be skipped" >&2
  echo "(on Debian: sudo apt-get install chromium chromium-driver)" >&2
  exit 0
fi
echo "installing the packages chromium and chromium-driver with apt-get, for the report's browser tests"
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update --quiet=2 &&
       apt-get install --quiet=2 --yes --no-install-recommends chromium chromium-driver >/dev/null; }; then
  echo "they could not be installed: the browser tests of the report will be skipped" >&2
fi
