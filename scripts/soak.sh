#!/bin/sh
# 长时间运行的检验；结果写进 docs/soak.md。
set -eu
cd "$(dirname "$0")/.."
exec .venv/bin/python -m pytest -m soak -o addopts="-q -p no:cacheprovider" "$@"
