#!/bin/sh
# 装好测试所需的系统软件（Chromium、PostgreSQL、Node）；没有权限时说明要装什么。
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
ls -d /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v node >/dev/null 2>&1 || missing="$missing nodejs npm"
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fontconfig fonts-noto-cjk"
[ -n "$missing" ] || exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >/dev/null
    # shellcheck disable=SC2086
    apt-get install -y -q --no-install-recommends $missing >/dev/null
else
    echo "测试还需要这些软件，请先安装：$missing" >&2
    echo "Debian/Ubuntu：sudo apt-get install$missing　macOS：brew install chromium postgresql node" >&2
    exit 1
fi
