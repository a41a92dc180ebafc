"""How a file that can't be worked with says so."""

from __future__ import annotations


class TableError(Exception):
    """What is wrong with a file, in one sentence with its cure; nothing was written."""


class DiskFull(Exception):
    """The disk took no more while the named file was scored."""

    def __init__(self, name: str) -> None:
        kept = "已写好的部分都还在；腾出空间后再运行同一条命令，会从这里接着做。"
        super().__init__(f"磁盘写不下了（正在处理 {name}）。{kept}")
