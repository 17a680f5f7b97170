"""The words by which machines give themselves away, in the languages of our residents and beyond.

Words alone are weak: people write about delivery and offices too. So each pattern says where in the
message it counts, and `automatic.py` asks for a second sign wherever a person might write the same.
"""

import re


def _one_of(*patterns: str) -> str:
    return "|".join(f"(?:{one})" for one in patterns)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(_one_of(*patterns), re.IGNORECASE)


_NAMED_REPLY = _one_of(
    r"auto(?:matic(?:ally)?|mated|matically generated)?[ _-]?(?:reply|response|answer|responder"
    r"|respond|acknowledge?ment|confirmation)|automatic e?mail (?:reply|response)",
    r"automatische (?:antwort|abwesenheitsmeldung|antwoord)|autom\. antwort|automatisierte antwort"
    r"|abwesenheits(?:notiz|nachricht|meldung|benachrichtigung|assistent|agent|info)|autoantwort",
    r"r[ée]ponse automatique|r[ée]ponse d'absence|(?:message|notification|avis) d'absence"
    r"|absence du bureau",
    r"respuesta autom[áa]tica|contestaci[óo]n autom[áa]tica|mensaje autom[áa]tico",
    r"resposta autom[áa]tica|mensagem autom[áa]tica",
    r"risposta automatica|avviso di assenza|messaggio automatico",
    r"automatisch (?:antwoord|bericht)|afwezigheids(?:melding|bericht|assistent)",
    r"automatis[kt]t? svar|autosvar|frånvaromeddelande|fraværs(?:melding|besked|meddelelse|assistent)",
    r"automaattinen (?:vastaus|poissaoloviesti)|poissaoloilmoitus",
    r"odpowied[źz] automatyczna|automatyczna odpowied[źz]|autoodpowied[źz]",
    r"automatick[áa] odpov[ěe][ďd]|automatikus v[áa]lasz|automatski odgovor|samodejni odgovor"
    r"|r[ăa]spuns automat|automatinis atsakymas|autom[āa]tisk[āa] atbilde|automaatvastus"
    r"|otomatik yan[ıi]t|αυτόματη απάντηση",
    r"автоматич(?:еский|ен|на) (?:ответ|отговор|відповідь)|автоответ(?:чик)?",
    r"תשובה אוטומטית|رد تلقائي|自動(?:応答|返信|回覆)|自动(?:答复|回复)|자동 ?(?:회신|응답)",
    # Welsh and Irish.
    r"(?:ateb|ymateb) awtomatig|freagra uathoibr[íi]och",
)  # fmt: skip
_OUT = _one_of(
    r"out[ -]of[ -](?:the[ -])?office(?: (?:auto-?|automatic )?(?:reply|notification|response|alert"
    r"|message|assistant))?|\booo\b|away from (?:the|my) office|on vacation|on annual leave"
    r"|vacation (?:reply|response|message|notice)|holiday (?:reply|response|message|notice)",
    r"nicht im b[üu]ro|au(?:ß|ss)er haus|abwesenheit|im urlaub|urlaubsmeldung",
    r"absent(?:e)? du bureau|fuera de (?:la )?oficina|ausencia|fora do escrit[óo]rio"
    r"|fuori (?:sede|ufficio)|assenza|afwezig|allan o'r swyddfa",
)  # fmt: skip

# A subject that names itself an automatic reply, at its start or in brackets at its end. Not the
# subject of an answer to one ("Re: Automatic reply"), nor a sentence with such a word in it. People
# complain of automatic replies in the same words, so it takes a second sign to file one.
AUTOMATIC_SUBJECT = _any(
    rf"^\s*[\[(*<]?\s*(?:{_NAMED_REPLY})\s*(?:[\])>*:]|$|[-–—] )",
    rf"[\[(]\s*(?:{_NAMED_REPLY})\s*[\])]\s*$",
    rf"^\s*[\[(]?\s*(?:{_OUT})\s*(?:[\])]|:|$|[-–—] )",
    r"^\s*auto:\s.{0,200}\b(?:out of (?:the )?office|away|absent|on leave|abwesend|on vacation)\b",
)

