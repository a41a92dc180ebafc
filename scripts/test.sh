#!/bin/sh
# 运行全部测试；数据库由 TONGXIN_DATABASE 决定，默认 SQLite。在 PostgreSQL 上再跑一遍的，是真正问到数据库的那些；
# TONGXIN_TESTS=all 时 PostgreSQL 上也是全部（发布前，约 25 分钟）。
set -eu
cd "$(dirname "$0")/.."
sh scripts/needs.sh
places="tests"
case "${TONGXIN_DATABASE:-sqlite}:${TONGXIN_TESTS:-some}" in
    postgres*:some) places=$(grep -v '^#' scripts/postgres-tests.txt) ;;
esac
# 编译过的留着：否则每个测试进程、每一次 tongxin 命令都从头编译全部程序（每次命令 1.2 秒而不是 0.7 秒）。
unset PYTHONDONTWRITEBYTECODE
# 浏览器没了声息的测试不能拖住其余的：十分钟后这个进程说明停在哪里并结束，另起一个。
# shellcheck disable=SC2086
exec .venv/bin/python -m pytest -n "${TEST_WORKERS:-3}" --dist loadfile --no-loadscope-reorder -r fER \
    -o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true "$@" $places
