#!/bin/sh
# 长时间运行的检验，约 45 分钟；结果写进 docs/soak.md。每项的秒数由 TONGXIN_SOAK_SECONDS 决定，默认 220。
set -eu
cd "$(dirname "$0")/.."
sh scripts/needs.sh
command -v java >/dev/null 2>&1 || {
    echo "Spark 的检验还需要 Java 17，请先安装，例如：apt-get install openjdk-17-jre-headless" >&2
    exit 1
}
TONGXIN_SOAK_SECONDS=${TONGXIN_SOAK_SECONDS:-220} TONGXIN_SOAK_REPORT=1
export TONGXIN_SOAK_SECONDS TONGXIN_SOAK_REPORT
exec .venv/bin/python -m pytest tests/soak tests/matrix tests/deploy tests/batch/test_score_spark.py tests/linkage/test_spark.py -m soak "$@"