# A text that says of itself that it answers a letter.
ANSWERS_YOU = _any(
    r"\bthis is an? (?:auto-?|automat(?:ic|ed|ically generated) )(?:reply|response|e-?mail|message)"
    r" (?:to|in response to|for) your\b",
)
# How a note of absence begins. Only beside another sign: people are away too, and say so.
ABSENT = _any(
    r"\bI (?:am|will be|shall be|'m)(?: currently| now| presently)? (?:out of|away|on (?:annual |maternity"
    r" |sick |parental |study )?leave|on holiday|on vacation|unavailable|not in the office|travelling)",
    r"\bis (?:currently )?(?:out of the office|on (?:annual )?leave)|\bcurrently out of the office"
    r"|\bno longer (?:works?|work(?:ing)?) (?:for|at|here)|away from (?:my desk|the office)",
    r"\b(?:automat(?:ic|ed)|auto)[- ]?(?:reply|response|message)|automatically generated",
    r"\bich bin\b.{0,60}\b(?:nicht im|abwesend|nicht erreichbar|im urlaub|au(?:ß|ss)er haus|wieder)",
    r"\bje (?:suis|serai)\b.{0,40}\b(?:absente?|en cong[ée]|en d[ée]placement|en vacances)",
    r"\b(?:estoy|estar[ée]|me encuentro)\b.{0,40}\b(?:fuera|ausente|de vacaciones)",
    r"\b(?:sono|sar[òo])\b.{0,40}\b(?:assente|fuori (?:ufficio|sede)|in ferie)",
    r"\bik ben\b.{0,60}\b(?:afwezig|niet aanwezig|op vakantie|met vakantie|niet op kantoor)",
    r"\b(?:estou|estarei)\b.{0,40}\b(?:ausente|fora|de f[ée]rias)",
    r"\bjag [äa]r\b.{0,40}\b(?:inte p[åa] kontoret|ledig|borta|p[åa] semester)",
    r"\bjeg (?:er|har)\b.{0,40}\b(?:ikke p[åa] kontoret|ferie|frav[æa]rende)",
    r"\b(?:jestem|b[ęe]d[ęe])\b.{0,40}\b(?:nieobecn|poza biurem|na urlopie)|przebywam (?:na urlopie|poza)",
    r"\byr wyf\b.{0,40}\b(?:allan|ar wyliau)|не (?:буду|нахожусь) в офисе|в отпуске",
)
# How a ticket system acknowledges: both halves must be there.
RECEIVED = _any(
    r"\byour (?:e-?mail|message|request|enquiry|inquiry|ticket|case|query)\b.{0,60}\b(?:has been|was"
    r"|have been|is) (?:\w+ )?(?:received|logged|registered|created|opened|assigned)",
    r"\bwe(?:'ve| have)? received your (?:e-?mail|message|request|enquiry|inquiry|query)",
    r"\b(?:ticket|case|request|issue) (?:has been|was) (?:created|opened|logged|received)",
    r"\b(?:thank you|thanks) for (?:contacting|getting in touch with|your (?:e-?mail|message|enquiry) to)\b",
    r"\bihre (?:anfrage|nachricht|e-?mail)\b.{0,60}\b(?:eingegangen|erhalten)",
    r"\bvotre (?:demande|message|courriel)\b.{0,60}\b(?:re[çc]ue?|enregistr[ée]e?)",
)
BY_MACHINE = _any(
    r"\b(?:automat(?:ic|ed)|auto)[- ]?(?:e-?mail|mail|reply|response|message|acknowledge?ment|notification)"
    r"|automatically generated|(?:do not|don't) (?:reply|respond) to this",
    r"(?:ticket|case|request|reference) (?:number|id|no\.?|ref(?:erence)?)?\s*(?:is|:|#)\s*\W{0,3}\w",
    r"\[[\w .-]{0,30}#\s?\w{1,20}\]",
    r"automatisch (?:generiert|erstellt|versendet)|automatiquement|nicht auf diese (?:e-?mail|nachricht)",
)
# A wall that asks strangers to show that they are people.
CHALLENGE_SUBJECT = _any(
    r"^\s*(?:please )?(?:confirm|verify) (?:your|the) (?:e-?mail|message|delivery)\b",
    r"\bmessage (?:is )?(?:awaiting|waiting for) (?:your )?(?:verification|confirmation)\s*$",
    r"^\s*your e?mail requires verification|\[(?:spamarrest|mailblocks)\]",
)
CHALLENGE = _any(
    r"(?:approved|allowed|allow|white|guest) ?(?:senders?|list)\b.{0,400}\b(?:click|link|request|http)",
    r"(?:click|link|reply to this).{0,200}\b(?:approved|allowed|whitelist|prove|verify|confirm) .{0,60}"
    r"(?:sender|human|real person|e-?mail address|message)",
    r"to control spam|protected by (?:bluebottle|spam ?arrest|boxbe|tmda)|waitlisted",
)
# "Your message was read on …" in whatever order.
RECEIPT_SUBJECT = _any(
    r"^\s*(?:read|not read|read receipt|gelesen|ungelesen|lu|non lu|leído|no leído|letto|gelezen|lido"
    r"|läst|læst|lest|przeczytane|confirmation de lecture|lesebestätigung|return receipt"
    r"|disposition notification)\b.{0,6}[:(-]",
)
RECEIPT = _any(
    r"^\W{0,3}(?:your message|the message|this is a (?:return|read) receipt)\b.{0,250}"
    r"\b(?:was|has been|were|that you sent)\b.{0,40}\b(?:read|displayed|opened|deleted|sent)\b",
    r"^\W{0,3}(?:ihre|die) nachricht\b.{0,250}\bwurde\b.{0,80}\b(?:gelesen|geöffnet|gelöscht)",
    r"^\W{0,3}(?:votre message|ceci est un accusé)\b.{0,250}\b(?:lu|ouvert|affiché|supprimé)\b",
    r"^\W{0,3}(?:su mensaje|el mensaje)\b.{0,250}\b(?:leído|abierto|eliminado)\b",
    r"^\W{0,3}il (?:suo )?messaggio\b.{0,250}\b(?:letto|eliminato)\b",
    r"^\W{0,3}uw bericht\b.{0,250}\b(?:gelezen|verwijderd)\b",
)
CALENDAR_SUBJECT = _any(
    r"^\s*(?:accepted|declined|tentative(?:ly accepted)?|zugesagt|abgelehnt|mit vorbehalt|accepté"
    r"|refusé|provisoire|aceptado|aceptada|rechazado|rechazada|provisional|accettato|rifiutato"
    r"|geaccepteerd|geweigerd|aceite|recusado|accepterad|accepteret|godtatt|zaakceptowano|odrzucono"
    r"|derbyniwyd)\s*:",
)
# A list of mail that was held back; a resident's letter may be among it.
HELD = _any(
    r"^\s*(?:(?:end[ -]?user |your |daily |microsoft 365 |office 365 )*(?:spam|quarantine|junk)"
    r"(?: mail| e-?mail)?(?: quarantine)? (?:digest|notification|summary|report|notice|release)"
    r"|quarantined? (?:messages?|mail|e-?mail)|(?:spam|quarantine) for\b"
    r"|you have (?:\d+ )?(?:new )?(?:held|quarantined) messages?"
    r"|you have \d+ messages? (?:on hold|in quarantine)|messages? on hold)",
)

