#!/bin/sh
# 离线包：程序、规则、浏览器文件、字体与全部依赖（带校验和），放进 build/，供不能上网的机器安装。
# 用要安装的那种 Python 运行：PYTHON=python3.11 make bundle。TONGXIN_WHEELS 可指向已下载的依赖。
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
version=$("$python" -c 'import runpy; print(runpy.run_path("src/tongxin/__init__.py")["__version__"])')
platform=$("$python" -c 'import platform, sys; print("%d.%d" % sys.version_info[:2], sys.platform, platform.machine())')
name=tongxin-$version-$(echo "$platform" | tr ' ' '-')
folder=${TONGXIN_BUNDLES:-build}/$name
rm -rf "$folder" "$folder.tar.gz"
mkdir -p "$folder/wheels"

if [ -n "${TONGXIN_WHEELS:-}" ]; then
    cp "$TONGXIN_WHEELS"/*.whl "$folder/wheels/"
else
    "$python" -m venv --clear "$folder/.pip"
    "$folder/.pip/bin/pip" download --quiet --disable-pip-version-check --only-binary :all: \
        --no-deps --require-hashes --requirement requirements.lock --dest "$folder/wheels"
    "$folder/.pip/bin/pip" download --quiet --disable-pip-version-check --only-binary :all: \
        --no-deps --dest "$folder/wheels" pip
    rm -rf "$folder/.pip"
fi
for each in src definitions pwa deploy docs README.md CHANGELOG.md LICENSE requirements.lock; do
    cp -R "$each" "$folder/"
done
rm -rf "$folder/pwa/tests"
find "$folder" -type d -name __pycache__ -prune -exec rm -rf {} +
cp deploy/install.sh "$folder/install.sh"
echo "$platform" > "$folder/PLATFORM"
(cd "$folder" && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs -d '\n' sha256sum > SHA256SUMS)
tar -C "$(dirname "$folder")" --sort=name --owner=0 --group=0 --numeric-owner -czf "$folder.tar.gz" "$name"
(cd "$(dirname "$folder")" && sha256sum "$name.tar.gz" > "$name.tar.gz.sha256")
echo "离线包：$folder.tar.gz（$(du -h "$folder.tar.gz" | cut -f1)）"
echo "校验和：$folder.tar.gz.sha256，请用另一条途径带去核对。"
