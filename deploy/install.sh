#!/bin/sh
# 离线安装：核对校验和，建立 Python 环境（不联网），放好命令 tongxin。
#   sh install.sh 目标文件夹                  例如 sh install.sh /opt/tongxin/releases/0.1.0
#   sh install.sh 目标文件夹 --home 数据文件夹   另外生成密钥、建库、采用规则（单机试用，SQLite）
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
fail() { echo "$1" >&2; exit 1; }
[ $# -ge 1 ] || fail "请写明装到哪里，例如：sh install.sh /opt/tongxin/releases/0.1.0"
target=$1
home=""
if [ $# -ge 3 ] && [ "$2" = "--home" ]; then
    home=$3
elif [ $# -gt 1 ]; then
    fail "参数不对，没有安装。写法：sh install.sh 目标文件夹 [--home 数据文件夹]"
fi
[ ! -e "$target" ] || [ -z "$(ls -A "$target")" ] || fail "$target 已有内容，没有安装。请换一个空文件夹。"

sha256sum --quiet --check SHA256SUMS || fail "离线包不完整或被改动，没有安装。请重新拷贝。"
listed=$(wc -l < SHA256SUMS)
there=$(find . -type f ! -name SHA256SUMS | wc -l)
[ "$listed" -eq "$there" ] || fail "离线包里有清单以外的文件，没有安装。请重新拷贝。"

wanted=$(cat PLATFORM)
python=""
for each in ${PYTHON:-} "python${wanted%% *}" python3; do
    if command -v "$each" >/dev/null 2>&1; then
        found=$("$each" -c 'import platform, sys; print("%d.%d" % sys.version_info[:2], sys.platform, platform.machine())')
        if [ "$found" = "$wanted" ]; then python=$each; break; fi
    fi
done
[ -n "$python" ] || fail "这个离线包要用的 Python 和平台是“$wanted”，本机没有，没有安装。请换用对应的离线包。"

mkdir -p "$target"
target=$(cd "$target" && pwd)
trap 'rm -rf "$target"; echo "没有装成，已清理 $target。" >&2' EXIT
for each in src definitions pwa deploy docs README.md CHANGELOG.md LICENSE requirements.lock PLATFORM; do
    cp -R "$each" "$target/"
done
# 自带的 pip：Debian 没有装 python3-venv 也能用。
"$python" -m venv --without-pip "$target/.venv"
set -- "$here"/wheels/pip-*.whl
"$target/.venv/bin/python" "$1/pip" install --quiet --disable-pip-version-check --no-cache-dir --isolated \
    --no-index --find-links "$here/wheels" --no-deps --require-hashes --requirement requirements.lock
packages=$("$target/.venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$target/src" > "$packages/tongxin.pth"
cat > "$target/.venv/bin/tongxin" <<LAUNCH
#!/bin/sh
exec "$target/.venv/bin/python" -m tongxin "\$@"
LAUNCH
chmod 0755 "$target/.venv/bin/tongxin"
"$target/.venv/bin/python" -m compileall -q "$target/src"
"$target/.venv/bin/tongxin" definitions check
chmod -R a+rX,go-w "$target"
trap - EXIT
echo "程序已装到 $target。"
[ -n "$home" ] || exit 0

TONGXIN_HOME=$home
export TONGXIN_HOME
umask 077
"$target/.venv/bin/tongxin" keys create
"$target/.venv/bin/tongxin" database prepare
"$target/.venv/bin/tongxin" definitions adopt
echo "数据文件夹 $home 已就绪。启动：TONGXIN_HOME=$home $target/.venv/bin/tongxin serve"
