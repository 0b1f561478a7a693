"""Turns that are only talk: greetings, thanks, questions about this program."""

import re

from rag.answering.intent.frames.words import any_phrase

_MAKE = r"(?:(?:please |now |just )*(?:tell|write|make|sing|give|create|compose|invent|draft|generate)(?: me| us)?)"

# -- talk: the whole turn, without its punctuation ---------------------------------------------------------------------

# Words around a turn that change nothing: "so what's this all about then?"
AROUND_TALK = re.compile(
    r"^(?:(?:so|and|ok|okay|well|hm+|right|now)\b ?)+|(?: (?:then|anyway|exactly|actually|again|though|please|pls|here|"
    r"in here))+$"
)
TALK: dict[str, re.Pattern[str]] = {
    "greeting": any_phrase(
        r"(?:hi+|hello+|hey+|hiya|howdy|yo|sup|greetings|hallo|hola|good (?:morning|afternoon|evening|day))"
        r"(?: there| again| all| everyone| bot| you| friend| mate)*"
        r"(?: (?:how are you(?: doing| today)*|how['’]?s it going|what['’]?s up|nice to meet you))?",
        r"how are you(?: doing| today| feeling)*|how do you do|how['’]?s it going|what['’]?s up|nice to meet you",
    ),
    "thanks": any_phrase(
        r"(?:ok(?:ay)?|great|perfect|good|nice|cool|awesome|excellent|alright|right|wow|brilliant|lovely|fine|sure|yes|"
        r"yep|yeah|no|nope|ah|oh|i see|got it|understood|makes sense|interesting|very interesting|that helps|"
        r"that['’]?s (?:all|it|great|helpful|good|fine|nice|interesting|enough)|very helpful|helpful|good answer|"
        r"well done|"
        r"good (?:bot|job|work)|love it|amazing|much appreciated|appreciated?|appreciate it|i appreciate it|"
        r"thanks?|thank you|thank u|thankyou|thx|tx|ty|tysm|cheers|ta|merci|danke|gracias|lol|haha|never ?mind)"
        r"(?: (?:ok(?:ay)?|thanks?|thank you|thx|ty|cheers|great|perfect|good|nice|cool|a lot|a bunch|a million|"
        r"so much|very much|again|much|indeed|for (?:that|this|your help|the help|the answer|everything|helping|all)|"
        r"that['’]?s (?:all|it|fine|nice|interesting|enough)|that (?:helps|helped)|it helps?(?:ed)?|"
        r"(?:this|that|it|you)['’]?(?: is| was|s| are|re)? (?:very |really |so )?(?:helpful|great|useful|good)|"
        r"i see|got it|mate|bye|everyone|to know|for now|very helpful|really))*",
    ),
    "goodbye": any_phrase(
        r"(?:ok(?:ay)? )?(?:good ?bye|bye(?: bye)?|see (?:you|ya)(?: later| soon)?|good ?night|ciao|farewell|"
        r"later|take care|"
        r"have a (?:nice|good|great) (?:day|evening|one|weekend)|i['’]?m done|quit|exit|stop)(?: (?:for now|then|"
        r"thanks?))?",
    ),
    "help": any_phrase(
        r"(?:i need |get |some )?help(?: me)?(?: please)?|start|begin|menu|commands?|instructions|manual|"
        r"examples?|test|testing|"
        r"\?+",
        r"(?:so )?what (?:all )?(?:can|could|should|may|do|might|would) (?:i|you|we|one)(?: even| actually)? "
        r"(?:do|ask|know|answer|offer|help(?: me)?(?: with)?|search|use (?:you|this) for|find (?:here|out))"
        r"(?: (?:you|here|for me|with (?:you|this)|about|in here|you about|of you|me|with))*",
        r"(?:what|which) (?:(?:kinds?|sorts?|types?) of )?(?:questions?|things?|stuff) (?:can|could|should|may|do) "
        r"(?:i|you|we) (?:ask|answer|do|know|handle)(?: you| here)?",
        r"(?:give|show|suggest|propose) (?:me |us )?(?:an? |some |a few |any )?(?:example|sample|good|interesting)? ?"
        r"(?:questions?|examples?|ideas?|suggestions?)(?: (?:to|i (?:can|could)) ask(?: you)?)?",
        r"(?:tell|show|give|teach) me (?:something|anything)(?: (?:interesting|new|cool|fun|surprising|nice|good|"
        r"else))*|surprise me|what(?:['’]?s| is) (?:interesting|worth (?:reading|asking))|i(?:['’]?m|"
        r" am) (?:so )?bored",
        r"how (?:does|do|can|should) (?:this|it|that|you|i) (?:thing |tool |bot |page |site |app )?"
        r"(?:work|use (?:this|you|it)|ask (?:you )?(?:a )?questions?|start|begin|get started)",
        r"how (?:do|can|should|could) (?:i|we) (?:use|work with|talk to|ask|search) (?:this|you|it)(?: thing| tool)?",
        r"what (?:is|was) (?:this|it)(?: thing| tool| site| page| app| for| about)*|where am i|what['’]?s this"
        r"(?: thing| tool| site| page| app| for| all)*",
        r"(?:can|could) you help(?: me| us)?(?: out)?(?: with (?:something|this))?|i (?:don['’]?t|do not) "
        r"(?:understand|know "
        r"(?:what to ask|how to use this|where to start))|where (?:do|should) i (?:start|begin)",
    ),
    "identity": any_phrase(
        r"(?:and )?(?:who|what) (?:are|r) (?:you|u)(?: exactly| anyway| really| then)?|what['’]?s your name|"
        r"what is your name|who (?:made|built|created|wrote|programmed|trained|owns|runs) (?:you|this)|"
        r"introduce yourself|tell me about yourself|about you|describe yourself",
        r"are (?:you|u) (?:an? |the )?(?:real |actual )?(?:bot|robot|human|person|ai|chat ?bot|language model|"
        r"llm|machine|"
        r"chat ?gpt|gpt|claude|gemini|real|there|alive|online|working|google|search engine)(?: or .{1,40})?",
        r"is (?:this|there) (?:an? )?(?:bot|ai|human|chat ?gpt|real person|anybody (?:there|here)|anyone "
        r"(?:there|here))"
        r"(?: or .{1,40})?",
        r"(?:which|what) (?:language )?(?:model|llm|ai) (?:are you|do you use|is this|runs this)(?: using)?|"
        r"do you (?:use|have) (?:an? )?(?:ai|llm|language model|chat ?gpt|feelings)|how (?:were|are) you (?:made|"
        r"built|trained)|"
        r"where do(?:es)? (?:you|your|the) (?:get )?(?:your )?(?:answers?|information|knowledge|data)(?: "
        r"come)?(?: from)?|"
        r"can i trust (?:you|this|your answers)|do you (?:lie|hallucinate|make things up)",
    ),
    "complaint": any_phrase(
        r"(?:no+ )?(?:that|this|it)(?:['’]?s| is| was) (?:(?:just|so|totally|completely|simply|plain) )?"
        r"(?:wrong|not (?:true|right|correct|what i (?:asked|meant|wanted)(?: for)?|an answer|helpful)|"
        r"(?:a )?(?:bad|stupid|useless|terrible|wrong|rubbish|dumb) ?(?:answer)?|nonsense|rubbish|garbage|"
        r"incorrect|useless)",
        r"(?:you|u)(?:['’]?re| are| r)? (?:(?:so|really|just|totally|completely|such an?|an?|very|pretty) )*"
        r"(?:stupid|useless|dumb|wrong|bad|idiot|idiotic|terrible|rubbish|moron|suck|sucks|no help|not "
        r"(?:helpful|very good|"
        r"answering(?: my question)?|listening)|awful|lying|a liar|crap)(?: bot| thing| at this)?",
        r"(?:bad|wrong|stupid|useless|terrible) (?:answer|bot|tool|thing)|i(?:['’]?m| am) not (?:happy|satisfied)|"
        r"(?:you )?did(?:n['’]?t| not) answer (?:me|my question|the question|it)|that(?:['’]?s| is) not my question|"
        r"(?:wtf|fuck(?: you| off)?|shit|damn(?: you)?|screw you|this sucks|boring|go away|shut up|rubbish|"
        r"nonsense|what a joke)",
    ),
    # Tasks that no article answers, and what is said to the program instead of asked.
    "smalltalk": any_phrase(
        rf"(?:{_MAKE} )?(?:an? |another |some |one |your best )(?:(?!of |about )\w+ ){{0,2}}(?:jokes?|poems?|haikus?|"
        r"limericks?|songs?|raps?|riddles?|fairy tales?|bedtime stor(?:y|ies))(?: .*)?",
        rf"(?:{_MAKE}|code|program) (?:an? |some |the )?(?:\w+ ){{0,2}}(?:python|java|javascript|typescript|html|css|"
        r"sql|bash|excel|php|ruby|rust)(?: \w+)?(?: (?:that|which|to|for|in|with) .*)?",
        rf"{_MAKE} (?:an? |some )(?:\w+ )?(?:script|source code|shell command|regex|regular expression|spreadsheet)"
        r"(?: (?:that|which|to|for|in|with) .*)?",
        # Sums; signs of arithmetic are blanks here.
        r"(?:what(?:['’]?s| is)|calculate|compute|how much is) \d+(?:(?: (?:x|plus|minus|times|divided by))? \d+)+",
        r"(?:please )?translate .* (?:in)?to \w+|(?:please )?translate (?:this|that|it|the following)(?: .*)?",
        r"(?:please )?(?:ignore|disregard|forget|override)(?: (?:all|any|the|your|my|every|of|previous|prior|above|"
        r"earlier|other|these))* (?:instructions?|prompts?|rules|guidelines|directions)"
        r"(?: (?:above|before|you (?:have|got|were given)))*",
        r"(?:please )?(?:print|show|reveal|repeat|output|give|tell|display|what (?:is|are|was))(?: me| us)* "
        r"(?:your|the) (?:(?:system|initial|hidden|original|secret|full|own) )+(?:prompt|instructions?|message|rules)"
        r"(?: .*)?",
    ),
}  # fmt: skip
