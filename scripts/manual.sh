#!/bin/sh
# 使用手册：由测试重新拍下 docs/manual/images 里的每一张图，再做成 build/手册.pdf。
set -eu
cd "$(dirname "$0")/.."
sh scripts/needs.sh
mkdir -p build
TONGXIN_MANUAL_PICTURES=1 .venv/bin/python -m pytest tests/browser/test_manual.py
.venv/bin/tongxin manual -o build/手册.pdf
