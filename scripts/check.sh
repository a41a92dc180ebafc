#!/bin/sh
# 代码与定义的检查：风格、类型、分层、定义、浏览器代码。
set -eu
cd "$(dirname "$0")/.."
sh scripts/needs.sh
.venv/bin/ruff check .
.venv/bin/mypy
.venv/bin/lint-imports --no-cache
.venv/bin/tongxin definitions check
[ -d node_modules/typescript ] || npm ci --silent --no-fund --no-audit
npm run --silent check
echo "检查全部通过。"
