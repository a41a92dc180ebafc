#!/bin/sh
# 在一台 Debian 服务器上：专用账户、文件夹、设置、备份口令、systemd 单元。以 root 运行，可重复运行，不覆盖已有的设置。
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
[ "$(id -u)" = 0 ] || { echo "请以 root 运行。" >&2; exit 1; }

id tongxin >/dev/null 2>&1 ||
    useradd --system --home-dir /var/lib/tongxin --no-create-home --shell /usr/sbin/nologin tongxin
install -d -m 0700 -o tongxin -g tongxin /var/lib/tongxin /var/backups/tongxin /var/backups/tongxin/keys
install -d -m 0711 /etc/tongxin
install -d -m 0700 -o tongxin -g tongxin /etc/tongxin/keys
install -d -m 0700 /etc/tongxin/tls
[ -e /etc/tongxin/tongxin.env ] || install -m 0644 "$here/etc/tongxin.env" /etc/tongxin/tongxin.env
if [ ! -e /etc/tongxin/keys/backup.passphrase ]; then
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > /etc/tongxin/keys/backup.passphrase
    chown tongxin:tongxin /etc/tongxin/keys/backup.passphrase
    echo "备份口令写在 /etc/tongxin/keys/backup.passphrase。请抄一份，与密钥一起离线保管。"
fi
install -m 0755 "$here/tongxin" /usr/local/sbin/tongxin
install -m 0644 "$here"/systemd/* /etc/systemd/system/
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
fi
program=/opt/tongxin/current/.venv/bin/python
if [ -e "$program" ] && ! runuser -u tongxin -- "$program" -c ''; then
    echo "专用账户 tongxin 运行不了 $program。请用系统的 Python 重新安装：PYTHON=/usr/bin/python3 sh install.sh ……" >&2
    exit 1
fi
echo "账户、文件夹和服务单元已就绪。接着按 docs/install.md 的下一步做。"
