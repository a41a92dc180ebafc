"""Writes src/tongxin/documents/fonts/ from npm's @fontsource packages: one file a script, its licence, a manifest.

Run by a developer in a folder of its own, seldom: `pip install fonttools brotli && python scripts/fonts.py FOLDER`,
where FOLDER holds the packages unpacked (`npm pack @fontsource/NAME && tar xf …` gives FOLDER/NAME/package).
"""

import hashlib
import json
import sys
from pathlib import Path

from fontTools.ttLib import TTFont

HOME = Path(__file__).resolve().parents[1] / "src" / "tongxin" / "documents" / "fonts"
# Package, subset, the file here.
FONTS = [
    ("noto-serif-tibetan", "tibetan", "NotoSerifTibetan-Regular.ttf"),
    ("noto-naskh-arabic", "arabic", "NotoNaskhArabic-Regular.ttf"),
    ("noto-sans-mongolian", "mongolian", "NotoSansMongolian-Regular.ttf"),
    ("noto-sans-yi", "yi", "NotoSansYi-Regular.ttf"),
]
OFL, LICENCE_AT, FAMILY, COPYRIGHT = "OFL-1.1", 14, 1, 0
FREE = ("sil.org/OFL", "openfontlicense.org")


def main(folder: Path) -> None:
    """Fonts and manifest; a font that isn't under the Open Font License stops it."""
    HOME.mkdir(exist_ok=True)
    files = []
    for name, subset, to in FONTS:
        package = next(folder.glob(f"*{name}*/package"))
        font = TTFont(package / "files" / f"{name}-{subset}-400-normal.woff2")
        licence = str(font["name"].getDebugName(LICENCE_AT))
        if not any(each in licence for each in FREE):
            raise SystemExit(f"{name}: {licence}")
        font.flavor = None
        font.save(HOME / to, reorderTables=False)
        files.append({
            "file": to, "family": font["name"].getDebugName(FAMILY), "name": f"@fontsource/{name}",
            "version": json.loads((package / "package.json").read_text())["version"], "licence": OFL,
            "copyright": font["name"].getDebugName(COPYRIGHT),
            "sha256": hashlib.sha256((HOME / to).read_bytes()).hexdigest(),
        })
    text = next(folder.glob("*noto-serif-tibetan*/package/LICENSE")).read_text()
    (HOME / "OFL.txt").write_text(text[text.index("This Font Software is licensed") :])
    (HOME / "manifest.json").write_text(json.dumps({"files": files}, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
