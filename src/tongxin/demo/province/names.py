"""Names of nobody, as they are given on the plateau: two-part Tibetan names without a surname, and Han ones."""

from random import Random

TIBETAN_ETHNICITIES = frozenset({"藏族", "门巴族", "珞巴族", "夏尔巴人"})
FIRST = (
    "扎西", "次仁", "达娃", "尼玛", "平措", "格桑", "旦增", "洛桑", "白玛", "顿珠", "边巴", "巴桑",
    "普布", "米玛", "拉巴", "强巴", "贡布", "仁青", "索朗", "班旦", "益西", "嘎玛", "云丹", "土登",
    "晋美", "江央", "阿旺", "赤列", "丹巴", "欧珠",
)
MALE = (
    "顿珠", "平措", "多吉", "旺堆", "加措", "罗布", "坚参", "曲扎", "旺久", "占堆", "群培", "旦巴",
    "桑珠", "次旦", "朗杰",
)
FEMALE = (
    "卓玛", "央金", "德吉", "拉姆", "曲珍", "央宗", "色珍", "梅朵", "卓嘎", "旺姆", "措姆", "白姆",
    "曲措", "玉珍", "仓决",
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "文静子涵雨欣浩然思源嘉怡明轩晓雪海燕春生志强丽华建国秀英"


def name_of(chance: Random, *, ethnicity: str, sex: str) -> str:
    """A name as children and grown-ups of this people have them; `sex` is male or female."""
    if ethnicity in TIBETAN_ETHNICITIES:
        first = chance.choice(FIRST)
        second = chance.choice([each for each in (FEMALE if sex == "female" else MALE) if each != first])
        return first + second
    return chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))
