"""Texts for codes, as people put them there."""

from __future__ import annotations

import string
from random import Random

_CHINESE = "你好世界北京微信支付收款码数据万象存储桶对象识别上海广州订单取件请扫描地址电话"
_PRINTABLE = string.ascii_letters + string.digits + " !\"#$%&'()*+,-./:;<=>?@[]_{}~"


def digits(draw: Random, count: int) -> str:
    return "".join(draw.choices(string.digits, k=count))


def characters(draw: Random, least: int, most: int, alphabet: str) -> str:
    return "".join(draw.choices(alphabet, k=draw.randint(least, most)))


def upper(draw: Random, least: int, most: int) -> str:
    return characters(draw, least, most, string.ascii_uppercase + string.digits)


def chinese(draw: Random) -> str:
    return characters(draw, 2, 24, _CHINESE)


def message(draw: Random) -> str:
    """Return an address, a number, a contact or a line of text."""
    kind = draw.random()
    if kind < 0.5:
        host = characters(draw, 4, 10, string.ascii_lowercase)
        path = characters(draw, 3, 30, string.ascii_letters + string.digits + "/-_")
        return f"https://{host}.example/{path}"
    if kind < 0.7:
        return digits(draw, draw.randint(6, 40))
    if kind < 0.8:
        return f"WIFI:T:WPA;S:{upper(draw, 4, 8)};P:{upper(draw, 8, 16)};;"
    return characters(draw, 5, 60, _PRINTABLE).strip() or "x"


def with_check_digit(body: str) -> str:
    """Append the check digit of EAN, UPC and GTIN."""
    total = sum(int(digit) * (3, 1)[index % 2] for index, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


def upc_e_as_upc_a(text: str) -> str:
    """Return the 12 digits that the 8 digits of a UPC-E stand for."""
    system, code, check = text[0], text[1:7], text[7]
    last = code[5]
    if last in "012":
        body = code[:2] + last + "0000" + code[2:5]
    elif last == "3":
        body = code[:3] + "00000" + code[3:5]
    elif last == "4":
        body = code[:4] + "00000" + code[4]
    else:
        body = code[:5] + "0000" + last
    return system + body + check


def upc_e(draw: Random) -> str:
    """Return 8 digits with number system 0 and the check digit of the UPC-A that they stand for."""
    # No zeros where another way of suppressing zeros would have to be used.
    body = "0" + characters(draw, 5, 5, "3456789") + draw.choice("01256789")
    return body + with_check_digit(upc_e_as_upc_a(body + "0")[:11])[-1]
