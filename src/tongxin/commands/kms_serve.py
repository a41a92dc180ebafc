"""`tongxin kms serve`: the process that holds the master key, under an account of its own."""

import signal
import threading
from pathlib import Path

from tongxin.lib.arguments import Parser


def main(argv: list[str]) -> int:
    """Answer until told to stop."""
    parser = Parser(prog="tongxin kms serve", description="密钥服务：持有主密钥，网站和后台只经它封装、解封")
    parser.add_argument("--socket", type=Path, required=True, metavar="文件", help="监听的套接字（TONGXIN_KMS）")
    parser.add_argument("--audit", type=Path, required=True, metavar="文件夹", help="自己的记录写在这里")
    parser.add_argument("--allow", default="", metavar="账户", help="可以请求的账户，用逗号分开；缺省只有本账户")
    options = parser.parse_args(argv)
    from tongxin.vault.kms_audit import Audit
    from tongxin.vault.kms_server import Server, accounts_of

    with Server(options.socket, audit=Audit(options.audit), accounts=accounts_of(options.allow)) as server:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        print(f"密钥服务已启动：{options.socket}", flush=True)
        server.serve_forever(poll_interval=0.2)
    options.socket.unlink(missing_ok=True)
    return 0
