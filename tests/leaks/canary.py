"""A child who exists nowhere else: every word of the file is one to look for."""

NAME, CARER, ROSTER_NAME = "欧阳紫嫣", "司马青岚", "尉迟若溪"
ID_NO, ROSTER_ID = "370116201107193326", "37011620120815772X"
BIRTH, PHONE = "2011-07-19", "13987650142"
ADDRESS = "牡丹巷七十四号西厢房"
WORDS = "我把药都藏在床底下了"
SEARCHED = "夏侯晚晴"
FAILED = "令狐冷月说的话"
ATTACHED = "上官晓霜的出院小结"
PUPIL = "濮阳采薇"

CANARIES = {
    "name": NAME, "carer": CARER, "name in the roster": ROSTER_NAME, "number": ID_NO, "number in the roster": ROSTER_ID,
    "day of birth": BIRTH, "phone": PHONE, "address": ADDRESS, "the child's words": WORDS,
    "what was searched": SEARCHED, "words in an attachment": ATTACHED, "what a failing page was sent": FAILED,
    "pupil of a round": PUPIL,
}
