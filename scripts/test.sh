#!/bin/sh
# 运行全部测试；数据库由 TONGXIN_DATABASE 决定，默认 SQLite。
set -eu
cd "$(dirname "$0")/.."
sh scripts/needs.sh
exec .venv/bin/python -m pytest -n "${TEST_WORKERS:-2}" --dist loadfile "$@"
