#!/bin/sh
# Runs a command beside PostgreSQL servers of its own, one a test process, which are gone afterwards:
#   sh scripts/postgres.sh .venv/bin/python -m pytest tests/ledger
# The command finds the first address in TONGXIN_DATABASE, all of them in TONGXIN_TEST_DATABASES.
# As root the servers run as the user postgres.
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
servers=$(seq 1 "${TEST_WORKERS:-3}")
finish() {
    for each in $servers; do
        as_server "$pg_ctl" -D "$folder/$each/data" -m immediate stop >/dev/null 2>&1 || true
    done
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

TONGXIN_TEST_DATABASES=""
for each in $servers; do
    as_server mkdir "$folder/$each"
    as_server "$initdb" -D "$folder/$each/data" -U tongxin --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
    as_server "$pg_ctl" -D "$folder/$each/data" -w -l "$folder/$each/log" \
        -o "-c listen_addresses='' -c unix_socket_directories='$folder/$each' -c fsync=off -c max_connections=200" \
        start >/dev/null
    TONGXIN_TEST_DATABASES="$TONGXIN_TEST_DATABASES postgresql://tongxin@/tongxin?host=$folder/$each"
done
TONGXIN_DATABASE="postgresql://tongxin@/tongxin?host=$folder/1"
export TONGXIN_DATABASE TONGXIN_TEST_DATABASES
"$@"
