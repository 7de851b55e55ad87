"""Bytes to text: UTF-8 strictly first, then what the page declares, then a detector; GB18030 for all of GB2312 and GBK.

A decoding is only taken if it is valid; what cannot be decoded is an error, and text that shows signs of having been
decoded wrongly before it came to us (mojibake) is kept as it is and reported as a warning, never guessed back.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from extractor.errors import InputError

# GB 18030 contains GBK, which contains GB 2312; pages declare the smaller one and use the larger one.
_SUPERSET = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "cp936": "gb18030", "x-gbk": "gb18030",
             "hz-gb-2312": "hz", "big5": "big5hkscs", "iso-8859-1": "cp1252", "latin-1": "cp1252", "ascii": "utf-8"}
_BOMS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Characters that run through every Chinese report; a wrong decoding has next to none of them.
_COMMON = re.compile(r"[的一是和在年工作人全市县乡村国政府发展建设月万元中大业农民会经济、。，]")
_HAN = re.compile(r"[㐀-鿿]")
# A replacement character twice as GBK (锟斤拷), fresh memory (烫烫烫), UTF-8 or GBK read as Latin-1.
_MOJIBAKE = re.compile(r"锟斤拷|烫烫烫|屯屯屯|(?:[Â-ô][\u0080-\u00bf\u2013-\u20ac]{1,2}){3}|[À-ÿ]{6}")
# What the first bytes of common characters become when UTF-8 is read as GBK (的 -> 鐨, 全 -> 鍏).
_GBK_READING = "鐨涓鍏骞鏀鍙锛銆鑴浜鍥鎴鏄鐢鏈鏂鎶鍗澶浼鍚鍦鎻"
_GBK_MOJIBAKE = re.compile(f"[{_GBK_READING}]")
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# One pass over the text for everything that can be wrong with it; a clean text has none of these.
_SUSPECT = re.compile(f"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f\x80-\x9f\xc0-\xff锟烫屯{_GBK_READING}]")
_CHECKED = 20_000
_SAMPLE = 200_000


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the codec that gave it, and warnings in the form ``code: explanation``."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes, where: str = "", declared: str | None = None) -> Decoded:
    """The text of ``data``; a UTF-8 byte order mark stays in the text as U+FEFF, so that offsets are those of the file.

    Raises :class:`InputError` with code ``binary`` (NUL or control bytes) or ``encoding`` (no codec fits).
    """
    for bom, codec in _BOMS:
        if data.startswith(bom):
            try:
                return _checked(Decoded(data.decode(codec), codec), where)
            except UnicodeDecodeError:
                raise _undecodable(where) from None
    if b"\0" in data:
        raise InputError("is binary (it contains NUL bytes), not text", where=where,
                         hint="convert it to UTF-8 text, HTML or PDF first", code="binary")
    try:
        return _checked(Decoded(data.decode("utf-8"), "utf-8"), where)
    except UnicodeDecodeError:
        pass
    return _checked(_legacy(data, where, declared), where)


def _legacy(data: bytes, where: str, declared: str | None) -> Decoded:
    patched = data.decode("utf-8", "replace")
    lost = patched.count("�")
    # Bytes of another encoding leave next to no Chinese character when read as UTF-8.
    if 0 < lost * 10 <= len(_HAN.findall(patched)):
        # A UTF-8 file cut in the middle of a character, or with a few bytes damaged: every other codec would ruin it.
        return Decoded(patched, "utf-8", (f"damaged_bytes: {lost} byte sequence(s) are not valid UTF-8 (shown as �)",))
    warnings: tuple[str, ...] = ()
    if declared:
        codec = _codec(declared)
        text = _try(data, codec) if codec else None
        if text is not None and codec is not None and _plausible(text):
            return Decoded(text, codec)
        warnings = (f"declared_encoding: the page declares {declared[:40]}, which does not fit its bytes",)
    text = _try(data, "gb18030")
    if text is not None and _plausible(text):
        return Decoded(text, "gb18030", warnings)
    patched = data.decode("gb18030", "replace")
    lost = patched.count("�")
    if 0 < lost * 20 <= len(_HAN.findall(patched)) and _plausible(patched):
        # GB 18030 with a few bytes damaged; read as anything else it would not be Chinese.
        damage = f"damaged_bytes: {lost} byte sequence(s) are not valid GB 18030 (shown as �)"
        return Decoded(patched, "gb18030", (*warnings, damage))
    codec = _detect(data)
    detected = _try(data, codec) if codec else None
    if detected is not None and codec is not None and _plausible(detected):
        return Decoded(detected, codec, warnings)
    raise _undecodable(where)


def _codec(name: str) -> str | None:
    """Python's name of a declared charset, widened to its superset; None if there is no such text codec.

    >>> _codec("GB2312"), _codec("no-such")
    ('gb18030', None)
    """
    name = name.strip().strip("'\"").lower()[:40]
    try:
        info = codecs.lookup(_SUPERSET.get(name, name))
    except (LookupError, ValueError):
        return None
    return info.name if getattr(info, "_is_text_encoding", True) else None


def _detect(data: bytes) -> str | None:
    from charset_normalizer import from_bytes  # slow to import and rarely needed

    best = from_bytes(data[:_SAMPLE]).best()
    return _codec(best.encoding) if best is not None else None


def _try(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeDecodeError, LookupError, ValueError):
        return None


def _plausible(text: str) -> bool:
    """Whether a decoding reads like Chinese (or plain ASCII) rather than like a lucky accident."""
    sample = text[:_SAMPLE]
    han = len(_HAN.findall(sample))
    if han == 0:
        return sample.isascii()
    return len(_COMMON.findall(sample)) >= max(1, han // 50)


def _checked(decoded: Decoded, where: str) -> Decoded:
    sample = decoded.text[:_CHECKED]
    suspects = "".join(_SUSPECT.findall(sample))
    if "\0" in decoded.text or len(_CONTROL.findall(suspects)) > max(8, len(sample) // 50):
        raise InputError("is binary (control bytes), not text", where=where,
                         hint="convert it to UTF-8 text, HTML or PDF first", code="binary")
    warnings = decoded.warnings
    if "�" in decoded.text and not any(w.startswith("damaged_bytes") for w in warnings):
        warnings += ("damaged_bytes: the text contains replacement characters (�); characters were lost before",)
    odd = len(_GBK_MOJIBAKE.findall(suspects))
    doubtful = len(suspects) >= 3 or any(char in suspects for char in "锟烫屯")
    if doubtful and (_MOJIBAKE.search(sample) or (odd >= 3 and odd * 20 > len(_HAN.findall(sample)))):
        warnings += ("mojibake: the text looks as if it had been decoded with a wrong encoding before; left as it is",)
    return Decoded(decoded.text, decoded.encoding, warnings)


def _undecodable(where: str) -> InputError:
    return InputError("is in no encoding that can be told for certain", where=where,
                      hint="save it as UTF-8", code="encoding")
