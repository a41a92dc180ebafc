#!/bin/sh
# 代码与定义的检查：风格、类型、分层、定义、浏览器代码。类型与其余的同时进行。
set -eu
cd "$(dirname "$0")/.."
sh scripts/needs.sh
said=$(mktemp)
.venv/bin/mypy >"$said" 2>&1 &
types=$!
trap 'kill "$types" 2>/dev/null || true; rm -f "$said"' EXIT
.venv/bin/ruff check .
.venv/bin/lint-imports --no-cache
.venv/bin/tongxin definitions check
[ -d node_modules/typescript ] || npm ci --silent --no-fund --no-audit
npm run --silent check
wait "$types" || { cat "$said"; exit 1; }
cat "$said"
echo "检查全部通过。"
