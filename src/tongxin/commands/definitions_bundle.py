"""`tongxin definitions bundle -o FILE`: the rules of this server, signed, for another one to adopt."""

from pathlib import Path

from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault
from tongxin.rulebook import bundles


def main(argv: list[str]) -> int:
    """Write the bundle, or print the public key by which the other server knows it."""
    parser = Parser(prog="tongxin definitions bundle", description="制作签名的规则包，带到另一台服务器采用")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("-o", "--output", type=Path, help="规则包写到哪个文件，例如 rules.zip")
    group.add_argument("--key", action="store_true", help="只显示本机的公钥")
    options = parser.parse_args(argv)
    if options.key:
        print(bundles.public_key())
        return 0
    try:
        count = bundles.make(options.output, at=clock.now())
    except OSError:
        raise Fault(f"规则包写不进 {options.output.name}，没有制作。请换一个位置。") from None
    print(f"已写入 {count} 个文件：{options.output.name}。对方采用以前要先信任本机的公钥：")
    print(bundles.public_key())
    return 0
