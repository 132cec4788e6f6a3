#!/bin/bash
# The official image's environment contract, as far as the toolbench uses it.
set -eu
export PGDATA=${PGDATA:-/var/lib/postgresql/18/docker}
sockets=/var/run/postgresql
user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
  POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
fi
if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "$method" != trust ]; then
  echo "Error: Database is uninitialized and superuser password is not specified." >&2
  exit 1
fi

unprivileged="setpriv --reuid=999 --regid=999 --clear-groups"
mkdir -p "$PGDATA" "$sockets"
chown 999:999 "$PGDATA" "$sockets"
chmod 700 "$PGDATA"

if [ ! -e "$PGDATA/PG_VERSION" ]; then
  echo "${POSTGRES_PASSWORD:-}" > /tmp/password
  chown 999:999 /tmp/password
  $unprivileged initdb --username="$user" --pwfile=/tmp/password ${POSTGRES_INITDB_ARGS:-} >/dev/null
  rm /tmp/password
  echo "host all all all $method" >> "$PGDATA/pg_hba.conf"
  # As in the official image, the first start-up answers on the socket only.
  $unprivileged pg_ctl -w start -o "-c listen_addresses='' -k $sockets" >/dev/null
  run_sql="$unprivileged psql -q -v ON_ERROR_STOP=1 -h $sockets -U $user"
  if [ "$database" != postgres ]; then
    $run_sql -d postgres -c "CREATE DATABASE \"$database\""
  fi
  for file in /docker-entrypoint-initdb.d/*.sql; do
    if [ -e "$file" ]; then $run_sql -d "$database" -f "$file"; fi
  done
  $unprivileged pg_ctl -w stop >/dev/null
fi
exec $unprivileged "$@" -c listen_addresses='*' -k "$sockets"
