"""Questions for one article, one author, several views, or a development in time."""

import re

from rag.answering.intent.frames.words import PIECE
from rag.text.lexicon import SAYING_VERBS, STANCE_VERBS, alternation

# -- one article, one author, several views, over time -----------------------------------------------------------------

SUMMARY = re.compile(
    r"\b(?:(?:quick|short|brief|concise|rough) )?"
    r"(?:summar(?:y|ies|i[sz]e[sd]?|i[sz]ing)|sum(?:s|ming)? up|gist|tl;?dr|(?:main|key|central|core|basic|"
    r"overall) (?:argument|"
    r"point|idea|claim|thesis|message|takeaway|line|conclusion)s?|in a nutshell|outline|overview|abstract|in "
    r"brief|thesis|"
    r"recap|synopsis|boil(?:s|ed)? down|in short|condense|digest of|essence|bottom line|bullet points?|takeaways?|"
    r"point(?= of (?:the|that|this|your) (?:\w+ )?(?:article|piece|column|essay|text|one)\b)|"
    r"conclusions?|highlights|short version|(?:in|to) (?:just |only )?(?:an? )?(?:few|couple of|one|two|three|four|"
    r"five|\d{1,2}) (?:short )?(?:sentences?|lines?|words|points|paragraphs?))\b(?: of| for| from)?"
)
ABOUT_ARTICLE = re.compile(
    rf"^(?:what (?:is|was|are|does|did|['’]?s)|tell me about|describe|explain|what about|how about|read|open|"
    rf"show(?: me)?|more "
    rf"on|more about|about)?(?: the| that| this| {PIECE}| called| titled)* ?@articlename(?:['’]s?)?"
    r"(?: (?:all )?(?:about|say|says|argue|argues|claim|claims|conclude|concludes|mean|means|saying|arguing|deal "
    r"with|cover|recommends?|proposes?|suggests?|calls? for|advises?))*"
    r"(?: (?:to|for) (?:me|us|a (?:child|beginner|layman|layperson|student))| briefly| simply| shortly|"
    r" in (?:simple|plain|easy) (?:words|terms|english)| (?:like|as if) (?:i(?: a|['’])?m|i were|i was)(?: an?)? \w+"
    r"(?: years? old)?)*$"
)
_ONE_PIECE = r"(?:article|piece|text|column|essay|op-?ed)"
_OWNER = r"@authorname(?:['’]s?)?"
# An article that is described and not named: "sum up the piece on the lost holiday", "the gist of the bread one".
DESCRIBED_ARTICLE = re.compile(
    rf"(?<!\w)(?:the|that|this|your|{_OWNER})(?: {_OWNER})? (?:{_ONE_PIECE}|commentary|story|one) (?:on|about|where|"
    r"in which|that (?:deals with|talks about|is about)|concerning|regarding|dealing with) (?P<subject>\S.*)$|"
    r"\b(?:the|that) (?P<subject2>(?!(?:latest|newest|last|first|oldest|same|other|whole|entire|next|previous|main|"
    rf"{PIECE})\b)\S+(?: \S+){{0,3}}?) (?:one|{_ONE_PIECE})[\s?.!]*$"
)
# Several articles that are described: "a summary of the pieces on bread".
DESCRIBED_ARTICLES = re.compile(
    rf"\b(?:(?:all|the|these|your|those|our) )*{PIECE} (?:on|about|regarding|concerning|dealing with|covering)\b"
)
_YEAR = r"(?:@datename|(?:19|20)\d\d)"
# "Compare 2023 and 2025 on bread."
COMPARED_YEARS = re.compile(
    rf"^(?:compar|contrast)\w* (?:the )?(?:(?:views|{PIECE}) )?(?:(?:of|in|from) )?{_YEAR} (?:and|with|to|vs\.?|"
    rf"versus) "
    rf"{_YEAR}(?!\w)(?: (?:on|about|regarding))?"
)
TIMELINE = re.compile(
    rf"{COMPARED_YEARS.pattern}|"
    r"\btime ?lines?\b|\bchronolog\w*|\bover (?:the )?(?:time|years|months|last \w+ (?:years|months))\b|"
    r"\bthrough(?:out)? the years\b|\b(?:evolution|development|history) of (?:the |their |its )?(?:views?|"
    r"opinions?|thinking|"
    r"debate|position|arguments?|coverage|commentary|discussion|take)\b|"
    r"\bhow (?:has|have|did|do|does) (?=.{0,80}(?:@authorname|\b(?:views?|opinions?|thinking|minds?|debate|"
    r"positions?|takes?|stances?|"
    r"arguments?|commentary|coverage|assessments?|mood|tone|columnists?|authors?)\b)).{0,80}?\b"
    r"(?:chang|evolv|develop|shift|mov|progress|swing|swung)(?:e|es|ed|ing)?\b|"
    r"\bhow (?:has|have|had|did|do|does) .{1,80}?\b(?:chang|evolv|develop|shift|progress|mov)(?:e|es|ed|ing)?\b.{0,40}?"
    r" (?:(?:since|over|through(?:out)?)\b(?! \w+(?:ing)\b)|@datename)|\bhow .{1,80}?\b(?:unfold|evolve)(?:d|ed|s|"
    r"ing)?\b|"
    r"\bwhat(?:['’]?s| has| have| had)?(?: all)? (?:happened|been happening|been going on) when\b(?: (?:with|to|in|on|"
    r"at|"
    r"for|around|about|regarding))?|"
    r"\bwhat(?:['’]?s| has| have| had)?(?: all)? (?:happened|been happening|been going on|gone on)(?: (?:with|to|in|"
    r"on|at|"
    r"for|around|about|regarding|concerning) .{1,60}?)? (?:ever )?(?:(?:since|between)\b|@datename)|"
    r"^since .{1,60}?,? what (?:has|have) been (?:said|written|published|argued)\b(?: (?:on|about|of))?|"
    r"^(?:(?:show|give|tell|draw|outline|describe|list|sketch)(?: me| us)? )?(?:(?:what|which) (?:are|were) )?"
    r"(?:(?:the|a|an|brief|short|full|whole|quick) )*(?:(?:key|main|important|major|most important|all) )*"
    r"(?:chronology|timeline|sequence of events|milestones|turning points|(?:key|main|important|major) (?:dates|"
    r"events)|"
    r"dates of the (?:main |key |important )?(?:events|developments))\b(?: (?:of|in|for|on|with|around|about))?|"
    r"^(?:(?:show|give|tell|draw|outline|describe|sketch)(?: me| us)? )?(?:(?:the|a|an|brief|short|full|whole|quick) )*"
    r"(?:evolution|history|development|progression|trajectory|story|saga) (?:of|behind)\b|"
    r"^(?:trace|tracing|track|tracking|retrace|chart|charting|retell)\b(?: how)?|"
    r"\b(?:walk|take|guide|lead|talk|run) (?:me|us) through (?=.*\b(?:in order|story|saga|events|history|development|"
    r"evolution|years|months|chronolog\w*)\b)|\bin order$|"
    r"\b(?:earlier|previous|past|old|initial|original|former|early) (?:and|vs\.?|versus|against|compared (?:to|with)|"
    r"or) "
    r"(?:the )?(?:current|later|present|new|recent|today['’]s|latest)\b(?: (?:views?|positions?|takes?|opinions?|"
    r"arguments?))?(?: (?:on|of|about))?|"
    r"\b(?:initially|originally|to begin with|early on)\b.{0,80}\b(?:now|later|today|then|afterwards|since|end)\b|"
    r"\b(?:compared (?:to|with)|vs\.?|versus) (?:now|today|nowadays|the present)\b|"
    r"\bfrom (?:the )?(?:start|beginning|outset) (?:to|until|till) (?:the )?(?:end|finish|now|today)\b|"
    r"\bhow (?:did|do|have|has) (?:things|matters|events|it all|all this|the matter) (?:develop|evolve|go|gone|unfold|"
    r"change|turn out|"
    r"turned out|move|moved)(?:e?d)?\b(?: (?:on|with|for|in|around|about|after|at))*|"
    r"\b(?:over the months|in the course of (?:time|the (?:years?|months?))|as time (?:goes|went|passed) ?(?:on|"
    r"by)?)\b|"
    r"\bwhat (?:has |have |had )?changed (?:(?:since|between|over|from|in|after) )?@datename|"
    r"\bwhat(?:['’]?s| has| have| had)? changed (?:(?:on|with|in|about|for|regarding) .{1,60}? )?(?:(?:since|between|"
    r"over)\b|@datename)|"
    r"\b(?:say|said|write|wrote|written|think|thought|argue|argued|reported)\b.{0,40}\bfirst\b.{0,60}\b(?:later|now|"
    r"afterwards|today|followed)\b|"
    r"\bhow (?:has|have|did|do|does) .{0,80}?\b(?:chang|evolv|develop|shift)(?:e|es|ed)?\b (?:between|from) "
    r"(?:@datename|\w* ?\d{4})|"
    r"\b(?:at|in the) (?:very )?(?:first|beginning|start)\b.{0,80}\b(?:now|later|today|then|afterwards|since|end)\b|"
    r"\b(?:then and now|then (?:vs\.?|versus) now|past and present|before and after|in (?:date|chronological|time) "
    r"order|in (?:the )?order of (?:date|time)|"
    r"year by year|month by month|step by step|from the (?:start|beginning)|back then .{0,40}now|sequence of "
    r"(?:events|views))\b"
)
_MINDS = r"(?:minds?|views?|opinions?|positions?|stances?|tunes?|line)"
_OWN = r"(?:its|his|her|their)"
_SINCE_ON = r"(?: (?:on|about|over|regarding|of|concerning))?"
# "Did X change its mind on …?", "has X ever admitted that it was wrong?"
CHANGE_OF_MIND = re.compile(
    rf"\b(?:did|has|have|had|does|do)(?: the)? @authorname (?:ever |really |also |since |indeed )*(?:chang\w+ "
    rf"(?:{_OWN} )?"
    rf"{_MINDS}|(?:revers|revis|correct|contradict)\w* (?:{_OWN} (?:own )?(?:view|position|judge?ment|line)|itself|"
    rf"himself|"
    rf"herself|themselves)|backtrack\w*|recant\w*|(?:admit|conced|acknowledg|confess)\w* (?:to |having |that )?"
    rf"(?:(?:it|he|she|they) (?:was|were|had been|got it) (?:wrong|mistaken)|(?:being|been) (?:wrong|mistaken)|"
    rf"(?:a |an |any |{_OWN} )?(?:mistake|error)s?)|(?:been|get|got|gotten) (?:it |anything |things )?wrong|"
    rf"(?:make|made|do|done) an? (?:u-?turn|about[- ]face))\b{_SINCE_ON}|"
    rf"\b(?:has|have|did)(?: the)? @authorname(?:['’]s?)? {_MINDS}{_SINCE_ON}(?= .{{0,80}}\bchanged?\b)|"
    rf"\b(?:was|is)(?: the)? @authorname (?:ever )?(?:wrong|mistaken)\b{_SINCE_ON}|"
    rf"^(?:and )?(?:what|when|where) (?:did|has|have|does|do|had)(?: the)? @authorname (?:ever |later |since |itself |"
    rf"himself |herself )*(?:get|got|gotten|been|be) (?:it |things )?(?:wrong|mistaken)\b{_SINCE_ON}|"
    rf"@authorname(?:['’]s?)? (?:own )?(?:mistakes?|errors?|corrections?|u-?turns?|misjudge?ments?)\b{_SINCE_ON}|"
    rf"^(?:and )?what (?:did|has|have|does|do|had)(?: the)? @authorname (?:ever |later |since )*(?:take|taken) back\b"
    rf"{_SINCE_ON}"
)
# "Did anyone change their mind on …?"
CHANGES_OF_MIND = re.compile(
    r"\b(?:did|has|have|do|does) (?:any ?(?:one|body)|some ?(?:one|body)|people|they|(?:any |some |all )?(?:of "
    r")?(?:the )?"
    rf"(?:authors?|writers?|columnists?|columns?|commentators?)) (?:ever |really )*(?:chang\w+|revis\w+|revers\w+) "
    rf"{_OWN} "
    rf"{_MINDS}\b{_SINCE_ON}|\b(?:did|has|have|do|does) (?:any ?(?:one|body)|some ?(?:one|body)|(?:any |some )?(?:of "
    rf"(?:the|these|your) )?(?:authors?|writers?|columnists?|columns?|commentators?)) (?:here )?(?:ever |really )*"
    rf"(?:(?:admit|conced|acknowledg|confess)\w* (?:to |having |that )?(?:(?:they|he|she|it) (?:was|were|had been) "
    rf"(?:wrong|mistaken)|(?:being|been) (?:wrong|mistaken)|(?:a |an |any |{_OWN} )?(?:mistake|error)s?)|"
    rf"(?:been|got|gotten|get) (?:it |anything |something )?(?:wrong|mistaken))\b{_SINCE_ON}|\b(?:who|"
    rf"which (?:authors?|writers?|columnists?|columns?)) (?:has |have |ever )*chang\w+ "
    rf"{_OWN} {_MINDS}\b{_SINCE_ON}|\bu-?turns?\b(?: (?:among|by|of) (?:the )?(?:authors|writers|"
    rf"columnists))?{_SINCE_ON}|"
    rf"\bchanges? of (?:mind|heart)\b{_SINCE_ON}|\bwho (?:has |have )?(?:admits?|admitted|concede[sd]?) (?:that |"
    rf"to )?(?:a |any )?(?:mistakes?|"
    rf"errors?|"
    rf"(?:he|she|it|they) (?:was|were) wrong)\b{_SINCE_ON}"
)
# What may stand around the subject of a timeline: "the tariff story", "the AI Act in these articles".
AROUND_SUBJECT = re.compile(
    r"^(?:story|saga|events|history|development|evolution) (?:of|in|behind|around) (?:the )?|"
    rf"(?:['’]s)? (?:story|saga|affair|timeline|in (?:these|the|your|all) {PIECE}|look|moved?|evolved?)$",
    re.IGNORECASE,
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
_GOOD_OR_BAD = (
    r"(?:benefits?|advantages?|upsides?|merits?|strengths?|downsides?|drawbacks?|disadvantages?|weaknesses|dangers?)"
)
# "What are the drawbacks of kiosks?"
MERITS = re.compile(
    rf"^(?:what|which) (?:are|is|were|was|do you see as) (?:the )?(?:(?:main|biggest|key|chief|possible|supposed) )*"
    rf"{_GOOD_OR_BAD}(?: (?:and|or|&) {_GOOD_OR_BAD})?(?: (?:of|to|in|with))\b|"
    rf"\b{_GOOD_OR_BAD} (?:and|or|&) {_GOOD_OR_BAD}\b(?: of)?"
)
VIEWS = re.compile(
    rf"^(?:and |so |now )?(?:compar(?:e|ing|ison of)(?: and contrast)?|contrast(?:ing)?)\b(?: between| of)?|"
    rf"\bversus\b|\bvs\b\.?|\b(?:they|{_EVERYBODY}) (?:all )?differ\b(?: between| on| over| from)?|"
    rf"{MERITS.pattern}|\breasons? against\b|"
    r"\bdis-?agree(?:s|d|ments?|ing)?\b(?: on| over| about| with)?|\bboth sides\b(?: of)?|\bside by side\b|"
    r"\bpros (?:and|&) cons\b(?: of)?|\bfor (?:and|or|versus) against\b|"
    r"\barguments? (?:for|against|in favou?r of)(?: (?:and|or) (?:for|against))?\b|"
    r"\b(?:case|points?|reasons?|voices?) for (?:and|or) against\b|"
    rf"\bwho(?:['’]?s| is| are| was| were| all is)? (?:for|against|in favou?r(?: of)?|pro|opposed to|critical of|"
    rf"sceptical of|"
    rf"skeptical of)\b(?: and who(?:['’]?s| is| are)? (?:for|against|in favou?r(?: of)?|opposed(?: to)?))?|"
    r"^(?:and |so )?(?:does|do|did|is|has|have) (?:any|some|every)(?: ?one| ?body)(?: here| else| of them| in here)* "
    r"(?:actually |really |ever )?(?:defend|support|back|like|oppose|reject|criticis?z?e|dislike|favou?r|"
    r"welcome|attack|in favou?r of|against|for)(?:ed|d|s)?\b|"
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
    rf"\b(?:what|how) (?:do|does|did) (?:{_EVERYBODY}|they|you)(?: (?:all|each|else))? {_THINK}\b(?: (?:of|about|on|"
    rf"over))?|"
    rf"\b{_EVERYBODY}(?:['’]s?|s)? {_VIEW}\b(?: (?:on|about|of))?|\b(?:the )?(?:debate|controversy|dispute|argument|"
    rf"quarrel)s? "
    r"(?:on|about|over|around|regarding)\b|\bwhere do(?:es)? .{0,60} (?:stand|differ|disagree)\b(?: on)?|"
    rf"\bwhat (?:are|were) (?:the )?(?:(?:different|various|main|opposing|competing|other) )?(?:{_VIEW}|"
    rf"sides)\b(?: (?:on|about|in|of|over))?|"
    rf"\bwhat (?:is|are) (?:being )?said (?:on|about)\b|\bis there (?:any )?(?:agreement|disagreement|"
    rf"consensus)\b(?: on| about| over)?"
)
# "Whose view on bread is harsher?": how the views are compared is no part of their subject.
COMPARED_VIEWS = re.compile(
    r"^whose\b|(?<=\w) (?:is|are|was|were|sounds?) (?:the )?(?:(?:more|most|less|least) \w+|\w+(?:er|est)|better|best)$"
)
FOR_AND_AGAINST = re.compile(r"\bfor\b.*\bagainst\b|\bpros (?:and|&) cons\b|\bboth sides\b|\bsupports?\b.*\bopposes?\b")
# Verbs of an author who holds a view; their forms after "did", "has" and "is".
_HOLDS_A_VIEW = alternation((
    *SAYING_VERBS.base, *SAYING_VERBS.past, *SAYING_VERBS.participle, *STANCE_VERBS.base,
    "saying", "thinking", "writing", "arguing", "held", "stood", "regarded",
))  # fmt: skip
_ABOUT = r"(?: (?:of|about|on|over|for|towards?|regarding|concerning|to|when it comes to|that))?"
_LATELY = r"(?: (?:recently|lately|so far|now|then|at first|back then|today))?"
_ADVERBS = (
    r"(?: (?:actually|really|now|also|ever|have to|got to|had|been|currently|generally|first|originally|used? to|at "
    r"first|"
    r"initially|still|today|recently|once|tend to|keep|always))*"
)
AUTHOR_VIEW = re.compile(
    rf"\b(?:what|how) (?:do|does|did|is|was|has|have|would|should|will)(?: the)? @authorname(?:['’]s?)?{_ADVERBS} "
    rf"(?:{_HOLDS_A_VIEW}|do(?= about)|make|position|opinion|views?)\b"
    rf"{_LATELY}{_ABOUT}|"
    rf"\bwhat(?: the)? @authorname{_ADVERBS} (?:thinks?|thought|says?|said|writes?|wrote|argues?|argued|believes?|"
    rf"believed|makes?|made|has (?:said|written|argued))\b{_LATELY}{_ABOUT}|"
    rf"@authorname(?:['’]s?)?(?: (?:own|current|main|latest|general|overall|whole|changing|strongest|best|first|last|"
    rf"new|"
    rf"newest|earlier|original|initial|early|old|older|key|central|biggest|previous|former))* {_VIEW}\b{_ABOUT}|"
    rf"\b{_VIEW} (?:of|by|from)(?: the)? @authorname(?:['’]s?)?{_ABOUT}|"
    rf"\bwhere do(?:es)?(?: the)? @authorname stand\b(?: on)?|^(?:the )?@authorname(?:['’]s?)? (?:on|about|and|"
    rf"regarding)\b|"
    rf"\bwhat(?: is| are| was| were|['’]?s)(?: the)? @authorname(?:['’]s?)?(?: \w+)? {_VIEW}\b{_ABOUT}|"
    rf"\b(?:which|what|whose) sides? (?:is|are|was|were) (?:the )?@authorname on\b(?: (?:regarding|about|in|when it "
    rf"comes to|over|of))?|\b(?:which|what) (?:side|position|stance|line|view) (?:does|did|do|has|have)(?: the)? "
    rf"@authorname (?:take|taken|hold|held|have|choose)(?: (?:on|in|about|over|towards?|regarding))?|"
    rf"^(?:and |so |but )?(?:does|do|did|has|have|is|are)(?: the)? @authorname{_ADVERBS} (?:care|cared|have an opinion|"
    rf"have (?:a |any )?views?|have anything to say|said anything|say anything|think|like|liked|dislike|approve|"
    rf"disapprove|for or against|for|against|in favou?r|critical|sceptical|skeptical)\b{_ABOUT}|"
    rf"\bwhat is it (?:that )?(?:the )?@authorname (?:keeps? |goes on |always |actually )*(?:says?|saying|thinks?|"
    rf"thinking|argues?|arguing|wants?|writing)\b{_ABOUT}|"
    rf"\baccording to(?: the)? @authorname\b,? ?what (?:about|of)\b|^(?:and )?"
    rf"(?:(?:tell me |talk )?about )?(?:the )?@authorname$"
)
