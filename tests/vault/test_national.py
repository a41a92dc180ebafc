"""The national algorithms against the vectors that were published with them; SM2 stands with the receipts."""

from datetime import UTC, datetime
from uuid import uuid4

import gmssl_pyx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tongxin import vault
from tongxin.vault import ciphers

# GB/T 32905-2016, annex A.
SM3 = {
    b"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    b"abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
}
# GB/T 32907-2016, annex A: key and block alike.
SM4_KEY = "0123456789abcdeffedcba9876543210"
SM4_BLOCK = "681edf34d206965e86b3e94f536e4246"
# RFC 8998, annex A.1.
GCM = {
    "nonce": "00001234567800000000abcd",
    "context": "feedfacedeadbeeffeedfacedeadbeefabaddad2",
    "content": "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
    "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
    "sealed": "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
    "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    "83de3541e4c2b58177e065a9bf7b62ec",
}
AT = datetime(2025, 12, 30, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(("content", "digest"), SM3.items())
def test_sm3(content: bytes, digest: str) -> None:
    work = hashes.Hash(hashes.SM3())
    work.update(content)
    assert work.finalize().hex() == digest


def test_sm4_block() -> None:
    key = bytes.fromhex(SM4_KEY)
    work = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()  # noqa: S305
    assert (work.update(key) + work.finalize()).hex() == SM4_BLOCK


@pytest.mark.parametrize("profile", ["sm4-gcm", ciphers.NATIONAL])
def test_sm4_gcm_as_the_vault_uses_it(profile: str) -> None:
    vector = {name: bytes.fromhex(value) for name, value in GCM.items()}
    key = bytes.fromhex(SM4_KEY)
    made = ciphers._encrypt(vector["content"], key, profile, vector["nonce"], vector["context"])
    assert made == vector["sealed"]
    assert ciphers._decrypt(made, key, profile, vector["nonce"], vector["context"]) == vector["content"]


@pytest.mark.parametrize("key", [b"k" * 16, b"k" * 32, b"k" * 64])
def test_hmac_sm3_agrees_with_another_implementation(key: bytes) -> None:
    made = ciphers.keyed_digest("同心".encode(), key=key, profile=ciphers.NATIONAL)
    assert made == gmssl_pyx.sm3_hmac(key, "同心".encode())


@pytest.mark.django_db
def test_a_child_of_the_national_profile_is_sealed_and_digested_by_it() -> None:
    owner = vault.Owner("child", uuid4())
    keys = vault.create_keys([owner], at=AT, profile=ciphers.NATIONAL)
    place = ("people.child", "name", owner.id)
    value = vault.Sealed(vault.seal("小雨", owner=owner, place=place), "people.child", "name", owner, owner.id)
    assert value.blob[1] == ciphers.PROFILES[ciphers.NATIONAL]
    nobody = type("Nobody", (), {"person_id": None, "post_id": None})()
    assert vault.open([value], viewer=nobody, purpose="care", at=AT) == ["小雨"]
    inner = gmssl_pyx.sm3_hmac(keys[owner].content, b"tongxin digest")
    assert vault.digest_many([(b"x", owner)]) == [gmssl_pyx.sm3_hmac(inner, b"x")]
