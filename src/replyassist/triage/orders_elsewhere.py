"""Orders to the machine in German, French, Spanish and Italian: one shape of sentence, four vocabularies.

Written without accents, as the folded text is. Tuned on the development half of the injection benchmark alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .orders import Order, Orders, near, order, together


@dataclass(frozen=True)
class Vocabulary:
    """The words of one language, each field a pattern's source.

    ``override`` (ignore), ``scope`` (all, previous, your), ``rules`` (instructions), ``now`` (from now on),
    ``free`` (without limits), ``persona`` (you are now), ``machine`` (assistant, mode), ``reveal`` (show),
    ``prompt`` (system prompt), ``loot`` (customer data), ``take`` (hand over), ``note`` (note to the assistant),
    ``reading`` (when you read this), ``reply`` (at the end of each reply), ``fresh`` (new instructions:),
    ``reasoned`` (as an assistant I have).
    """

    override: str
    scope: str
    rules: str
    now: str
    free: str
    persona: str
    machine: str
    reveal: str
    prompt: str
    loot: str
    take: str
    note: str
    reading: str
    reply: str
    fresh: str
    reasoned: str


def orders_of(words: Vocabulary) -> Orders:
    """The orders of one language; each has one of the gate's words."""
    openings = (words.override, words.now, words.free, words.persona, words.reveal, words.take, words.note)
    gate = "|".join((*openings, words.reading, words.reply, words.fresh, words.reasoned))
    return Orders(_orders_of(words), re.compile(rf"\b(?:{gate})"))


def _orders_of(words: Vocabulary) -> tuple[Order, ...]:
    scope, rules = rf"\b(?:{words.scope})\b", rf"\b(?:{words.rules})\b"
    scoped = rf"{scope}[^.!?]{{0,25}}{rules}|{rules}[^.!?]{{0,12}}{scope}"
    verb = rf"\b(?:{words.override})\b"
    free = rf"\b(?:{words.free})\b"
    return (
        order("override", 0.9, near(verb, scoped, within=30), near(scoped, verb, within=20)),
        order("override", 0.8, rf"\b(?:{words.fresh})\s*:"),
        order("persona", 0.85, together(rf"\b(?:{words.now}|{words.persona})\b", free, within=70)),
        order("persona", 0.75, near(rf"\b(?:{words.persona})\b", rf"\b(?:{words.machine})\b", within=30)),
        order("persona", 0.8, rf"\b(?:{words.reasoned})\b"),
        order(
            "persona",
            0.5,
            near(rf"\b(?:{words.machine}|repond\w*|antwort\w*|respond\w*|rispond\w*)\b", free, within=40),
        ),
        order("exfiltration", 0.8, together(rf"\b(?:{words.reveal})\b", rf"\b(?:{words.prompt})\b")),
        order("exfiltration", 0.75, together(rf"\b(?:{words.take})\b", rf"\b(?:{words.loot})\b", within=40)),
        order("indirect", 0.8, rf"\b(?:{words.note})"),
        order("indirect", 0.6, near(rf"\b(?:{words.reading})\b", r"\w", within=2)),
        order("indirect", 0.6, rf"\b(?:{words.reply})\b"),
    )


