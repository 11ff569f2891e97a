#!/bin/bash
# Initializes PostgreSQL at its first start as the original image does: a superuser with a password, required to connect.
set -euo pipefail

if [ "$1" = postgres ]; then
  export PGDATA=/var/lib/postgresql/data
  if [ ! -s "$PGDATA/PG_VERSION" ]; then
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
      --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --no-locale
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
    if [ -n "${POSTGRES_DB:-}" ]; then
      postgres --single -j postgres <<<"CREATE DATABASE \"$POSTGRES_DB\""
    fi
  fi
fi

exec "$@"
