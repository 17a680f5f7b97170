"""The labels and lines that mail programs write above what they quote or forward, in the languages
of those who write to a council in Britain (B19, B20).
"""

import re

_FROM = (
    "from|von|de|da|van|od|från|fra|lähettäjä|de la|oddi wrth|gan|expéditeur|afzender|mittente"
    "|remitente|expeditorul|šalje|saatja|від кого|feladó|kimden|gönderen|nadawca"
    "|отправитель|от|від|发件人|寄件者|差出人|보낸 사람"
)
_DATE = (
    "sent|date|gesendet|gesendet am|datum|envoyé|envoyé le|enviado|enviado el|enviada|enviada em"
    "|enviado em|fecha|data|inviato|data invio|verzonden|wysłano|wysłane|data wysłania|skickat|sendt"
    "|dato|lähetetty|päivämäärä|päiväys|trimis|anfonwyd|dyddiad|odesláno|odoslané|dátum|küldve|elküldve|gönderildi|tarih"
    "|дата|отправлено|надіслано|发送时间|日期|送信日時|보낸 날짜"
)
_SUBJECT = (
    "subject|betreff|objet|sujet|subiectul|naslov|teema|asunto|assunto|oggetto|onderwerp|temat|ämne|emne|aihe|subiect|pwnc|testun"
    "|předmět|predmet|tárgy|konu|тема|主题|主旨|件名|제목"
)
_OTHER = (
    "to|an|à|a|para|pour|destinatarul|adresat|prima|pre|saaja|aan|do|till|til|vastaanottaja|către|at|cc|kopie|copie|kopi|kopia|dw|cci|bcc|reply-to"
    "|antwort an|antwoord aan|répondre à|responder a|rispondi a|odpowiedz do|importance|priority"
    "|attachments|organization|komu|címzett|kime|alıcı|кому|копия|收件人|收件者|抄送|宛先|받는 사람"
)
LABELLED = re.compile(
    rf"[ \t>*_|]{{0,40}}(?:(?P<sender>{_FROM})|(?P<date>{_DATE})|(?P<subject>{_SUBJECT})|(?:{_OTHER}))"
    r"[*_]{0,2}[ \u00a0\t]{0,3}[:：][*_]{0,2}[ \t\u00a0|]*(?P<value>.*)",
    re.IGNORECASE,
)
"""A line of a head: the group that took part names its role, `value` is what stands behind."""

FORWARD_MARK = re.compile(
    r"[ \t>*_]{0,12}(?:-{2,40}[ \t]*)?(?:begin )?(?:forwarded (?:message|by)|weitergeleitete nachricht"
    r"|anfang der weitergeleiteten nachricht|message (?:transféré|transmis|réexpédié)"
    r"|début du message (?:transféré|réexpédié)|mensaje reenviado|inicio del mensaje reenviado"
    r"|messaggio inoltrato|inizio messaggio inoltrato|doorgestuurd bericht"
    r"|begin doorgestuurd bericht|wiadomość przekazana|przekazana wiadomość"
    r"|początek przekazywanej wiadomości|mensagem (?:encaminhada|reencaminhada)"
    r"|início da mensagem (?:encaminhada|reencaminhada)|vidarebefordrat meddelande"
    r"|videresendt (?:melding|meddelelse)|neges (?:wedi'i hanfon|a anfonwyd) ymlaen"
    r"|mesaj redirecționat|începe mesajul redirecționat|treść przekazanej wiadomości"
    r"|(?:začátek )?přeposlan\w* zpráv\w|(?:začiatok )?preposlan\w* správ\w|vidarebefordrat mejl"
    r"|start på videresendt besked|välitetty viesti|edelleenlähetetty viesti|továbbított (?:levél|üzenet)"
    r"|proslijeđen\w* poruk\w|iletilen ileti|iletilmiş mesaj|ileti başlangıcı|пересылаемое сообщение"
    r"|перенаправленное сообщение|начало переадресованного сообщения|переслане повідомлення"
    r"|перенаправлене повідомлення|початок листа, що пересилається)\b.{0,120}",
    re.IGNORECASE,
)
"""A whole line that says that what follows was forwarded."""

FORWARD_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{1,40}\]\s*|(?:re|aw|sv|antw?|odp|r)\s*:\s*)*"
    r"(?:fwd?|wg|tr|rv|i|doorst|pd|vb|vs|enc|reenc|redir\.|videresend|ymlaen|vl|rif|wtrlt)\s*:",
    re.IGNORECASE,
)
"""How a forward's subject begins."""
