"""Closed classes of English words that the rules of follow-up questions use.

The words are independent of the subject: they are the same for a library about food and for one about politics.
"""

import re

from rag.text.lexicon import PERIODS, WEEKDAYS, alternation
from rag.types.article import MONTHS

WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
AUXILIARY = (
    r"(?:am|is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must"
    r"|(?:is|are|was|were|do|does|did|has|have|had|ca|could|wo|would|should|must)n[’']t|cannot)"
)
BE = r"(?:is|are|was|were|be|been|being|[’']s|isn[’']t|aren[’']t|wasn[’']t|weren[’']t)"
DETERMINER = r"(?:the|a|an|this|that|these|those|my|your|our|its|his|her|their|some|any|no|all|every|each|both)"
PREPOSITION = (
    r"(?:in|on|at|for|to|from|with|without|by|of|about|against|before|after|since|until|till|during|under|over|among"
    r"|between|within|outside|regarding|concerning|according to|as for|as to|because of|despite|like|near|across)"
)
# Words that begin a clause; a noun phrase ends before them.
CLAUSE_START = (
    r"(?:because|when|while|if|whether|although|though|unless|where|why|how|who|whom|which|that|than|so|but|as|or not"
    r"|instead|rather|yet|only)"
)
# The beginning of an imperative that is a request.
REQUEST = (
    r"(?:tell|explain|describe|summari[sz]e|compare|list|show|give|find|name|define|outline|discuss|help|write|quote"
    r"|recommend|suggest|i want|i need|i would like|i[’']d like|let me|let[’']s)"
)
# Verbs and nouns of holding a view, which name their subject after a preposition ("think of tariffs").
OPINION = (
    r"(?:think|thinks|thought|say|says|said|saying|write|writes|wrote|written|argue|argues|argued|believe|believes"
    r"|believed|feel|feels|felt|talk|talks|talked|agree|agrees|agreed|disagree|disagrees|disagreed|warn|warns|warned"
    r"|views?|opinions?|positions?|stances?|take|takes|articles?|pieces?|columns?|mind|debate|arguments?|case|news"
    r"|anything|something|everything|more)"
)
# Nouns that name a part or an aspect of the noun after "of": after "the causes of the war", "it" means the war.
RELATIONAL_NOUN = (
    r"(?:types?|kinds?|sorts?|forms?|causes?|effects?|impacts?|consequences?|results?|outcomes?|history|role|purpose|"
    r"reasons?|origins?|importance|significance|meaning|definition|benefits?|advantages?|disadvantages?|drawbacks?|"
    r"risks?|dangers?|costs?|price|symptoms?|treatments?|signs?|parts?|features?|examples?|pros and cons|"
    r"difference|differences|members?|uses?|size|number|process|goals?|aims?|state|future|name|story)"
)
# Base forms of common verbs, which end the subject after an auxiliary ("did the vote on cars | go …").
BASE_VERB = (
    r"(?:accept|achieve|act|add|affect|agree|aim|allow|apply|argue|ask|avoid|back|ban|be|beat|become|begin|believe|"
    r"belong|benefit|break|bring|build|buy|call|cause|change|choose|claim|close|come|compare|contribute|control|cook|"
    r"cost|cover|create|cut|decide|decline|defend|deny|depend|develop|die|differ|disagree|dislike|do|drive|drop|earn|"
    r"eat|end|expect|explain|face|fail|fall|favou?r|fear|feel|fight|find|follow|gain|get|give|go|grow|happen|harm|hate|"
    r"have|hear|help|hit|hold|hope|hurt|include|increase|influence|invest|join|keep|kill|know|last|lead|learn|leave|"
    r"let|like|live|look|lose|love|make|matter|mean|meet|move|need|occur|offer|open|oppose|pass|pay|perform|plan|play|"
    r"prefer|prevent|produce|propose|protect|prove|provide|push|put|raise|reach|react|reduce|refuse|reject|release|"
    r"rely|remain|respond|rise|rule|run|say|see|seem|sell|send|serve|set|sign|sing|slow|spend|split|spread|stand|start|"
    r"stay|stop|succeed|suffer|support|survive|sway|take|taste|tell|think|threaten|treat|trust|try|turn|use|view|vote|"
    r"wait|want|warn|win|work|worry|write)"
)

# Base forms of verbs of which people, states and organisations are the subject, and their rules and plans are not.
VERB_OF_AN_AGENT = (
    r"(?:accept|agree|aim|announce|argue|ask|back|buy|choose|claim|complain|decide|demand|deny|do|earn|expect|fear|"
    r"fight|get|give|have|hope|import|export|intend|invest|join|know|need|negotiate|offer|own|pay|plan|prefer|promise|"
    r"propose|react|refuse|reject|reply|respond|say|sell|send|sign|spend|think|threaten|try|vote|want|worry)"
)

_MONTH = alternation(MONTHS)
_PERIOD = rf"(?:{alternation((*PERIODS, *WEEKDAYS, 'year', 'month', 'week', 'day', 'term', 'quarter', 'season'))})"
_YEAR = r"(?:1[5-9]|20)\d\d(?:s|[–-]\d{2,4})?"
# A date with the preposition before it.
DATE = re.compile(
    r"(?:\b(?:in|on|by|before|after|since|until|till|during|from|of|back in|as of)\s+)?(?:\bthe\s+)?"
    r"(?:\b(?:early|mid|late|end of|beginning of|start of)[ -])?"
    rf"(?:\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?(?:{_MONTH})(?:\s+\d{{1,2}})?(?:,?\s+(?:of\s+)?{_YEAR})\b"
    rf"|\b(?:{_PERIOD})\s+(?:of\s+)?{_YEAR}\b|\b{_YEAR}(?!\w)"
    rf"|\b(?:last|this|next|past)\s+{_PERIOD}\b|\b(?:in|by|before|after|since|until|last|this|next)\s+(?:{_MONTH})\b"
    r"|\b(?:yesterday|today|nowadays|recently|lately|now)\b)",
    re.IGNORECASE,
)
