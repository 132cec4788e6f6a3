#!/bin/sh
# Brings the pooler that some of pgstride's tests stand behind: the distribution's
# pgbouncer, where apt-get and root are at hand. Elsewhere it says what is missing
# and succeeds; the tests then skip with that reason.
set -eu

if command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ]; then
  exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "PgBouncer is missing: the tests behind it will be skipped" >&2
  echo "(on Debian: sudo apt-get install pgbouncer)" >&2
  exit 0
fi
echo "installing the package pgbouncer with apt-get, for pgstride's tests"
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update --quiet=2 &&
       apt-get install --quiet=2 --yes --no-install-recommends pgbouncer >/dev/null; }; then
  echo "it could not be installed: the tests behind PgBouncer will be skipped" >&2
fi
