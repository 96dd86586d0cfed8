"""Everything that a brand's voice asks of a reply, one pure function a rule."""

from replyassist.guardrails.context import Rule
from replyassist.guardrails.voice.contractions import contractions
from replyassist.guardrails.voice.custom import own_rules
from replyassist.guardrails.voice.greeting import greeted_name, greets_by_name
from replyassist.guardrails.voice.links import link_domains
from replyassist.guardrails.voice.machine import machine_talk
from replyassist.guardrails.voice.person import address, pronoun
from replyassist.guardrails.voice.phrases import banned_phrases, never_promises
from replyassist.guardrails.voice.reading import reading_level
from replyassist.guardrails.voice.sameness import echo, repetition
from replyassist.guardrails.voice.shape import length, sign_off
from replyassist.guardrails.voice.style import capitals, emoji_use, exclamations, hashtags

VOICE_RULES: tuple[Rule, ...] = (
    machine_talk,
    greeted_name,
    greets_by_name,
    banned_phrases,
    never_promises,
    pronoun,
    address,
    link_domains,
    emoji_use,
    exclamations,
    capitals,
    hashtags,
    length,
    sign_off,
    contractions,
    reading_level,
    echo,
    repetition,
    own_rules,
)
"""Every rule of a brand's voice, in no order that matters."""
