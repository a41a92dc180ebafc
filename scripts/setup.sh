#!/bin/sh
# 建立 .venv，按带校验和的清单安装，并放好命令 tongxin。用法：sh scripts/setup.sh requirements.lock
set -eu
cd "$(dirname "$0")/.."
lock=${1:-requirements.lock}
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "需要 Python 3.11 或更新的版本；现在是 $("$python" -V 2>&1)。" >&2
    exit 1
}
if command -v uv >/dev/null 2>&1; then
    [ -d .venv ] || uv venv -q --python "$python" .venv
    VIRTUAL_ENV=$PWD/.venv uv pip install -q --require-hashes -r "$lock"
else
    [ -x .venv/bin/pip ] || "$python" -m venv .venv || {
        echo "建不了虚拟环境。Debian/Ubuntu 请先安装：apt-get install python3-venv" >&2
        exit 1
    }
    .venv/bin/pip install -q --disable-pip-version-check --no-deps --require-hashes -r "$lock"
fi
packages=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$PWD/src" > "$packages/tongxin.pth"
cat > .venv/bin/tongxin <<EOF
#!/bin/sh
exec "$PWD/.venv/bin/python" -m tongxin "\$@"
EOF
chmod +x .venv/bin/tongxin
