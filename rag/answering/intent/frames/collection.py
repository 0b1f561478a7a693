"""Questions about the collection: how many, by whom, on what, of which time."""

import re

from rag.answering.intent.frames.words import FILL, PIECE, PLACE, WRITER, any_phrase

# -- what stands around the subject of a question about the collection -------------------------------------------------

HAVE = re.compile(
    rf"(?:(?:do|can|did|would|could|are|is|were|have|has|will) (?:you|we|i|there|it|"
    rf"they|{FILL}{PLACE}|{FILL}{PIECE}|these|those)\b"
    r"(?: (?:actually|currently|now|all|even|already|really))*"
    r"(?: (?:have|hold|know(?: of)?|contain|got|keep|store|cover|include|offer|see|search|access|read|find|index|"
    r"be|been|"
    r"exist|available|stored|included|in total))*(?: (?:access to|got))?"
    r"|writ(?:e|es|ing) (?:here|for (?:you|this)|in (?:it|this))"
    r"|(?:(?:are|is|do|does|did|were|was) (?:these|those|they|it|this)\b ?)?(?:all )?(?:from|come from|appear(?:ed|"
    r"s)? in|"
    r"published in|taken from)$|(?:(?:have )?appeared|(?:have )?c[ao]me out|(?:were|was|got) (?:published|written))"
    r"|(?:(?:are |is |were )?(?:available|stored|included|covered|indexed|held)|"
    r"that (?:you (?:have|know|hold)|there are)|you(?:['’]ve| "
    r"have)(?: got)?|"
    r"(?:there (?:are|is|were)|(?:you|they|we) (?:have|hold|got|keep))|"
    r"exist|(?:has|have|had)(?: (?:written|got|published))?$|are (?:there|here)|altogether|in total|overall|in all|"
    r"roughly|approximately|more or less|"
    r"exactly|right now|currently|at the moment|so far|"
    r"at all|please|then|again|too|today))(?!\w)"
)
IN_PLACE = re.compile(
    rf"(?:(?:are |is |were )?(?:in|inside|within|from|of|on|among|at|for) )?"
    rf"(?:{FILL}(?:{PLACE}|{PIECE})|here|there|stock|store|hand|file)(?!\w)|(?:for|in|to) (?:this|it|you|us)$"
)
# How a list is to be ordered: "by date", "oldest first".
ORDERING = re.compile(
    r"(?:,? ?(?:and |but )?(?:(?:sort|order|arrange|rank|list|put|place)(?:ed|d)? )?(?:them |these |those )?)?"
    r"(?:by (?:date|time|day|year|age|publication(?: date)?|date of publication)|chronologically|"
    r"in (?:chronological|date|time|temporal|reverse|reverse chronological) order|"
    r"in (?:the )?order(?: of (?:their )?(?:date|time|publication|appearance)s?)?|"
    r"(?:the )?(?:oldest|earliest|newest|latest|most recent|first|last)(?: ones?| articles?)? first|"
    r"from (?:the )?(?:oldest|earliest|first|newest|latest|last)(?: ones?)? to (?:the )?(?:newest|latest|last|oldest|"
    r"earliest|first)(?: ones?)?)(?: of publication)?(?!\w)"
)
IS_OLDEST_FIRST = re.compile(
    r"^in (?:what|which) order\b|\b(?:older|earlier) (?:articles?|pieces?|columns?|ones|texts?)\b|\bchronolog|"
    r"\b(?:date|time) order\b|\border of "
    r"(?:date|time|publication|appearance)|\b(?:oldest|earliest|first)"
    r"(?: ones?| articles?)? first\b|\bfrom (?:the )?(?:oldest|earliest|first)\b"
)
IS_FEWEST_FIRST = re.compile(r"\b(?:least|fewest|rarest)\b")
# What somebody mostly writes about.
USUAL_TOPICS = re.compile(
    r"^(?:what|which) (?:topics?|subjects?|themes?|areas?|fields?|matters) (?:does|do|did|has|have|is|are)(?P<tail2> "
    r"(?:the )?"
    r"@(?:author|source)name) (?:usually |mostly |mainly |ever )*(?:deal with|dealt with|cover|covered|treat|treated|"
    r"address|"
    r"(?:write|written|wrote)(?: about| on)?|interested in|focus on)$|"
    r"^what (?:topics |subjects |themes |sort of things |kind of things )?(?:does|do|did)(?P<tail> (?:the "
    r")?@(?:author|source)"
    r"name) (?:usually|mostly|mainly|generally|typically|normally|often|tend to|like to) (?:write|writes|cover|deal "
    r"with|"
    r"focus on|talk)(?: about| on)?$"
)
# A second question that a list of articles answers: "how many has X and list them", "… and who wrote it?"
AND_DETAILS = re.compile(
    r",? and (?:(?:please )?(?:list|show|name|give|tell)(?: me)?(?: (?:them|those|these|it|all|their titles|which|the "
    r"list))*|"
    r"(?:which|what)(?: ones?)?(?: are (?:they|those|these))?|who (?:wrote|is|was|by) (?:it|that|this)|who(?: is "
    r"it| was it)? by|"
    r"when (?:was|is|did)(?: it| that)?(?: published| written| from| come out)?|from when)$|"
    rf",? (?:and|with|showing) (?:how many|(?:the|their) numbers? of) {PIECE}(?: (?:by|of|from|for|did|do|does|has|"
    r"have|they|each|every|one|of them|author|writer|columnist|has|wrote|written|write|writes))*$|"
    r",? (?:with|including) (?:the |their )?(?:dates?|authors?|links|titles)$|(?<=@authorname) about$"
)
# A second question for the writers: "how many articles are there and who wrote them?"
AND_WRITERS = re.compile(
    r"^,? ?(?:and )?(?:by whom|by who|(?:by )?who(?:m)? (?:wrote|writes|has written|have written|are|is|were)(?: "
    rf"(?:them|it|these|those|they|there|by|{FILL}(?:{PIECE}|{WRITER})|their {WRITER}))*)$"
)
# How often or how well known something is: "which topics come up most?"
FREQUENCY = re.compile(
    r"(?:(?:that |which |who )?(?:are |is |were |gets? |appears? |comes? up |crops? up |turns? up |shows? up |"
    r"has |have |had |publish(?:es|ed)? |contribute[sd]? |writes? |wrote |"
    r"written about |discussed |covered |mentioned )*(?:the )?(?:most|least)(?: (?:often|frequently|frequent|common|"
    r"commonly|popular|discussed|covered|written about|mentioned|prominent|important|articles|pieces))*"
    r"|(?:that |which )?(?:come|comes|turn|turns|crop|crops|show|shows) up|(?:by|in order of|sorted by) (?:frequency|"
    r"number|count|name))(?!\w)"
)
SCOPE_PHRASE = re.compile(
    r"(?:(?:by|from|of|in|on|about|since|before|until|after|during|between|published|written|dated|the|and|or|"
    r"author|did|"
    r"has|have|does|do|was|were|are|is|that|which|writes?|wrote|with|for|to|topic|column|publication|magazine|"
    r"paper|subject) )*"
    r"@(?:authorname|sourcename|datename|topicname)(?:['’]s?)?(?!\w)"
    r"(?: (?:been )?(?:written|published|write|writes|wrote|publish|publishes|contribut\w+|author\w*|"
    r"produce\w*))?(?!\w)"
)
# Introductions of the subject ("about tariffs"). The second group are those that ask for a mention of exact words.
ABOUT = re.compile(
    r"(?:(?:(?:that|which|who) )?(?:are |is |were |was |have |has |do |did )?(?:all |mainly |mostly |written |"
    r"published )?"
    r"(?P<about>about|on|concerning|regarding|covering|covers?|related to|relating to|deal(?:s|ing)? with|"
    r"discuss(?:es|ing)?|"
    r"talk(?:s|ing)? (?:about|of)|treat(?:s|ing)?|touch(?:es|ing)? (?:on|upon)|dealing with|devoted to|to do with|"
    r"(?:write|writes|wrote|written|writing|say|says|said) (?:about|on)|speaks? (?:about|of)|for)"
    r"|(?:(?:that|which|who) )?(?P<mention>mention(?:s|ing|ed)?|contain(?:s|ing)?|name(?:s)?|refer(?:s|ring)? to|"
    r"use(?:s)? the (?:word|term|phrase|name)|with the (?:word|term|phrase|name)|includ(?:e|es|ing) the (?:word|term|"
    r"phrase)|cite(?:s)?|quote(?:s)?))"
    r" (?:the (?:topic|subject|theme|question|issue|word|words|term|phrase|name)(?: of)? )?(?P<subject>\S.*)"
)

