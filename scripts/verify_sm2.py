"""SM2 signatures (GB/T 32918) checked by plain arithmetic, for verify_receipt.py; only public numbers occur here."""

from cryptography.hazmat.primitives import hashes

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
A, B = P - 3, 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
G = (0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
     0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0)


def is_signed(content, signature, key):
    if (len(key), len(signature)) != (64, 64):
        return False
    x, y, r, s = (int.from_bytes((key + signature)[at : at + 32], "big") for at in (0, 32, 64, 96))
    if x >= P or y >= P or (y * y - x**3 - A * x - B) % P or not (0 < r < N and 0 < s < N and (r + s) % N):
        return False
    curve = b"".join(number.to_bytes(32, "big") for number in (A, B, *G))
    digest = sm3(sm3(b"\x00\x80" + b"1234567812345678" + curve + key) + content)
    point = plus(times(s, G), times((r + s) % N, (x, y)))
    return point is not None and (int.from_bytes(digest, "big") + point[0]) % N == r


def sm3(content):
    work = hashes.Hash(hashes.SM3())
    work.update(content)
    return work.finalize()


def plus(one, other):
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % P == 0:
        return None
    if one == other:
        slope = (3 * one[0] ** 2 + A) * pow(2 * one[1], -1, P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(number, point):
    found = None
    while number:
        if number & 1:
            found = plus(found, point)
        point, number = plus(point, point), number >> 1
    return found
