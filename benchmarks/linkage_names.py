"""Names for synthetic children: surnames by published shares, given names by sex, names of minorities in pieces.

Nobody is meant. Surnames stand with published shares (公安部《全国姓名报告》, rounded), then a tail of a few each;
given characters were put down by hand, in about the order they are given today.
"""

from __future__ import annotations

import random
from bisect import bisect
from itertools import accumulate

from benchmarks.names import SURNAMES

TAIL = (
    "汤尤黎常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷"
    "祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强丁柴华车冉"
    "房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖"
    "糜鄢冷卓花仇艾蓝都巩稽邝鞠楚蒲邴"
)
BOYS = (
    "浩宇子轩俊泽一文博明睿思嘉涵梓辰鑫天杰昊佳志家瑞晨豪然航霖伟皓诚奕铭旭鹏凯逸翔恒林煜毅乐阳佑凡骏龙雨熙强硕成"
    "森晓宸源景远建彬东海峰权振智云瀚哲楠柏江锦正永康安庆国华平军斌勇超亮磊洋涛帅坤琪启承弘立新栋钰淳朗川希禹川帆"
    "墨尧楷钧健学尚力仁良义信达升飞雷震威驰骁汉清怀敬守忠孝廷厚德望春秋冬山石岩松桐榕树枫彦卿南北西宝贵富财福禄寿"
    "喜全双兆百万千亿光耀辉荣盛昌兴旺隆发顺利祥和"
)
GIRLS = (
    "雨欣梓涵怡佳思诗雅萱语婷琪晨悦彤可馨静心妍怡文雪嘉慧子梦玥钰瑶依诺婉若熙颖菲一艺然敏丽萍晓琳莹璇倩芳玲娜薇蕊"
    "乐晴露茜宁岚芸芮蓉莲荷菊梅兰桂杏桃柳叶花春夏秋冬月星云霞虹霜冰清洁纯真善美淑贤惠德容秀英华玉珍珠宝翠环佩瑾瑜"
    "琼瑛珊珂玲珑丹红彩艳娇媛婧娟婵凤燕莺雁鸿鹭妮姗姝妙仪伊亚安平乐喜欢庆福禄寿康宁书画琴棋歌舞韵律知晗晞昕旻晓暄"
    "映昭景影妤姿卉茹苗苒茵菡萌葭蓝蕙薰蕾"
)
MINORITY = (
    "买买提", "艾力", "吐尔逊", "阿卜杜拉", "古丽", "阿依古丽", "迪丽努尔", "热合曼",
    "艾合买提", "玉素甫", "库尔班", "帕提古丽", "努尔古丽", "艾尼瓦尔", "吐尔洪", "阿卜杜热合曼",
    "依明", "肉孜", "沙吾提", "麦合木提", "阿依夏木", "祖丽皮娅", "热依汗", "亚森",
    "哈力克", "卡德尔", "塔依尔", "乌斯曼", "依布拉音", "萨依普", "巴哈尔古丽", "木合塔尔",
    "阿不力孜", "艾孜孜", "努尔买买提", "玛依拉",
)
TIBETAN = ("扎西", "次仁", "卓玛", "多吉", "央金", "才让", "丹增", "洛桑", "平措", "格桑",
    "达娃", "尼玛", "白玛", "索朗", "旦增", "仁青", "拉姆", "德吉", "顿珠", "罗布")
COMPOUND = ("欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "慕容", "令狐", "夏侯", "司徒")


class Drawn:
    """Choices by falling weight, drawn fast."""

    def __init__(self, choices: list[str], weights: list[float]) -> None:
        self.choices, self._sums = choices, list(accumulate(weights))

    def one(self, chance: random.Random) -> str:
        return self.choices[bisect(self._sums, chance.random() * self._sums[-1])]


def _falling(characters: str) -> Drawn:
    listed = list(dict.fromkeys(characters))
    return Drawn(listed, [1 / (place + 10) for place in range(len(listed))])


_SURNAMES = {**dict.fromkeys(dict.fromkeys(TAIL), 3), **SURNAMES}
SURNAME = Drawn(list(_SURNAMES), [float(weight) for weight in _SURNAMES.values()])
GIVEN = {"male": _falling(BOYS), "female": _falling(GIRLS)}


def surname(chance: random.Random) -> str:
    """A family's name; one in five hundred has two characters."""
    return chance.choice(COMPOUND) if chance.random() < 0.002 else SURNAME.one(chance)


def given(chance: random.Random, sex: str) -> str:
    """A given name; fifteen in a hundred have one character."""
    first = GIVEN[sex].one(chance)
    return first if chance.random() < 0.15 else first + GIVEN[sex].one(chance)


def minority(chance: random.Random) -> str:
    """A Uygur name with a dot, or a Tibetan one without."""
    if chance.random() < 0.3:
        return chance.choice(TIBETAN) + chance.choice(TIBETAN)
    return f"{chance.choice(MINORITY)}·{chance.choice(MINORITY)}"