_NUMBER = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty)"
COUNT = re.compile(
    rf"^(?:and )?how many of (?:them|these|those|{FILL}{PIECE})\b(?P<tail3>.*)$|"
    r"^(?:and )?how many(?: are| were| is)?(?: there)?(?: written| published)?"
    r"(?P<tail2> (?:(?:by|from|in|of|on|about|since|before|after) (?:the )?)?@\w+.*)$|"
    rf"^(?:and )?(?:how many|(?:what(?: is|['’]?s| was)? |give me |tell me )?(?:the |a )?(?:total |overall |exact |"
    rf"full )*"
    rf"(?:number|count|amount|total|quantity) of|(?:count|number)) (?:different |distinct |other |more |of |all |the |"
    rf"these |your |single |@\w+(?:'s)? )*{PIECE}\b(?P<tail>.*)$"
)
# "How many times has X written about …?" asks for articles.
HOW_OFTEN = re.compile(
    r"^(?:and )?how (?:many times|often|frequently) (?:did|does|has|have|do|was|were|is) (?P<tail>(?:the )?@authorname "
    r"(?:ever |been )*(?:write|writes|written|wrote|publish|published|printed|cover|covered|address|addressed|"
    r"discuss|discussed|"
    r"deal|dealt|report|reported|comment|commented)\b.*)$"
)
_EACH = r"(?:(?:by|per|for|in|of|from|does|did|has|have|do) )?(?:each|every|a|an|per|the individual|single)"
# "Who has written more on trade, A or B?", "does A publish more pieces than B?"
_WRITES = r"(?:wr[io]te?s?|written|writing|publish\w*|cover(?:s|ed)?|produce[sd]?)"
# "More convincingly" compares how they write.
_MORE = r"(?:more|most|fewer|fewest|less|least)(?! \w+ly\b)"
COMPARED_COUNTS = re.compile(
    rf"(?:^|[:;,.] )(?:(?:who|which one|which of them|which|does|did|has|have|do|is|are)(?:['’]?s)?\b.{{0,60}}?)\b"
    rf"(?:{_WRITES}\b(?: any)? {_MORE}\b(?: often)?(?: (?:of )?{PIECE}\b)?(?: (?:about|on|of|regarding|than))*"
    rf"|{_MORE} {PIECE}\b(?: (?:about|on|of|regarding|than|are|by|from))*"
    rf"|{_WRITES}\b(?: (?:about|on))?(?=.{{1,60}}\b{_MORE}$))"
)
# What is left of the comparison behind the subject.
REST_OF_COMPARED_COUNTS = re.compile(rf"\b{_MORE}(?: often)?$|\bthan$|\bthan(?= @authorname)")
# The subject of "articles on sanctions that mention Euroclear".
ALSO_MENTIONS = re.compile(
    r"^(?P<subject>\S.*?),? (?:(?:that|which|and|where)(?: also)? )?"
    r"(?:mention(?:s|ing|ed)?|nam(?:e|es|ing)|(?:that|which) (?:contain|cite|quote|refer to)s?|containing) "
    r"(?P<mentioned>\S.*)$"
    r"|^(?P<subject2>\S.*?),? (?:where|in which) (?P<mentioned2>\S.*?) (?:is|are|was|were|gets?|appears?|occurs?)"
    r"(?: (?:also )?(?:mentioned|named|quoted|cited))?$",
    re.IGNORECASE,
)
# "Which of A and B is older?", "which came first, A or B?"
COMPARED_DAYS = re.compile(
    r"\b(?P<older>older|oldest|earlier|earliest|first|before)\b|"
    r"\b(?:newer|newest|later|latest|more recent|most recent)\b"
)
# "Articles on bread but not about sugar", "everything except the pieces on covid".
LEAVES_OUT = re.compile(
    r"^(?P<subject>.*?)(?:^|,? )(?:(?:and|but|that|which) )*(?:(?:are|is|do|does) ?)?"
    r"(?:not(?! only\b)|n't|except(?: for)?|excluding|other than|apart from|without)"
    r"(?: (?:the|those|ones?|any|anything|articles?|pieces?|columns?))*"
    r" (?:about|on|covering|dealing with|mention(?:ing|s)?|to do with) (?P<without>\S.*)$",
    re.IGNORECASE,
)
# "How many articles has each author written?", "how many articles a year?", "which year has most?"
COUNT_BY_WRITER = re.compile(
    rf"^(?:and )?(?:how many|(?:the )?number of) {PIECE} (?:are there |do you have )?(?:{_EACH} |per |by )"
    rf"(?:single )?{WRITER}\b.*$|^(?:and )?how many (?:did|has|have|does) (?:each|every)(?: single)? {WRITER}\b.*$|"
    rf"^who (?:has |have )?(?:wrote|written|writes) how (?:many|much)\b.*$|"
    rf"^how many (?:did|does|has) (?:each|every)(?: one)? (?:of them )?(?:write|written)\b.*$"
)
COUNT_BY_SOURCE = re.compile(
    rf"^(?:and )?(?:how many|(?:the )?number of) {PIECE} (?:are there |do you have )?(?:{_EACH} |per |by |in (?:each|"
    r"every) )(?:single )?(?:source|publication|magazine|newspaper|outlet)s?\b.*$"
)
COUNT_BY_TOPIC = re.compile(
    rf"^(?:and )?(?:how many|(?:the )?number of) {PIECE} (?:are there |do you have )?(?:{_EACH} |per |by |on (?:each|"
    r"every) )(?:single )?(?:topic|subject|theme)s?\b.*$"
)
COUNT_BY_YEAR = re.compile(
    rf"^(?:and )?(?:how many|(?:the )?number of) {PIECE} (?:(?:are|were|have|did|do|you|there|been|written|published|"
    rf"appear(?:ed)?|publish|came|come|out) )*(?:{_EACH} |per |by )(?:single )?(?:year|month)\b.*$|"
    rf"^(?:in |from )?(?:which|what) (?:year|month)s? (?:(?:has|have|had|is|are|was|were|saw|did|do|you|there|got) )*"
    rf"(?:the )?(?:most|more|fewest|least|busiest|highest number of)\b.*$|"
    rf"^(?:what|which) (?:is|was) (?:the )?(?:busiest|most (?:productive|prolific|active)) (?:year|month)\b.*$|"
    rf"^{PIECE} (?:per|by|a|each) (?:year|month)$"
)
COUNT_WRITERS = re.compile(rf"^how many (?:different |distinct |other |of |the |your )*{WRITER}\b(?P<tail>.*)$")
COUNT_TOPICS = re.compile(
    r"^how many (?:different |distinct |other |of |the |your )*(?:topics?|subjects?|themes?)\b(?P<tail>.*)$"
)
COUNT_SOURCES = re.compile(
    r"^how many (?:different |distinct |other |of |the |your )*(?:sources?|publications?|magazines?|newspapers?|"
    r"outlets?)\b"
    r"(?P<tail>.*)$"
)
SIZE = re.compile(rf"^(?:how (?:big|large)|what (?:is|['’]?s) the size)(?: is| of| are)* {FILL}{PLACE}\b(?P<tail>.*)$")
# "Give me a list of …"
_FULL_LIST = r"(?:(?:give|show|get|make)(?: me| us)? )?(?:an? |the )?(?:full |complete |whole )?list of "
WRITERS = re.compile(
    rf"^(?:who(?:['’]s| is| are)? behind {FILL}(?:{PIECE}|{PLACE})|who (?:are|were|is|all are) {FILL}{WRITER}|"
    rf"(?:which|what|list|name|show)(?: me| us| all| of| the| your| are)* {WRITER}|who(?:['’]s| has| have)? (?:all "
    rf")?(?:writes?|wrote|is writing|written|contributes|contributed)"
    rf"(?: (?:the )?(?:most|more|fewest|least)\b(?: (?:often|frequently|regularly))?(?: (?:of )?{FILL}{PIECE})?)?|"
    rf"whose {PIECE}|(?:(?:who|which|what)(?:['’]?s| is| are)? )?(?:the |your )*(?:most|least) (?:prolific|productive|"
    rf"active|published) {WRITER}|{_FULL_LIST}{FILL}(?:authors|writers|columnists|contributors|commentators))"
    rf"(?!\w)(?P<tail>.*)$"
)
SOURCES = re.compile(
    r"^(?:which|what|list|name|show)(?: me| us| all| of| the| your| are)* (?:sources?|publications?|magazines?|"
    r"newspapers?|"
    r"outlets?)\b(?P<tail>.*)$|^where (?:are|do|were) (?:the|these|your|those) (?:articles|pieces|texts|columns)"
    r"(?: come)? (?:from|published)(?P<tail2>.*)$"
)
TOPICS = re.compile(
    r"^(?:(?:which|what|list|name|show|give)(?: me| us| all| of| the| your| is| are| were| kinds?| sorts?)* )?"
    r"(?:(?:\d+|two|three|five|ten|most|very|main|common|frequent|popular|big|biggest|key|top|major|principal|central|"
    r"important|discussed|covered|different|various|the) )*"
    r"(?:topics?|subjects?|themes?|areas?|fields?)\b(?P<tail>.*)$"
)
ABOUT_COLLECTION = any_phrase(
    rf"^what (?:is|are|do|does|was|were|['’]?s) {FILL}(?:{PIECE}|{PLACE}) (?:all )?(?:about|cover|covering|"
    rf"contain|hold|deal "
    r"with|on|talk about|discuss|have|include)",
    rf"^what(?:['’]?s| is| are| do you have| have you got| can i (?:find|read|see))?(?: all)? "
    rf"in(?:side)? {FILL}(?:{PLACE}|here)",
    r"^what do you (?:know|have|cover|hold|contain)(?: about| got| (?:in )?(?:here|stock|store))*$",
    r"^what (?:else )?(?:can|could) you tell me(?: about)?$",
    rf"^(?:describe|summari[sz]e|outline|present|introduce|give (?:me )?an overview of) {FILL}(?:{PLACE}|"
    rf"articles|pieces)$",
    rf"^(?:tell me|talk) about {FILL}(?:{PLACE}|articles|pieces)$",
    rf"^(?:an |the )?overview(?: of {FILL}(?:{PLACE}|articles|pieces|texts))?$",
    rf"^what (?:kinds?|sorts?|types?) of (?:{PIECE}|stuff|things?|content|topics?)(?:$| (?:do|have|can) (?:you|i|we)\b|"
    rf" (?:are|is) (?:there|here|these|this|in)\b)",
    r"^what(?: is|['’]?s) (?:this|it|all this|all of this) (?:all )?about(?: then| anyway| exactly)?$|^what (?:is|"
    r"['’]?s) in (?:it|there|here)$",
)
PERIOD = any_phrase(
    r"^(?:and )?from when (?:to|until|till) when\b",
    rf"^(?:what|which) (?:period|years?|time|times|dates?|time ?(?:span|frame|range|period)|date range|months?) .*"
    rf"(?:cover|span|from|{PLACE}|{PIECE})",
    rf"^(?:over|in|for|during|from|between|of|across|within|since) (?:what|which) (?:period|years?|time|dates?|time ?"
    rf"(?:span|frame|range|period)|date range|months?)(?: of time)? (?:were|are|was|is|did|do|does|have|has) "
    rf"(?:{FILL}(?:{PIECE}|{PLACE})|these|they|those|this|it|you)\b",
    rf"^how (?:recent|old|new|current|fresh|up[- ]to[- ]date|far back) (?:are|is|do|does) {FILL}"
    rf"(?:{PIECE}|{PLACE}|data|information|you|they|it)\b",
    rf"^when (?:were|are|was|is|did) {FILL}(?:{PIECE}|{PLACE}) (?:written|published|from|start|end|made|updated|"
    rf"last updated)",
    rf"^(?:what is |what['’]?s )?(?:your )?(?:knowledge )?cut ?-?off(?: date)?$|^until "
    rf"when\b.*(?:{PLACE}|{PIECE}|go|cover)",
    rf"^when was {FILL}(?:last|latest|newest|most recent|first|oldest) (?:one|{PIECE}) (?:written|published|from)",
)
ORDERED = re.compile(
    r"^(?:(?:what(?:['’]?s| is| are| was| were)?|which(?: one)? (?:is|are|was|were)|show|show me|give me|list|find|any|"
    r"do you have|is there|are there|read me|and) )*"
    rf"(?:the |your |a |an |any |some |one |all |very |{_NUMBER} |@(?:author|source)name(?:'s)? )*"
    r"(?P<order>latest|newest|most recent|recent|last|oldest|earliest|first|new)(?: and greatest)? "
    rf"(?:{_NUMBER} |published )*(?:one|ones|thing|stuff|news|{PIECE})\b(?P<tail>.*)$|"
    rf"^(?:which|what) (?:{PIECE}|one) (?:is|are|was|were) (?:the )?(?P<order2>latest|newest|most recent|last|oldest|"
    rf"earliest|first)\b(?P<tail2>.*)$"
)
# "When did X last write?", "how old is the newest article?"
WHEN_ORDERED = re.compile(
    r"^(?:and )?when (?:did|has|have) (?P<who4>(?:the )?@(?:author|source)name) (?:write|written|publish|published|"
    r"put out) "
    rf"(?:its|his|her|their|the) (?P<order4>last|latest|newest|most recent|first|oldest|earliest) "
    rf"{PIECE}\b(?P<tail4>.*)$|"
    r"^(?:and )?when (?:did|has|have|was|is) (?P<who>(?:the )?@(?:author|source)name) (?P<order>last|first|most "
    r"recently|"
    r"recently) (?:write|writes|wrote|written|publish|published|appear|appeared|heard|post|posted)\b(?P<tail>.*)$|"
    rf"^(?:(?:and )?when (?:was|were|is|did)|how (?:old|recent|new) (?:is|are)|(?:what(?: is|['’]?s| was) )?the date "
    rf"of|"
    rf"from when (?:is|are)) (?:the |your |@(?:author|source)name(?:'s)? )*(?P<order2>latest|newest|most recent|last|"
    rf"oldest|earliest|first)(?: and greatest)? (?:(?:published|one) )*(?:{PIECE}|one|thing)\b(?P<tail2>.*)$|"
    rf"^(?:and )?when (?:was|is) (?P<who2>@(?:author|source)name(?:'s)?) (?P<order3>latest|newest|most recent|last|"
    rf"first|"
    rf"oldest|earliest) {PIECE}\b(?P<tail3>.*)$"
)
LATEST_ON = re.compile(
    r"^(?:what(?:['’]?s| is| are)|anything|something|show me|give me)? ?(?:the )?(?P<order>latest|newest|new|most "
    r"recent|"
    rf"recent|oldest|earliest)(?: {_NUMBER})?(?P<tail> (?:(?:on|about|from|by|regarding|since|of)\b|@datename).*)$|"
    r"^what(?:['’]?s| is) (?:the )?(?P<order2>latest|newest|most recent|new)(?P<tail2>(?: (?:one|here|in here|then|now|"
    r"today))*)$"
)
LIST = re.compile(
    r"^(?:(?:sort|order|arrange|rank|put|list|show|show me|give|give me|find|find me|name|get me|get|what|which|any|"
    r"do you have|have you got|"
    r"have you|can (?:i|we|you) (?:see|get|have|read|show me|find|list)|"
    r"are there|is there|i ?['’]?a?m looking for|looking for|search for|search|what (?:are|is)|let me see|see|i "
    r"want|i need|"
    r"read|open|and|do you know|display|(?:a |the )?(?:full |complete )?list of) )*"
    r"(?:all |the |some |any |other |more |every |an? |of |your |those |these |me |more |further |\d+ |titles of |"
    r"older |earlier |previous |past |best |good |top |most (?:interesting|important|relevant|useful|convincing) |"
    r"interesting |important |relevant |must-read |recommended |favou?rite |"
    r"by |from |"
    r"@(?:author|source|topic|date)name(?:'s)? )*"
    rf"(?:{PIECE})\b(?! \d)(?P<tail>.*)$"
)
# "What came out in October?", "in what order did the columns on … appear?"
CAME_OUT = re.compile(
    r"^(?:and )?what (?:else )?(?:(?:has |have )?(?:been |you )?(?:came|come) out|(?:has |have )?appeared|(?:was|were|"
    r"has been|"
    r"have been) (?:published|posted|printed|written)|(?:did|have) you (?:publish|published|post|posted|print|printed))"
    rf"(?P<tail>(?: .*)?)$|^in (?:what|which) order (?:did|were|are|have|was) {FILL}{PIECE}\b(?P<tail2>.*)$"
)
ANYTHING_ON = re.compile(
    rf"^(?:(?:do|does|have|has|is|are|did) (?:you|there|it|they|(?:any ?(?:one|body)|some ?(?:one|body)|any (?:of the |"
    rf"of your )?{WRITER})(?: (?:here|else|in here|in this {PLACE}))?)? ?(?:ever )?(?:have|got|know|write|writes|"
    rf"written|"
    rf"wrote|cover|publish|published)? ?|"
    r"what (?:else )?"
    r"(?:do|have) you (?:have|got|know)? ?|list |show me |find (?:me )?|give me |can (?:i|we|you) (?:see|get|have|read|"
    r"show me|find) )?"
    r"(?:anything|something|everything|stuff|material|much|all)?(?P<tail> (?:(?:on|about|regarding|by|from|that "
    r"mentions)\b|@datename).*)$"
)
WRITTEN_BY = re.compile(
    r"^(?:(?:list|show|give|tell|name)(?: me)? )?(?:what|which (?:articles|pieces|texts|columns)|everything|all)"
    r"(?: else| all| that)? (?:(?:did|has|have|does|do|"
    r"was|were) )?"
    r"(?P<tail>(?:the )?(?:@authorname(?:['’]s?)? (?:write|writes|written|wrote|publish|published|publishes|"
    r"contribute[ds]?|"
    r"author(?:ed)?|put out|produced?)|(?:that )?(?:by|from) (?:the )?@authorname)\b.*)$"
)
WHO_WROTE = any_phrase(
    rf"^(?:is there|do you have|have you(?: got)?|there is)(?: an?| any| the| some)* {PIECE} (?:called|titled|named|"
    rf"entitled|"
    rf"with the title) @articlename(?:,? (?:and )?(?:by )?(?:who|whom)\b.*)?$",
    r"^(?:and )?who(?:['’]?s| is| was| has)? (?:wrote|writes|written|authored|penned|published|(?:the "
    r")?(?:author|writer)"
    rf"(?: of| behind| for)?|behind|by|responsible for)(?: the| an?| that| this)*(?: {PIECE})?(?: called| titled|"
    rf" named)? ?@articlename",
    rf"^(?:the )?(?:author|writer) of(?: the| {PIECE})* ?@articlename|^whose {PIECE} is @articlename|"
    rf"^@articlename (?:is )?by who(?:m)?",
    r"^who is @articlename (?:by|from)|^(?:by )?who(?:m)? (?:is|was) @articlename (?:written|by|published)",
)
# An article that is described but not named: "who wrote the piece on the lost holiday?"
WHO_WROTE_ABOUT = re.compile(
    rf"^(?:and )?who(?:['’]?s| is| was| has)? (?:wrote|written|authored|penned|(?:the )?author of|behind)(?: the| "
    rf"an?| that| this)* "
    rf"{PIECE} (?:on|about|that (?:speaks|talks) (?:of|about)|regarding|concerning) (?P<subject>\S.*)$"
)
WHEN_PUBLISHED = any_phrase(
    rf"^(?:and )?(?:when|what (?:day|date|year)|on what (?:day|date)) (?:was|were|did|is|has)(?: the| "
    rf"that)*(?: {PIECE})?"
    r"(?: called| titled| named)? ?@articlename",
    rf"^(?:what is |what['’]?s )?(?:the )?(?:publication )?date of(?: the| {PIECE})* ?@articlename|^how (?:old|"
    rf"recent|new) is @articlename",
)
# What stands around the subject and is removed from it.
AROUND_SUBJECT = (SCOPE_PHRASE, HAVE, IN_PLACE, ORDERING, FREQUENCY)
