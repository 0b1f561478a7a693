"""Questions for one article, one author, several views, or a development in time."""

import re

from rag.answering.intent.frames.words import PIECE

# -- one article, one author, several views, over time -----------------------------------------------------------------

SUMMARY = re.compile(
    r"\b(?:summar(?:y|ies|i[sz]e[sd]?|i[sz]ing)|sum(?:s|ming)? up|gist|tl;?dr|(?:main|key|central|core|basic|"
    r"overall) (?:argument|"
    r"point|idea|claim|thesis|message|takeaway|line|conclusion)s?|in a nutshell|outline|overview|abstract|in "
    r"brief|thesis|"
    r"recap|synopsis|boil(?:s|ed)? down|in short|condense|digest of|essence|bottom line|bullet points?|takeaways?|"
    r"conclusions?|highlights|short version|(?:in|to) (?:just |only )?(?:an? )?(?:few|couple of|one|two|three|four|"
    r"five|\d{1,2}) (?:short )?(?:sentences?|lines?|words|points|paragraphs?))\b(?: of| for| from)?"
)
ABOUT_ARTICLE = re.compile(
    rf"^(?:what (?:is|was|are|does|did|['’]?s)|tell me about|describe|explain|what about|how about|read|open|"
    rf"show(?: me)?|more "
    rf"on|more about|about)?(?: the| that| this| {PIECE}| called| titled)* ?@articlename(?:['’]s?)?"
    r"(?: (?:all )?(?:about|say|says|argue|argues|claim|claims|conclude|concludes|mean|means|saying|arguing|deal "
    r"with|cover|recommends?|proposes?|suggests?|calls? for|advises?))*"
    r"(?: (?:to|for) me| briefly| simply| shortly| in (?:simple|plain|easy) (?:words|terms|english))*$"
)
_ONE_PIECE = r"(?:article|piece|text|column|essay|op-?ed)"
_OWNER = r"@authorname(?:['’]s?)?"
# An article that is described and not named: "sum up the piece on the lost holiday", "the gist of the bread one".
DESCRIBED_ARTICLE = re.compile(
    rf"(?<!\w)(?:the|that|this|your|{_OWNER})(?: {_OWNER})? (?:{_ONE_PIECE}|commentary|story) (?:on|about|where|"
    r"in which|that (?:deals with|talks about|is about)|concerning|regarding|dealing with) (?P<subject>\S.*)$|"
    r"\b(?:the|that) (?P<subject2>(?!(?:latest|newest|last|first|oldest|same|other|whole|entire|next|previous|main|"
    rf"{PIECE})\b)\S+(?: \S+){{0,3}}?) (?:one|{_ONE_PIECE})[\s?.!]*$"
)
TIMELINE = re.compile(
    r"\btime ?lines?\b|\bchronolog\w*|\bover (?:the )?(?:time|years|months|last \w+ (?:years|months))\b|"
    r"\bthrough(?:out)? the years\b|\b(?:evolution|development|history) of (?:the |their |its )?(?:views?|"
    r"opinions?|thinking|"
    r"debate|position|arguments?|coverage|commentary|discussion|take)\b|"
    r"\bhow (?:has|have|did|do|does) (?=.{0,80}(?:@authorname|\b(?:views?|opinions?|thinking|minds?|debate|"
    r"positions?|takes?|stances?|"
    r"arguments?|commentary|coverage|assessments?|mood|tone|columnists?|authors?)\b)).{0,80}?\b"
    r"(?:chang|evolv|develop|shift)(?:e|es|ed|ing)?\b|"
    r"\bwhat (?:has |have |had )?changed (?:(?:since|between|over|from|in|after) )?@datename|"
    r"\bwhat (?:has |have |had )?changed (?:since|between|over)\b|"
    r"\bhow (?:has|have|did|do|does) .{0,80}?\b(?:chang|evolv|develop|shift)(?:e|es|ed)?\b (?:between|from) "
    r"(?:@datename|\w* ?\d{4})|"
    r"\b(?:at|in the) (?:first|beginning|start)\b.{0,80}\b(?:now|later|today|then|afterwards|since|end)\b|"
    r"\b(?:then and now|before and after|in (?:date|chronological|time) order|in (?:the )?order of (?:date|time)|"
    r"year by year|month by month|step by step|from the (?:start|beginning)|back then .{0,40}now|sequence of "
    r"(?:events|views))\b"
)
_VIEW = (
    r"(?:views?|opinions?|positions?|perspectives?|takes?|stances?|thoughts?|judge?ments?|attitudes?|arguments?|sides?|"
    r"camps?|assessments?|verdicts?)"
)
_EVERYBODY = (
    r"(?:every ?(?:one|body)|(?:the |these |those |your |different |all |various |most |other )*"
    r"(?:authors|writers|columnists|columns|commentators|contributors|experts|people|pundits|articles|pieces|"
    r"others|critics|"
    r"supporters|opponents|sides?))"
)
_THINK = (
    r"(?:think|thinks|say|says|said|thought|argue|argues|feel|write|wrote|believe|believes|make|see|view|stand|"
    r"disagree|agree|differ)"
)
VIEWS = re.compile(
    rf"^(?:and |so |now )?(?:compar(?:e|ing|ison of)(?: and contrast)?|contrast(?:ing)?)\b(?: between| of)?|"
    rf"\bversus\b|\bvs\b\.?|\b(?:they|{_EVERYBODY}) (?:all )?differ\b(?: between| on| over| from)?|"
    r"\bdis-?agree(?:s|d|ments?|ing)?\b(?: on| over| about| with)?|\bboth sides\b(?: of)?|\bside by side\b|"
    r"\bpros (?:and|&) cons\b(?: of)?|\bfor (?:and|or|versus) against\b|"
    r"\barguments? (?:for|against|in favou?r of)(?: (?:and|or) (?:for|against))?\b|"
    r"\b(?:case|points?|reasons?|voices?) for (?:and|or) against\b|"
    rf"\bwho(?:['’]?s| is| are| was| were| all is)? (?:for|against|in favou?r(?: of)?|pro|opposed to|critical of|"
    rf"sceptical of|"
    rf"skeptical of)\b(?: and who(?:['’]?s| is| are)? (?:for|against|in favou?r(?: of)?|opposed(?: to)?))?|"
    r"\bwho (?:supports?|backs?|likes?|defends?|favou?rs?|welcomes?)\b.{0,60}"
    r"\b(?:and|or|but|,) ?who (?:opposes?|rejects?|criticis?z?es?|dislikes?|is against|attacks?|does(?:n['’]?t| "
    r"not))\b|"
    r"\bwho (?:thinks?|believes?|says?|finds?|argues?|claims?)\b(?=.{0,80}\b(?:and|or|but|,) ?who\b)|"
    r"\b(?:and|or|but|,) ?who (?:(?:thinks?|believes?|says?|finds?|argues?|claims?)(?: (?:that )?(?:it|they|this|that)"
    r"(?: (?:did|does|do|is|are|was|were|has|have|will|would)(?:n't| not)?)?| not| otherwise| the opposite)?|"
    r"(?:does|do|did)(?:n't| not)(?: (?:think|agree|believe)(?: so)?)?|not)(?=[\s?.!]*$)|"
    rf"\b(?:all |the |different |various |main |competing |opposing |conflicting |range of |spectrum of |other |"
    rf"and )*{_VIEW} "
    rf"(?:are there |exist |do (?:they|people|{_EVERYBODY}) have )?(?:of {_EVERYBODY} )?(?:on|about|of|towards?|"
    rf"regarding|to)\b|"
    rf"\b(?:what|how) (?:do|does|did) {_EVERYBODY}(?: (?:all|each|else))? {_THINK}\b(?: (?:of|about|on|over))?|"
    rf"\b{_EVERYBODY}['’]s? {_VIEW}\b(?: (?:on|about|of))?|\b(?:the )?(?:debate|controversy|dispute|argument|"
    rf"quarrel)s? "
    r"(?:on|about|over|around|regarding)\b|\bwhere do(?:es)? .{0,60} (?:stand|differ|disagree)\b(?: on)?|"
    rf"\bwhat (?:are|were) (?:the )?(?:(?:different|various|main|opposing|competing|other) )?(?:{_VIEW}|"
    rf"sides)\b(?: (?:on|about|in|of|over))?|"
    rf"\bwhat (?:is|are) (?:being )?said (?:on|about)\b|\bis there (?:any )?(?:agreement|disagreement|"
    rf"consensus)\b(?: on| about| over)?"
)
FOR_AND_AGAINST = re.compile(r"\bfor\b.*\bagainst\b|\bpros (?:and|&) cons\b|\bboth sides\b|\bsupports?\b.*\bopposes?\b")
AUTHOR_VIEW = re.compile(
    rf"\b(?:what|how) (?:do|does|did|is|was|has|have|would)(?: the)? @authorname(?:['’]s?)?(?: (?:actually|"
    rf"really|now|also|ever|have "
    rf"to|got to|had|been|currently|generally|first|originally))* (?:think|thinking|thought|say|saying|said|"
    rf"write|writing|written|wrote|argue|arguing|"
    r"argued|believe|feel|see|view|make|claim|conclude|hold|stand|suggest|propose|want|recommend|regard|judge|"
    r"assess|predict|"
    r"expect|position|take|opinion|views?)\b(?: (?:of|about|on|over|regarding|concerning))?|"
    rf"@authorname(?:['’]s?)?(?: (?:own|current|main|latest|general|overall|whole|changing))* {_VIEW}\b(?: (?:on|"
    rf"about|of|towards?|regarding|to|over))?|"
    rf"\b{_VIEW} (?:of|by|from)(?: the)? @authorname(?:['’]s?)?(?: (?:on|about|towards?|regarding|over))?|"
    r"\bwhere do(?:es)?(?: the)? @authorname stand\b(?: on)?|^(?:the )?@authorname(?:['’]s?)? (?:on|about|and|"
    r"regarding)\b|"
    rf"\bwhat (?:is|are|was|were|['’]?s)(?: the)? @authorname(?:['’]s?)?(?: \w+)? {_VIEW}\b(?: (?:on|about|of))?|"
    r"\baccording to(?: the)? @authorname\b,? ?what (?:about|of)\b|^(?:and )?(?:the )?@authorname$"
)
