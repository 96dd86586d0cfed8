"""Brand-voice rules: data that prompts, checks and personalisation share (``prompts/voice/<brand>.yaml``)."""

from replyassist.brands.voice.model import VoiceRules
from replyassist.brands.voice.parts import (
    Closings,
    EmojiRules,
    Empathy,
    Greetings,
    Guideline,
    Handover,
    Length,
    SignOff,
    WorkedExample,
)
from replyassist.brands.voice.reader import default_voice, load_voice, parse_voice, read_voice, sample_voice, written
from replyassist.brands.voice.rules import CountRule, PatternRule, PhraseRule, ReplaceRule, Severities, VoiceRule, When

__all__ = [
    "Closings",
    "CountRule",
    "EmojiRules",
    "Empathy",
    "Greetings",
    "Guideline",
    "Handover",
    "Length",
    "PatternRule",
    "PhraseRule",
    "ReplaceRule",
    "Severities",
    "SignOff",
    "VoiceRule",
    "VoiceRules",
    "When",
    "WorkedExample",
    "default_voice",
    "load_voice",
    "parse_voice",
    "read_voice",
    "sample_voice",
    "written",
]
