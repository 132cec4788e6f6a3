#!/bin/sh
# Brings what pgstride's tests with a real Kerberos need: MIT's ticket server and a
# PostgreSQL with GSSAPI, both the distribution's, where apt-get and root are at hand,
# and the package gssapi, compiled for the `python` that is found first. Where that
# does not succeed it says so, and succeeds; the tests then skip with that reason.
set -eu
PATH="$PATH:/usr/sbin"

missing=""
for program in krb5kdc:krb5-kdc kadmin.local:krb5-admin-server kinit:krb5-user \
               krb5-config:libkrb5-dev; do
  command -v "${program%:*}" >/dev/null || missing="$missing ${program#*:}"
done
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"

if [ -n "$missing" ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Kerberos is missing: the tests with it will be skipped" >&2
    echo "(on Debian: sudo apt-get install$missing)" >&2
    exit 0
  fi
  echo "installing with apt-get, for pgstride's tests:$missing"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # Each word is a package.
  if ! { apt-get update --quiet=2 &&
         apt-get install --quiet=2 --yes --no-install-recommends $missing >/dev/null; }; then
    echo "they could not be installed: the tests with Kerberos will be skipped" >&2
    exit 0
  fi
fi

if python -c 'import gssapi' 2>/dev/null; then
  exit 0
fi
echo "compiling the package gssapi, for pgstride's tests"
if ! python -m pip --disable-pip-version-check --quiet install \
    --require-hashes --no-deps -r "$(dirname "$0")/kerberos.lock"; then
  echo "it could not be compiled: the tests with Kerberos will be skipped" >&2
fi
