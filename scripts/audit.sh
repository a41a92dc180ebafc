#!/bin/sh
# 依赖的已知漏洞：需要联网（PyPI 的漏洞信息，镜像一般没有；查不到的一项也算失败），所以不在每次提交时运行；散列和许可在 tests/rules 里每次都查。
set -eu
cd "$(dirname "$0")/.."
command -v uvx >/dev/null 2>&1 || {
    echo "查漏洞需要 uv：请先安装，或在能联网的电脑上运行 pip-audit -r requirements.lock。" >&2
    exit 1
}
for lock in requirements.lock requirements-dev.lock; do
    echo "$lock"
    uvx pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r "$lock"
done
npm audit --omit=dev --package-lock-only
