"""Synthetic names as frequent as real ones: surnames by their share, given names by how common a character is.

Nobody is meant: shares are rounded from published tables of surnames, characters stand in order of use.
"""

from __future__ import annotations

import random

# Share of the commonest surnames in ten thousand people; a long tail follows with one each.
SURNAMES = {
    "王": 721, "李": 719, "张": 683, "刘": 539, "陈": 453, "杨": 308, "黄": 223, "赵": 213, "吴": 205, "周": 199,
    "徐": 171, "孙": 166, "马": 129, "朱": 126, "胡": 125, "郭": 116, "何": 115, "林": 113, "高": 110, "罗": 105,
    "郑": 93, "梁": 84, "谢": 73, "宋": 70, "唐": 66, "许": 63, "韩": 62, "邓": 61, "冯": 59, "曹": 58,
    "彭": 53, "曾": 50, "肖": 48, "田": 47, "董": 46, "潘": 45, "袁": 44, "蔡": 43, "蒋": 42, "余": 41,
    "于": 40, "杜": 39, "叶": 38, "程": 37, "魏": 36, "苏": 35, "吕": 34, "丁": 33, "任": 32, "卢": 31,
    "姚": 30, "沈": 29, "钟": 28, "姜": 27, "崔": 26, "谭": 25, "陆": 24, "范": 23, "汪": 22, "廖": 21,
    "石": 20, "金": 20, "韦": 19, "贾": 19, "夏": 18, "付": 18, "方": 17, "邹": 17, "熊": 16, "白": 16,
    "孟": 15, "秦": 15, "邱": 14, "侯": 14, "江": 13, "尹": 13, "薛": 12, "闫": 12, "段": 11, "雷": 11,
    "龙": 10, "黎": 10, "史": 9, "陶": 9, "贺": 8, "毛": 8, "郝": 7, "顾": 7, "龚": 6, "邵": 6,
    "万": 5, "覃": 5, "武": 5, "钱": 5, "戴": 5, "严": 4, "莫": 4, "孔": 4, "向": 4, "常": 4, "亓": 30, "欧阳": 3,
}
GIVEN = (
    "子梓宇涵一佳雨欣浩轩思俊文嘉晨雅诗泽梦怡明博瑞语萱睿静婷晓志雪琪天佑依鑫强丽娜伟芳敏杰辰宸芮彤琳悦心颖慧馨"
    "若可妍奕诺雯煜铭昊航凯皓翔龙飞鹏超勇军建国华平春兰英玉红霞燕梅秀珍凤金海波涛江河山林森木成东南北阳光辉亮永"
    "康安宁福贵财宝新兴旺盛家豪恒毅坚刚健雄威武斌彬涛磊石岩峰岭松柏竹菊莲荷花蕊蕾叶青翠碧丹彩霓虹云霄星月露霜冰"
    "清洁纯真善美仁义礼智信孝忠诚德才学识书画琴棋歌舞笑乐欢喜庆祥和顺达通远近高长久昌荣耀祖宗光宗启承先继业立志"
)
CHARACTERS = tuple(dict.fromkeys(GIVEN))
WEIGHTS = tuple(1 / (place + 12) for place in range(len(CHARACTERS)))
# One given name in five is a single character.
LENGTHS = (1, 2, 2, 2, 2)


def name(chance: random.Random) -> str:
    """A child's or an adult's name."""
    (surname,) = chance.choices(tuple(SURNAMES), weights=tuple(SURNAMES.values()))
    return surname + "".join(chance.choices(CHARACTERS, weights=WEIGHTS, k=chance.choice(LENGTHS)))
