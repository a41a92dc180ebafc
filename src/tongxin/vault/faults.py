"""Why a sealed value stays sealed. None of these says what the value is."""

from tongxin.lib.faults import Fault


class Destroyed(Fault):
    """The owner's key was destroyed: nothing more can be sealed under it."""

    def __init__(self) -> None:
        super().__init__("该对象的资料已按规定删除，不能再写入。没有保存任何内容。")


class MissingKey(Fault):
    """The owner has no key: it was never made, or the key database is an older copy."""

    def __init__(self) -> None:
        super().__init__("没有找到该对象的密钥，内容未作改动。请核对密钥库是否为最新备份。")


class Refused(Fault):
    """The bytes were changed, moved from their place, or sealed under another key."""

    def __init__(self, model: str, field: str) -> None:
        what = f"封存内容与其位置或密钥不符（{model}.{field}）"
        super().__init__(f"{what}，已拒绝打开，内容未作改动。请运行 tongxin doctor 核对。")


class NobodyRecords(Fault):
    """No recorder of looks is registered, so nothing is opened."""

    def __init__(self) -> None:
        super().__init__("查看记录未启用，已拒绝打开封存内容。请检查系统设置。")
