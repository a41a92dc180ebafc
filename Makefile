# make demo   一条命令：安装、建库、导入示例花名册、启动（http://127.0.0.1:8000）
# make test   装好测试所需的一切并运行全部测试
.PHONY: setup demo demo-province reset test check soak benchmark vendor bundle manual audit
PYTHON ?= python3
BIN := .venv/bin

setup: .venv/.ready
.venv/.ready: requirements.lock
	sh scripts/setup.sh requirements.lock
	touch $@

.venv/.dev-ready: requirements-dev.lock .venv/.ready
	sh scripts/setup.sh requirements-dev.lock
	touch $@

.venv/.spark-ready: requirements-spark.lock .venv/.dev-ready
	sh scripts/setup.sh requirements-spark.lock
	touch $@

PORT ?= 8000
demo: setup
	$(BIN)/tongxin demo --port $(PORT)

demo-province: setup
	$(BIN)/tongxin demo-province --port $(PORT)

reset: setup
	$(BIN)/tongxin demo --reset

test: .venv/.dev-ready
	sh scripts/test.sh

check: .venv/.dev-ready
	sh scripts/check.sh

soak: .venv/.spark-ready
	sh scripts/soak.sh

benchmark: .venv/.dev-ready
	$(BIN)/python -m benchmarks

vendor:
	sh scripts/vendor.sh

manual: .venv/.dev-ready
	sh scripts/manual.sh

bundle:
	sh scripts/bundle.sh

audit:
	sh scripts/audit.sh
