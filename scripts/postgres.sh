#!/bin/sh
# Runs a command beside a PostgreSQL of its own, which is gone afterwards:
#   sh scripts/postgres.sh .venv/bin/python -m pytest tests/ledger
# The command finds the address in TONGXIN_DATABASE. As root the server runs as the user postgres.
set -eu
cd "$(dirname "$0")/.."

program() {
    command -v "$1" 2>/dev/null || ls -d /usr/lib/postgresql/*/bin/"$1" 2>/dev/null | sort -V | tail -n 1
}
initdb=$(program initdb)
pg_ctl=$(program pg_ctl)
if [ -z "$initdb" ] || [ -z "$pg_ctl" ]; then
    echo "没有找到 PostgreSQL。请先安装，例如：apt-get install postgresql" >&2
    exit 1
fi

folder=$(mktemp -d /tmp/tongxin-pg-XXXXXX)
chmod 755 "$folder"
as_server() { "$@"; }
if [ "$(id -u)" = 0 ]; then
    chown postgres:postgres "$folder"
    as_server() { (cd / && runuser -u postgres -- "$@"); }
fi
finish() {
    as_server "$pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

as_server "$initdb" -D "$folder/data" -U tongxin --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
as_server "$pg_ctl" -D "$folder/data" -w -l "$folder/log" \
    -o "-c listen_addresses='' -c unix_socket_directories='$folder' -c fsync=off -c max_connections=200" \
    start >/dev/null
TONGXIN_DATABASE="postgresql://tongxin@/tongxin?host=$folder"
export TONGXIN_DATABASE
"$@"
