#!/bin/sh
# 刷新 pwa/vendor/ 中的浏览器文件，并重写清单（只有开发者需要 Node）。
set -eu
cd "$(dirname "$0")/.."
npm ci --no-fund --no-audit
node scripts/vendor.js
