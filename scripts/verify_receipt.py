"""核验账本回执：不需要数据，也不需要同心系统。只依赖 Python 与 cryptography；说明见 docs/outside-proof.md。"""

import argparse
import hashlib
import json
import pathlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

BODY = ["format", "number", "day", "made_at", "first", "last", "root", "head", "previous", "anew", "profile", "key"]


def signed(profile, key, signature, content):
    if profile == "sm2":
        import verify_sm2
        return verify_sm2.is_signed(content, bytes.fromhex(signature), bytes.fromhex(key))
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return profile == "ed25519"


def text(receipt, *more):
    return json.dumps({n: receipt[n] for n in (*BODY, *more)}, sort_keys=True, separators=(",", ":")).encode()


def sha(content):
    return hashlib.sha256(content).digest()


ask = argparse.ArgumentParser()
ask.add_argument("--key", required=True)
ask.add_argument("--counter")
ask.add_argument("--proof", type=pathlib.Path)
ask.add_argument("files", nargs="+", type=pathlib.Path)
asked, before, known = ask.parse_args(), None, {}
for each in sorted((json.loads(file.read_bytes()) for file in asked.files), key=lambda each: each["number"]):
    no, second = f"第 {each['number']} 份（{each['day']}）", each.get("countersignature")
    if each["key"] != asked.key or not signed(each["profile"], each["key"], each["signature"], text(each)):
        sys.exit(f"不通过：{no}签名不符")
    both = b"tongxin countersigned\n" + text(each, "signature")
    if asked.counter and not (second and second["key"] == asked.counter and signed(
            second["profile"], second["key"], second["signature"], both)):
        sys.exit(f"不通过：{no}没有会签，或会签不符")
    if before and (each["number"], each["previous"], each["first"]) != (
            before["number"] + 1, sha(text(before, "signature")).hex(), 1 if each["anew"] else before["last"] + 1):
        sys.exit(f"不通过：{no}不接在上一份之后")
    print(f"{no}通过，位置 {each['first']} 至 {each['last']}", "（自称从头重算，请索取说明）" if each["anew"] else "")
    before = known[each["number"]] = each
if asked.proof:
    proof = json.loads(asked.proof.read_bytes())
    up = sha(b"\0" + bytes.fromhex(proof["digest"]))
    for side, beside in ((side, bytes.fromhex(beside)) for side, beside in proof["path"]):
        up = sha({"up": b"\0" + up, "left": b"\1" + beside + up, "right": b"\1" + up + beside}[side])
    if up.hex() != known.get(proof["receipt"], {}).get("root"):
        sys.exit("不通过：这一行不在所给的回执之下")
    print(f"摘要 {proof['digest']} 的一行在第 {proof['receipt']} 份回执之下")
