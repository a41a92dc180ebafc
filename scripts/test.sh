#!/bin/sh
# 运行全部测试；数据库由 TONGXIN_DATABASE 决定，默认 SQLite。不碰数据库、只看页面样子、只是再走一遍的测试和示例的一年，不在 PostgreSQL 上重复。
set -eu
cd "$(dirname "$0")/.."
sh scripts/needs.sh
once=""
case "${TONGXIN_DATABASE:-sqlite}" in
    postgres*)
        for place in batch browser/test_answering.py browser/test_drafts.py browser/test_manual.py \
            browser/test_pages.py browser/test_quality.py browser/test_rewording.py browser/test_rounds.py \
            browser/test_tired_user.py commands/test_definitions.py commands/test_exports.py \
            commands/test_instruments_load.py commands/test_preparation.py core/forms core/grading \
            core/instruments core/screening core/twins definitions demo deploy/test_bundle.py documents field \
            golden intake/reading pwa rules web/test_amendments.py web/test_papers.py; do
            once="$once --ignore=tests/$place"
        done
        ;;
esac
# shellcheck disable=SC2086
exec .venv/bin/python -m pytest -n "${TEST_WORKERS:-3}" --dist loadfile --no-loadscope-reorder $once "$@"
