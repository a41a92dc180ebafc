#!/bin/sh
# 建立三个数据库账户和两个数据库，把随机密码写进 /etc/tongxin/*.env。以 root 运行，可重复运行。
# 另一台数据库服务器：设 TONGXIN_PG_HOST、TONGXIN_PG_PORT，并让 psql 能以管理员连接（PGHOST、PGUSER……）。
set -eu
umask 077
etc=${TONGXIN_ETC:-/etc/tongxin}
host=${TONGXIN_PG_HOST:-127.0.0.1}
port=${TONGXIN_PG_PORT:-5432}

admin() {
    if [ -n "${PGHOST:-}" ]; then
        psql -v ON_ERROR_STOP=1 -qAt -d postgres "$@"
    else
        runuser -u postgres -- psql -v ON_ERROR_STOP=1 -qAt -d postgres "$@"
    fi
}

mkdir -p "$etc"
for role in owner web worker; do
    name=tongxin_$role
    if [ -e "$etc/$role.env" ] && [ "$(admin -c "SELECT 1 FROM pg_roles WHERE rolname = '$name' AND rolcanlogin")" = 1 ]; then
        echo "$name 已经建立，没有改动。"
        continue
    fi
    password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
    right=NOCREATEDB
    [ "$role" = owner ] && right=CREATEDB
    # 密码经标准输入交给 psql，不出现在进程列表里。
    admin <<SQL
DO \$\$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$name') THEN CREATE ROLE $name; END IF; END \$\$;
ALTER ROLE $name LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE $right PASSWORD '$password';
SQL
    for pair in TONGXIN_DATABASE:tongxin TONGXIN_KEYS_DATABASE:tongxin_keys; do
        echo "${pair%%:*}=\"postgresql://$name:$password@$host:$port/${pair##*:}\""
    done > "$etc/$role.env.part"
    mv "$etc/$role.env.part" "$etc/$role.env"
    echo "$name 已建立。"
done
for database in tongxin tongxin_keys; do
    if [ "$(admin -c "SELECT 1 FROM pg_database WHERE datname = '$database'")" != 1 ]; then
        admin -c "CREATE DATABASE $database OWNER tongxin_owner TEMPLATE template0 ENCODING 'UTF8'"
    fi
done
echo "数据库已建立。下一步：tongxin database prepare，再 tongxin database roles --apply。"