_GERMAN = Vocabulary(
    override=r"ignorier\w*|vergiss|vergessen sie|missacht\w*|umgeh\w*|verwirf|uberschreib\w*"
    r"|befolg\w* (?:nicht|keine)",
    scope=r"alle[nr]?|samtliche\w*|vorherige\w*|bisherige\w*|obige\w*|fruhere\w*|vorangegangene\w*|deine[nr]?|was wir",
    rules=r"anweisung(?:en)?|instruktion(?:en)?|regeln?|vorgaben?|richtlinien?|befehle?|prompts?"
    r"|einschra?e?nkung(?:en)?"
    r"|sicherheits\w+|besprochen haben",
    now=r"ab (?:jetzt|sofort|nun)|von (?:jetzt|nun) an|(?:hier )?nicht gelten",
    free=r"uneingeschra?e?nkt\w*|unzensiert\w*|ohne (?:jede |jegliche )?(?:einschra?e?nk\w+"
    r"|beschra?e?nk\w+|filter|regeln"
    r"|grenzen|zensur)|keine (?:\w+ )?(?:regeln|richtlinien|einschra?e?nk\w+|beschra?e?nk\w+|grenzen|filter)",
    persona=r"du bist (?:jetzt|nun|ab)|sie sind (?:jetzt|nun)|tu so,? als|stell dir vor,? du"
    r"|verhalte? dich wie|agiere als"
    r"|spiele? (?:die rolle|einen?)|aktiviere",
    machine=r"ki|ai|assistent\w*|modell|bot|dan|\w*modus|hacker|chatgpt",
    reveal=r"zeige?\w*|verrat\w*|nenne?\w*|gib|gibst|geben sie|offenbar\w*|wiederhol\w*|druck\w*|sage?|schreibe?\w*",
    prompt=r"system-?\s?(?:prompts?|anweisung\w*|nachricht\w*|instruktion\w*)|(?:deine?n?|ihre?n?) (?:\w+ ){0,2}"
    r"(?:prompts?|anweisungen|instruktionen)",
    loot=r"api-?\s?(?:schlussel|keys?)|zugangsdaten|kundendaten|kundenlisten?|intern\w+ (?:daten"
    r"|informationen|dokumente)"
    r"|vertraulich\w+ (?:daten|informationen)|admin-?passwort\w*",
    take=r"zeige?\w*|verrat\w*|gib|gibst|geben sie|sende?\w*|schicke?\w*|leite?\w*|preis|exportier\w*|liste\w*",
    note=r"system-?hinweis\s*:|(?:hinweis|notiz|nachricht) (?:an|fur) (?:die |den |das |alle )?(?:ki|ai"
    r"|assistent\w*|bot|modell"
    r"|sprachmodell)\b|system-?nachricht\s*:|ki-(?:agenten|assistenten|systeme)[^.!?]{0,40}(?:mussen"
    r"|sollen|lesen|verarbeiten)",
    reading=r"wenn (?:du|sie) (?:das|dies\w*)(?: \w+){0,2} (?:lies\w*|lesen|verarbeit\w*|zusammenfass\w*)",
    reply=r"(?:am ende|zu beginn|ans ende|am anfang) (?:deiner|jeder|ihrer|aller) (?:antwort\w*"
    r"|zusammenfassung|nachricht)",
    fresh=r"neue (?:anweisung(?:en)?|regeln?|instruktion(?:en)?|befehle?)",
    reasoned=r"als (?:assistent|ki) habe ich",
)
_FRENCH = Vocabulary(
    override=r"ignor(?:e|ez|er|es)|oubli(?:e|ez|er)|neglig\w*|contourn\w*|outrepass\w*|passe[rz]? outre"
    r"|ne (?:tiens|tenez) (?:pas|plus) compte|ne (?:suis|suivez) (?:pas|plus)",
    scope=r"tou(?:te)?s|precedente?s?|ci-dessus|anterieure?s?|tes|initiale?s",
    rules=r"instructions?|consignes?|regles?|directives?|ordres|prompts?|restrictions|garde-fous",
    now=r"desormais|a partir de maintenant|dorenavant|ne s'appliquent pas",
    free=r"sans (?:aucune? )?(?:restriction|limite|filtre|regle|censure|limitation)s?|aucune (?:regle"
    r"|restriction|limite)",
    persona=r"(?:tu es|vous etes) (?:maintenant|desormais)|fais (?:comme si|semblant)|imagine que tu|agis comme"
    r"|comporte-toi|joue le role|active[rz]?",
    machine=r"ia|assistant|modele|bot|dan|mode (?:developpeur|dev|admin|dan)|pirate",
    reveal=r"revel\w*|montr\w*|affich\w*|donne\w*|repet\w*|ecri[stv]\w*|divulgu\w*|dis-moi|imprim\w*",
    prompt=r"(?:prompt|message|instructions?|invite) (?:de )?(?:systeme|initiale?s?|cachee?s?)"
    r"|(?:ton|tes|votre) (?:\w+ ){0,2}(?:prompt|instructions|consignes)",
    loot=r"cles? (?:d')?(?:api|secretes?)|donnees (?:des )?(?:clients?|internes?|confidentielles?)"
    r"|liste (?:des )?clients"
    r"|mots? de passe (?:d')?admin\w*",
    take=r"revel\w*|montr\w*|affich\w*|donne\w*|divulgu\w*|envo[iy]\w*|partag\w*|transf\w*|export\w*|list\w*",
    note=r"note (?:du )?systeme\s*:|(?:note|message|remarque) (?:pour|a) (?:l'|les )?(?:ia|assistants?|bot|modele)\b"
    r"|(?:agents?|assistants?|modeles?) (?:d')?ia[^.!?]{0,40}(?:doi\w+|li[st]\w*|trait\w+)",
    reading=r"(?:si|quand|lorsque) (?:tu|vous) (?:lis|lisez|traites|traitez|resumes|resumez)",
    reply=r"(?:a la fin|au debut) de (?:toute|chaque|ta|tes|toutes) (?:les )?reponses?",
    fresh=r"nouvelles? (?:instructions?|consignes?|regles?|directives?)",
    reasoned=r"en tant qu'(?:assistant|ia),? j'ai",
)
_SPANISH = Vocabulary(
    override=r"ignor(?:a|e|ar|en|es)|olvid(?:a|e|ar|en|ate|ese)|omit(?:e|a|ir)|haz caso omiso|no (?:sigas"
    r"|siga)|anula\w*"
    r"|desobedec\w*",
    scope=r"tod[ao]s|anterior(?:es)?|previ[ao]s|tus|iniciales",
    rules=r"instruccion(?:es)?|reglas?|normas|directrices|ordenes|prompts?|restricciones|politicas",
    now=r"a partir de ahora|de ahora en adelante|desde ahora|no se aplican",
    free=r"sin (?:ninguna? )?(?:restriccion(?:es)?|limites?|limitaciones|filtros?|reglas|censura)"
    r"|ninguna (?:regla|restriccion)"
    r"|no tienes (?:\w+ )?(?:reglas|restricciones|limites|filtros)",
    persona=r"ahora (?:eres|estas|es usted)|finge\w*|actua como|comportate|imagina que eres|hazte pasar|activa",
    machine=r"ia|asistente|modelo|bot|dan|modo (?:desarrollador|dios|admin|dan)|pirata",
    reveal=r"revel\w*|muestra\w*|mostrar|dime|ensena\w*|imprim\w*|repit\w*|escrib\w*|dame|divulg\w*",
    prompt=r"prompt (?:del?|de tu) sistema|(?:instrucciones|mensaje|prompt) (?:del sistema|iniciales"
    r"|inicial|ocult\w+|internas)"
    r"|tus? (?:\w+ ){0,2}(?:prompt|instrucciones)",
    loot=r"claves? (?:de )?(?:la )?api|datos (?:de (?:los )?clientes|internos|confidenciales)|lista de clientes"
    r"|contrasena (?:del? )?admin\w*",
    take=r"revel\w*|muestra\w*|envia\w*|manda\w*|comparte\w*|filtra\w*|dame|divulg\w*|exporta\w*|lista\w*",
    note=r"nota del sistema\s*:|(?:nota|mensaje|aviso) (?:para|a|al) (?:la |el )?(?:ia|asistente|bot|modelo)\b"
    r"|(?:agentes?|asistentes?|modelos?) de ia[^.!?]{0,40}(?:deb\w+|le[ea]\w*|proces\w+)",
    reading=r"(?:si|cuando) (?:lees|leas|proces[ae]s|resum[ae]s) (?:esto|este|esta)",
    reply=r"(?:al final|al principio|al inicio) de (?:tu|cada|toda|cualquier|todas) (?:las )?respuestas?",
    fresh=r"nuev[ao]s? (?:instruccion(?:es)?|reglas?|directrices|orden(?:es)?)",
    reasoned=r"como (?:asistente|ia),? (?:ya )?he",
)
_ITALIAN = Vocabulary(
    override=r"ignor(?:a|ate|are|i)|dimentic(?:a|ate|are|hi)|scord\w*|aggir\w*|non (?:seguire|considerare"
    r"|tenere conto)",
    scope=r"tutt[ei]|precedent[ei]|tue|tuoi|inizial[ei]|qualsiasi",
    rules=r"istruzion[ei]|regole|direttive|ordini|prompt|restrizioni|linee guida|vincoli",
    now=r"d'ora in (?:poi|avanti)|da (?:adesso|ora)(?: in (?:poi|avanti))?|da questo momento|non valgono",
    free=r"senza (?:alcun[ao]? |nessun[ao]? )?(?:restrizion[ei]|limit[ei]|limitazioni|filtri|regole|censura)"
    r"|nessuna (?:regola|restrizione)|non hai (?:piu )?(?:\w+ )?(?:regole|restrizioni|limiti|filtri)",
    persona=r"(?:ora|adesso) sei|sei (?:ora|adesso)|fingi\w*|fai finta|comportati|agisci come"
    r"|immagina di essere|attiva",
    machine=r"ia|ai|assistente|modello|bot|dan|modalita (?:sviluppatore|dio|admin|dan)|pirata",
    reveal=r"rivel\w*|mostra\w*|dimmi|stampa\w*|ripet\w*|scriv\w*|dammi|elenca\w*",
    prompt=r"prompt (?:di |del )?sistema|istruzioni (?:di sistema|iniziali|nascoste|interne)"
    r"|tu[oe] (?:\w+ ){0,2}(?:prompt|istruzioni)",
    loot=r"chiav[ei] (?:api|segret\w+)|dati (?:dei clienti|interni|riservati)|(?:elenco|lista) (?:dei )?clienti"
    r"|password (?:di )?(?:admin\w*|amministra\w+)",
    take=r"rivel\w*|mostra\w*|invia\w*|manda\w*|condivid\w*|elenca\w*|dammi|esporta\w*",
    note=r"nota di sistema\s*:|(?:nota|messaggio|avviso) per (?:l'|il |la )?(?:ia|ai|assistente|bot|modello)\b"
    r"|(?:agenti|assistenti|modelli) (?:di )?(?:ia|ai)[^.!?]{0,40}(?:dev\w+|legg\w+|elabor\w+)",
    reading=r"(?:se|quando) (?:leggi|elabori|riassumi) (?:questo|questa)",
    reply=r"(?:alla fine|all'inizio) di (?:ogni|tutte|ciascuna|qualsiasi) (?:le )?rispost[ae]",
    fresh=r"nuov[aei] (?:istruzion[ei]|regol[ae]|direttiv[ae]|ordini)",
    reasoned=r"come (?:assistente|ia),? ho",
)

ELSEWHERE: tuple[Orders, ...] = tuple(orders_of(words) for words in (_GERMAN, _FRENCH, _SPANISH, _ITALIAN))