# The subjects of bounces, at the start; "Re:" and "Fwd:" before them are a person's.
BOUNCE_SUBJECT = _any(
    r"^\s*(?:\W{0,3}|\*{2,9}[^*]{1,20}\*{2,9}\s*)(?:undeliver(?:able|ed)\b|non[ -]?deliver(?:y|able)\b"
    r"|(?:mail |message |permanent |e-?mail )*"
    r"deliver[yi]\w* (?:failed|failure|error|status|problem|notif|report|warning|unsuccessful"
    r"|has failed|incomplete|delayed|subsystem|system)|returned (?:e-?)?mail\b|failure notice\b"
    r"|failed (?:mail|delivery|message)|mail (?:system )?error\b"
    r"|(?:e-?mail|message|mail) (?:could not|cannot|not)"
    r" be? ?deliver|message not delivered|unable to deliver|could not deliver|nondeliverable|ndn:|ndr:"
    r"|considered unsolicited|message (?:status|rejected|blocked|delayed)|rejected (?:mail|message)"
    r"|automatically rejected|warning: (?:message|could not|e?mail|.{1,80}user unknown)"
    r"|delayed (?:mail|delivery|message)|user unknown|"
    r"unzustellbar|nicht zugestellt|zustellung fehlgeschlagen|rückläufer|non remis\b|non distribué"
    r"|échec de (?:la )?(?:remise|distribution)|no se puede entregar|no entregado|devuelto"
    r"|non recapitabile|messaggio non recapitato|mancato recapito|onbestelbaar|niet bezorgd"
    r"|não (?:é possível )?entreg|kan inte levereras|olevererbart|ikke leveret|uleverelig"
    r"|niedostarcz|nedoručiteln|toimittamatta|kézbesíthetetlen|недоставлен|не удается доставить"
    r"|配信不能|配信できません|送達できません|无法(?:送达|投递)|無法傳遞|退信|배달되지)",
    r"[:—-]\s*(?:undeliverable|delivery failure|non remis|user unknown!?)\s*(?:\([^()]{1,40}\))?\s*$",
)
_MAIL = r"(?:e-?mail|mail|messages?|recipients?|addresse?e?(?:\(?e?s\)?)?)"
# That mail did not arrive, said at the start of a bounce.
FAILED = _any(
    rf"\b{_MAIL}\b.{{0,90}}\b(?:(?:could|can|was|were|has|have)(?: ?not|n't)|cannot|unable to|did ?n[o']t)"
    r"(?: been| be)? (?:deliver|reach|sent|send|accept)",
    rf"\b(?:could not|cannot|can't|couldn't|unable to|was ?n[o']t able to|failed to"
    r"|not be able to) (?:be )?(?:deliver|send)\w*"
    rf".{{0,60}}\b{_MAIL}\b",
    rf"\bdeliver(?:y|ies)\b.{{0,40}}\b{_MAIL}\b.{{0,80}}\b(?:fail|reject|delay|not possible|impossible)",
    rf"\bdelivery (?:has )?(?:failed|failure)\b.{{0,60}}\b{_MAIL}\b|fatal delivery errors",
    rf"\b{_MAIL}\b.{{0,60}}\b(?:undeliver|returned to (?:you|sender)|bounced"
    r"|was (?:automatically )?(?:rejected|refused|blocked))",
    r"\bhad (?:permanent |transient )?(?:fatal|delivery|non-fatal) .{0,20}errors|failed recipient"
    r"|undeliverable (?:to|mail|message)|did not reach the following|message not delivered to"
    r"|no such (?:user|recipient|mailbox)|unknown (?:user|recipient|address)|(?:user|recipient) unknown"
    r"|not a valid (?:user|recipient|address)|delivery attempts will continue|failure reasons"
    r"|permanent (?:fatal )?error|delivery error|considered unsolicited|user\(s\) account",
    r"konnte nicht (?:zugestellt|gesendet|übermittelt)|nicht zugestellt werden|unzustellbar",
    r"n'a pas pu [eê]tre (?:d[ée]livr[ée]|remis|distribu[ée]|achemin[ée])|non remis",
    r"no (?:se )?(?:ha podido|pudo|puede) (?:ser )?entreg"
    r"|non (?:è stato possibile|ha potuto) (?:recapit|consegn)",
    r"kon niet worden (?:bezorgd|afgeleverd)|não pôde ser entregue|kunde inte levereras"
    r"|kunne ikke leveres|nie (?:mogła|została|mogło) .{0,20}dostarczon|送信できません|配信できません",
)
# That it is still on its way.
DELAYED = _any(
    r"\bthis is a warning (?:message )?only|you do not need to resend|has not yet been delivered"
    r"|not yet been (?:delivered|collected)|delivery attempts will continue|has been (?:delayed|postponed)",
    r"\bwill (?:continue|keep|be retried|be re-?tried|try again|retry)\b.{0,60}|still being retried"
    r"|no action is required on your part|temporary (?:error|failure).{0,80}\b(?:retry|try again|continue)",
)
DELAYED_SUBJECT = _any(
    r"\bdelay(?:ed)?\b|\bverzögert|\bretard[ée]|warning: (?:message|could not send|e?mail)"
    r"|still being retried|not yet been delivered|delivery warning",
)
# Not "will not be retried".
GIVEN_UP = _any(
    r"\bgiven up|\bgiving up|permanent(?:ly)? (?:error|fail)|permanent fatal|will not (?:be )?(?:re-?tr|try)"
    r"|not try to redeliver|no (?:further|more) attempts",
)
# What a mail server that knows no RFC 3464 writes above the copy of our message.
PLAIN_BOUNCE = re.compile(
    r"\A\s*(?:Hi\. This is the |This message was created automatically by (?:the )?(?:mail delivery"
    r" software|mail system)|This is the mail system at host|I'm sorry to have to inform you that your"
    r" message could not)",
    re.IGNORECASE,
)  # fmt: skip
# A line, without the blanks around it, where the copy of what came back begins.
COPY = re.compile(
    r"[-_=*>#+]{2,60}.{0,40}\b(?:original|returned|unsent|undelivered|copy of|source|old|headers?)\b.{0,60}"
    r"|(?:the )?(?:original|returned|undelivered|old) (?:message|mail|e-?mail|text)(?: headers?)?"
    r"(?: as received)?(?: is)?(?: as)?(?: follows?| below| attached)?\s{0,3}[.:-]{0,20}"
    r"|.{0,30}(?:below this line|message headers? follows?|this is a copy of|first \d+ lines of your).{0,60}"
    r"|>?\s?(?:received|return-path|delivered-to|x-original-to)\s{0,3}:.{0,200}",
    re.IGNORECASE,
)
# Where a report begins to name those that it is about.
ANNOUNCED = re.compile(
    r"following|did not reach|was not delivered|n't deliver|not deliver|unable to deliver"
    r"|failed recipient|address\(es\)|unknown user|undeliverable to",
    re.IGNORECASE,
)
