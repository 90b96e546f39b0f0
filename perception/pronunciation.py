"""How a word that the dictionary lacks is said: International Phonetic Alphabet to the phones of the acoustic model."""

from __future__ import annotations

import re

# fmt: off
_PHONES = {
    "ɑː": "AA", "ɑ": "AA", "a": "AA", "æ": "AE", "ʌ": "AH", "ɐ": "AH", "ə": "AH", "ᵻ": "IH", "ɔː": "AO",
    "ɔ": "AO", "ɒ": "AA", "aʊ": "AW", "aɪ": "AY", "ɛ": "EH", "e": "EH", "eɪ": "EY", "ɜː": "ER", "ɜ": "ER",
    "ɚ": "ER", "ɝ": "ER", "ɪ": "IH", "i": "IY", "iː": "IY", "oʊ": "OW", "o": "OW", "ɔɪ": "OY", "oɪ": "OY",
    "ʊ": "UH", "u": "UW", "uː": "UW", "əl": "AH L", "n̩": "AH N", "l̩": "AH L", "aɪɚ": "AY ER", "aɪə": "AY AH",
    "iə": "IY AH", "oːɹ": "AO R", "ɔːɹ": "AO R", "oː": "AO", "b": "B", "tʃ": "CH", "d": "D", "ð": "DH",
    "f": "F", "ɡ": "G", "g": "G", "h": "HH", "dʒ": "JH", "k": "K", "l": "L", "m": "M", "n": "N", "ŋ": "NG",
    "p": "P", "ɹ": "R", "r": "R", "s": "S", "ʃ": "SH", "t": "T", "ɾ": "T", "ʔ": "T", "θ": "TH", "v": "V",
    "w": "W", "j": "Y", "z": "Z", "ʒ": "ZH", "x": "K", "ç": "HH",
}
# fmt: on
"""The vowels of American English as espeak-ng writes them; the sounds of other languages as an American hears them."""
_LONGEST_FIRST = re.compile("|".join(sorted(map(re.escape, _PHONES), key=len, reverse=True)))


def phones(ipa: str) -> str:
    """The phones between spaces, stress and what is between sounds left out; empty if nothing of it can be said."""
    return " ".join(_PHONES[sound] for sound in _LONGEST_FIRST.findall(re.sub(r"[ˈˌ_ ‍]", "", ipa)))
