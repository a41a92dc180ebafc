"""`tongxin kms rotate`: a fresh master key in the key service's own account; the running service notices."""

from datetime import UTC, datetime, timedelta

from tongxin.lib import places, secrets, strict_yaml
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault


def main(argv: list[str]) -> int:
    """Begin a rotation, or end it once every data key is under the fresh one."""
    parser = Parser(prog="tongxin kms rotate", description="更换密钥服务的主密钥（在密钥服务自己的账户下运行）")
    parser.add_argument("--finish", action="store_true", help="网站已重新封装全部数据密钥，去掉旧的主密钥")
    options = parser.parse_args(argv)
    if not options.finish:
        secrets.rotate_master()
        print("新的主密钥已启用，旧的仍能解封。请在网站的账户下运行 tongxin keys rotate --resume。")
        return 0
    begun = secrets.master_since()
    kept = timedelta(hours=_definition()["former_kept"]["hours"])
    if begun is None or datetime.now(UTC) - begun < kept:
        hours = int(kept.total_seconds() // 3600)
        cure = f"请再运行一次 tongxin keys rotate --resume，满 {hours} 小时后再来。"
        raise Fault(f"更换还不满 {hours} 小时，旧的主密钥没有去掉。{cure}")
    secrets.forget_previous_master()
    print("旧的主密钥已去掉。请备份新的主密钥，并销毁旧的备份。")
    return 0


def _definition() -> dict[str, dict[str, int]]:
    content: dict[str, dict[str, int]] = strict_yaml.load(places.definitions_folder() / "keys" / "keys.yaml").content
    return content
