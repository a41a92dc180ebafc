#!/bin/sh
# 升级：先备份并证明能恢复，再换程序、升级数据库、检查；不成时说明怎样退回。在新版离线包的文件夹里以 root 运行：
#   sh deploy/upgrade.sh
set -eu
root=${TONGXIN_ROOT:-/opt/tongxin}
admin=${TONGXIN_ADMIN:-/usr/local/sbin/tongxin}
service() { [ -d /run/systemd/system ] && systemctl "$@" || true; }
here=$(cd "$(dirname "$0")/.." && pwd)
former=$(readlink "$root/current") || { echo "没有找到 $root/current，没有升级。首次安装请看 docs/install.md。" >&2; exit 1; }
release=$root/releases/$(date +%Y%m%d-%H%M%S)

echo "一、备份，并证明能恢复"
"$admin" backup
"$admin" backup verify
kept=$(ls -1 "${TONGXIN_BACKUPS:-/var/backups/tongxin}"/tongxin-*.backup | tail -n 1)

echo "二、安装新版本（旧版本照常运行）"
sh "$here/install.sh" "$release"

echo "三、停止，切换，升级数据库"
service stop tongxin.target tongxin-web tongxin-worker tongxin-jobs
back() {
    ln -sfn "$former" "$root/current"
    echo "没有升级成功，程序已换回 $former，服务还停着。数据库若已改动，请这样退回：" >&2
    echo "  tongxin restore $kept --replace && systemctl start tongxin.target" >&2
    exit 1
}
ln -sfn "$release" "$root/current"
"$admin" database prepare || back
if grep -q postgresql: "${TONGXIN_ETC:-/etc/tongxin}/owner.env"; then
    "$admin" database roles --apply || back
fi
"$admin" definitions check || back
"$admin" ledger verify || back
install -m 0644 "$release"/deploy/systemd/* /etc/systemd/system/ 2>/dev/null || true
install -m 0755 "$release/deploy/tongxin" "$admin"

echo "四、启动，检查"
service daemon-reload
service start tongxin.target
sleep "${TONGXIN_WAIT:-15}"
"$admin" doctor || { echo "已升级并启动，但健康检查有故障，请按上面的提示处理；要退回旧版本：" >&2
    echo "  systemctl stop tongxin.target; ln -sfn $former $root/current; tongxin restore $kept --replace; systemctl start tongxin.target" >&2
    exit 1; }
echo "升级完成。旧版本保留在 $former。新的规则请看过后运行 tongxin definitions adopt。"
